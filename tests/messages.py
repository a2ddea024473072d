"""Bring messages to a state for a test, on a way that the table of moves allows."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone

from integration.models import Message
from integration.outbox.transitions import TRANSITIONS

State = Message.State


def bring(*messages: Message, to: str, **values: Any) -> None:
    """Bring messages to a state by the shortest way, and give them these values there."""
    for message in messages:
        message.refresh_from_db()
        way = _way(State(message.state), State(to))
        rows = Message.objects.filter(pk=message.pk)
        for state in way[:-1]:
            rows.update(state=state, **needed(state), fence=_fence(state))
        rows.update(**{"state": way[-1], "fence": _fence(way[-1])} | needed(way[-1]) | values)
        message.refresh_from_db()


def _fence(state: Message.State) -> Any:
    return F("fence") + int(state == State.CLAIMED)


def _way(start: Message.State, end: Message.State) -> list[Message.State]:
    """Find the shortest way; the state itself when it is there already."""
    ways = [[start]]
    while ways[0][-1] != end:
        way = ways.pop(0)
        ways += [[*way, state] for state in sorted(TRANSITIONS[way[-1]]) if state not in way]
    return ways[0][1:] or [end]


def needed(state: str) -> dict[str, Any]:
    """Give what a message of that state must have."""
    now = timezone.now()
    return {
        "lease_until": now if state in Message.IN_FLIGHT else None,
        "unknown_since": now if state == State.VERIFYING else None,
        "next_attempt_at": now if state in (State.WAITING, State.READY, State.VERIFYING) else None,
        "error": "It is stopped." if state in (State.DEAD, State.REJECTED) else "",
        "done_at": now if state == State.DONE else None,
    }
