"""The moves of a message: one table, one writer, a page that shows it."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from integration import outbox
from integration.models import Message
from integration.outbox.transitions import MOVES, TRANSITIONS
from tests.delivery.house import House
from tests.pages import message_states

ROOT = Path(__file__).resolve().parents[2]
State = Message.State
OTHER_ROWS = {"life", "mapping", "settled"}  # saved by modules that read messages as well
WRITERS = (
    "integration/outbox",
    "integration/delivery",
    "integration/sync",
    "integration/contract",
    "integration/doubles",
)


@pytest.mark.parametrize("state", Message.IN_FLIGHT)
def test_what_a_worker_holds_no_person_ends(house: House, state: str) -> None:
    message = house.order()
    person = User.objects.create_user("admin")
    held = outbox.claim(now=timezone.now(), worker="first")
    assert held is not None
    if state == State.SENDING:
        outbox.mark_sending(held, now=timezone.now(), room=timedelta(seconds=1))

    with pytest.raises(outbox.OutboxError, match="cannot become posted"):
        outbox.mark_done_by_hand(message, by=person, reason="typed", bc_number="106001")
    with pytest.raises(outbox.OutboxError, match="cannot become cancelled"):
        outbox.cancel(message, by=person, reason="not wanted")

    message.refresh_from_db()
    assert message.state == state


def test_every_move_begins_and_ends_in_states_and_none_leaves_an_end() -> None:
    assert {state for state in State if not TRANSITIONS[state]} == set(Message.FINAL)
    assert len({move.name for move in MOVES}) == len(MOVES)
    assert all(not move.sets & move.clears.keys() for move in MOVES)


def test_only_one_module_writes_a_message() -> None:
    writers = sorted(itertools.chain.from_iterable(_writers(folder) for folder in WRITERS))

    assert writers == ["integration/outbox/moving.py"]


def _writers(folder: str) -> Iterator[str]:
    """Name the modules that handle messages and call `update`, `save` or `bulk_update`."""
    for path in (ROOT / folder).rglob("*.py"):
        text = path.read_text()
        if "Message" not in text or "class Message" in text:
            continue
        calls = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
        named = {call.attr for call in calls if isinstance(call, ast.Attribute) and not _is_other(call.value)}
        if named & {"update", "save", "bulk_update", "bulk_create"}:
            yield str(path.relative_to(ROOT))


def _is_other(row: ast.expr) -> bool:
    return isinstance(row, ast.Name) and row.id in OTHER_ROWS


def test_the_page_shows_the_table() -> None:
    assert message_states.PAGE.read_text() == message_states.text(), "Run: python -m tests.pages"
