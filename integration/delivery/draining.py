"""Work through the outbox, message by message."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from integration import outbox
from integration.bc import Client, Verdict
from integration.models import Message

from .single import deliver
from .standstill import held_back, sentence_of
from .tries import Delivery

State = Message.State

NAP = 0.25


@dataclass
class Report:
    """What a drain did."""

    outcomes: Counter[str] = field(default_factory=Counter)
    stopped: str = ""
    pending: int = 0
    stuck: int = 0
    waiting: int = 0

    @property
    def ok(self) -> bool:
        return not self.problem

    @property
    def problem(self) -> str:
        """Say what needs a person, and where to look; empty when all went well."""
        if self.stopped:
            return self.stopped
        if self.stuck == 1:
            return "1 message is stuck and needs a person. See Dead letters on the desk: /dead-letters/."
        if self.stuck:
            return (
                f"{self.stuck} messages are stuck and need a person. See Dead letters on the desk: "
                "/dead-letters/."
            )
        return ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "outcomes": dict(sorted(self.outcomes.items())),
            "pending": self.pending,
            "stuck": self.stuck,
            "waiting": self.waiting,
            "stopped": self.stopped,
        }


def drain(
    *, until_idle: bool = False, seconds: float | None = None, worker: str = "", client: Client | None = None
) -> Report:
    """Work the outbox: until nothing is due, or with `until_idle` until nothing will be due by itself.

    Stops at once when the connection itself is wrong, and while the circuit to BC is open; with `until_idle`
    it waits for a BC that does not answer, as it waits for everything that mends itself.
    """
    report, worker = Report(), worker or worker_name()
    end = None if seconds is None else time.monotonic() + seconds
    outbox.refill(now=None if until_idle else timezone.now())
    while end is None or time.monotonic() < end:
        if (still := held_back(client)) is not None:
            if until_idle and still.verdict is Verdict.UNANSWERED and _moving().exists():
                time.sleep(NAP)
                continue
            report.stopped = sentence_of(still)
            break
        delivery = deliver_next(worker=worker, client=client)
        if delivery is not None:
            report.outcomes[delivery.outcome] += 1
            if delivery.stops_lane:
                report.stopped = delivery.sentence
                break
            continue
        if outbox.refill(now=timezone.now()):
            continue
        pause = _pause(until_idle=until_idle)
        if pause is None:
            break
        time.sleep(pause)
    return _count(report)


def deliver_next(*, worker: str, client: Client | None = None) -> Delivery | None:
    """Claim and deliver the next message; None when none is due."""
    message = outbox.claim(now=timezone.now(), worker=worker)
    return None if message is None else deliver(message, client=client, worker=worker)


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


def worker_name() -> str:
    """Name this thread of this process of this machine."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident() % 100_000}"
