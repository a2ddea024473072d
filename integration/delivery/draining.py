"""Work through the outbox, message by message."""

from __future__ import annotations

import time
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from integration import outbox
from integration.bc import Client, Verdict
from integration.models import Message

from . import doubt
from .standstill import held_back, sentence_of
from .turn import NAP, Listed, Report, Turn, worker_name

State = Message.State


def drain(
    *,
    until_idle: bool = False,
    seconds: float | None = None,
    worker: str = "",
    client: Client | None = None,
    hands: int = 1,
    in_one_transaction: bool = False,
) -> Report:
    """Work the outbox: until nothing is due, or with `until_idle` until nothing will be due by itself.

    Stops at once when the connection itself is wrong, and while the circuit to BC is open; with `until_idle`
    it waits for a BC that does not answer, as it waits for everything that mends itself. With several hands
    so many messages are in delivery at once, as far as so many are due. Who holds all of it in one
    transaction says so, and has one hand.
    """
    turn = Turn(seconds, listed=Listed() if in_one_transaction else None)
    doubt.begin_anew()
    outbox.refill(now=None if until_idle else timezone.now())
    with turn.helped(hands - 1):
        _lead(turn, until_idle=until_idle, worker=worker or worker_name(), client=client)
    return _count(turn.report)


def _lead(turn: Turn, *, until_idle: bool, worker: str, client: Client | None) -> None:
    """Deliver, and when nothing is due any more put in line what has become due meanwhile."""
    while not turn.is_over:
        if (still := held_back(client)) is not None:
            if until_idle and still.verdict is Verdict.UNANSWERED and _moving().exists():
                time.sleep(NAP)
                continue
            turn.stop(sentence_of(still))
        elif not turn.step(worker=worker, client=client) and not outbox.refill(now=timezone.now()):
            pause = _pause(until_idle=until_idle)
            if pause is None:
                return
            time.sleep(pause)


def _pause(*, until_idle: bool) -> float | None:
    """How long to rest before looking again; None when there is nothing to wait for."""
    if not until_idle:
        return None
    now = timezone.now()
    outbox.sweep(now=now)
    moving = _moving()
    if not moving.exists():
        return None
    due = moving.exclude(next_attempt_at=None).order_by("next_attempt_at")
    earliest = due.values_list("next_attempt_at", flat=True).first()
    return min(NAP, max(0.01, (earliest - now).total_seconds())) if earliest else NAP


def _moving() -> Any:
    """Messages that move without a person: due now or later, or in another worker's hands."""
    earlier = (
        Message.objects.filter(chain=OuterRef("chain"))
        .exclude(state__in=Message.FINAL)
        .filter(Q(rank__lt=OuterRef("rank")) | Q(rank=OuterRef("rank"), pk__lt=OuterRef("pk")))
    )
    heads = Message.objects.filter(~Exists(earlier))
    return heads.filter(state__in=[State.READY, State.VERIFYING, *Message.IN_FLIGHT])


def _count(report: Report) -> Report:
    report.pending = Message.objects.filter(
        state__in=[State.READY, State.VERIFYING, *Message.IN_FLIGHT]
    ).count()
    report.stuck = Message.objects.stuck().count()
    report.waiting = Message.objects.filter(state=State.WAITING).count()
    return report
