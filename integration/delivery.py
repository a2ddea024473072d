"""Deliver messages to Business Central: look, write once, turn every outcome into the message's next state.

A write has three outcomes: posted, refused, unknown. Only the unknown one is dangerous, and it is never
answered by sending again: BC is looked at until the outcome is settled (docs/decisions/0003).
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from integration import backoff, connections, couriers, outbox
from integration.bc import Client
from integration.couriers import Posted, Standing, Withdrawn
from integration.errors import (
    ConfigurationError,
    ConflictError,
    IntegrationError,
    NotSentError,
    PermanentError,
    ProgramError,
    TemporaryError,
    UnknownOutcome,
)
from integration.models import Attempt, DocumentKind, Message

logger = logging.getLogger(__name__)

Outcome = Attempt.Outcome
State = Message.State

CONFLICT_ATTEMPTS = 3
BUG_ATTEMPTS = 3
CONFIGURATION_PAUSE = 60.0
NAP = 0.25

OURS = (
    "Tieout failed on {message} by its own fault. Report it to the developers with the time of this attempt."
)


@dataclass(frozen=True)
class Delivery:
    """What came of one message taken in hand."""

    message: Message
    outcome: Outcome
    sentence: str = ""
    stops_lane: bool = False
    """The connection itself is wrong: whatever comes next would fail alike."""


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
        return not self.stopped

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "outcomes": dict(sorted(self.outcomes.items())),
            "pending": self.pending,
            "stuck": self.stuck,
            "waiting": self.waiting,
            "stopped": self.stopped,
        }


def worker_name() -> str:
    """Name this thread of this process of this machine."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident() % 100_000}"


# One message


def deliver(message: Message, *, client: Client | None = None, worker: str = "") -> Delivery:
    """Take a claimed message as far as it gets now; always leaves it in a state that somebody continues."""
    attempt = _Attempt(message, worker or message.lease_by, timezone.now())
    try:
        return _deliver(attempt, client or connections.client())
    except outbox.LostLease as lost:
        return attempt.record(Outcome.LOST_LEASE, str(lost))
    except Withdrawn as withdrawn:
        return _withdraw(attempt, withdrawn)
    except Exception as error:  # noqa: BLE001 - the edge of the loop: one message must not stop the others
        return _failed(attempt, error)


def _deliver(attempt: _Attempt, client: Client) -> Delivery:
    message = attempt.message
    courier = couriers.COURIERS[DocumentKind(message.document_kind)]
    visit = courier.visit(client, message, couriers.load(message))
    found = visit.find()
    if isinstance(found, Posted):
        return attempt.end(
            Outcome.ADOPTED,
            _already(found),
            lambda: outbox.mark_done(message, bc_id=found.id, bc_number=found.number, at=timezone.now()),
        )
    if message.unknown_since is not None and not _is_settled(message, found):
        return _look_again(attempt)
    if message.unknown_since is not None:
        attempt.settle()
    room = timedelta(seconds=client.connection.timeouts.action + client.connection.timeouts.connect)
    posted = visit.send(lambda: outbox.mark_sending(message, now=timezone.now(), room=room))
    return attempt.end(
        Outcome.POSTED,
        "",
        lambda: outbox.mark_done(message, bc_id=posted.id, bc_number=posted.number, at=timezone.now()),
    )


def _already(found: Posted) -> str:
    return f"Found in Business Central as {found.number}." if found.number else "Found in Business Central."


def _is_settled(message: Message, found: Standing) -> bool:
    """Whether it is safe to send again after a lost answer."""
    if found is Standing.REPEATABLE:
        return True
    return _next_look(message, looks=message.looks + 1) is None and _since_sent(message) >= _paced(
        backoff.SETTLE_SECONDS[-1]
    )


def _look_again(attempt: _Attempt) -> Delivery:
    message = attempt.message
    seconds = _next_look(message, looks=message.looks + 1)
    now = timezone.now()
    if seconds is None:
        seconds = max(0.0, _paced(backoff.SETTLE_SECONDS[-1]) - _since_sent(message))
    return attempt.end(
        Outcome.NOT_FOUND,
        "Not found in Business Central yet.",
        lambda: outbox.mark_unknown(message, at=now, look_at=now + timedelta(seconds=seconds), looked=True),
    )


def _next_look(message: Message, *, looks: int) -> float | None:
    """Seconds until the next look; the plan is stretched or shrunk by OUTBOX_PACE."""
    pace = settings.OUTBOX_PACE
    since = _since_sent(message) / pace if pace else backoff.SETTLE_SECONDS[-1]
    seconds = backoff.next_look(looks, since_sent=since)
    return None if seconds is None else _paced(seconds)


def _since_sent(message: Message) -> float:
    since: datetime = message.unknown_since or timezone.now()
    return (timezone.now() - since).total_seconds()


def _paced(seconds: float) -> float:
    return seconds * float(settings.OUTBOX_PACE)


# What an error means


def _failed(attempt: _Attempt, error: Exception) -> Delivery:
    """Write down what went wrong and what happens next."""
    try:
        if attempt.message.unknown_since is not None:
            return _failed_to_look(attempt, error)
        return _failed_to_send(attempt, error)
    except outbox.LostLease as lost:
        return attempt.record(Outcome.LOST_LEASE, str(lost))


def _failed_to_send(attempt: _Attempt, error: Exception) -> Delivery:
    match error:
        case UnknownOutcome():
            return _unknown(attempt, error)
        case NotSentError():
            return _later(attempt, error, Outcome.NOT_SENT, seconds=error.retry_after, counted=False)
        case ConfigurationError():
            logger.error("Deliveries to Business Central stopped: %s", error)
            pause = _paced(CONFIGURATION_PAUSE)
            return _later(attempt, error, Outcome.NOT_SENT, seconds=pause, counted=False, stops_lane=True)
        case ConflictError():
            return _limited(attempt, error, Outcome.TEMPORARY, CONFLICT_ATTEMPTS, State.REJECTED)
        case TemporaryError():
            return _limited(attempt, error, Outcome.TEMPORARY, backoff.MAX_ATTEMPTS, State.DEAD)
        case PermanentError():
            return _stuck(attempt, error, Outcome.REFUSED, State.REJECTED)
        case ProgramError():
            return _limited(attempt, error, Outcome.BUG, BUG_ATTEMPTS, State.DEAD)
    logger.error("%s failed", attempt.message.dedupe_key, exc_info=error)
    if attempt.message.state == State.SENDING:  # it broke after the write may have gone out
        return _unknown(attempt, error)
    return _limited(attempt, error, Outcome.BUG, BUG_ATTEMPTS, State.DEAD)


def _failed_to_look(attempt: _Attempt, error: Exception) -> Delivery:
    """The answer is still unknown, and now looking failed too: look later, never send."""
    if isinstance(error, PermanentError):
        return _stuck(attempt, error, Outcome.REFUSED, State.REJECTED)
    if not isinstance(error, IntegrationError):
        logger.error("Looking for %s failed", attempt.message.dedupe_key, exc_info=error)
    is_temporary = isinstance(error, NotSentError | TemporaryError | ConfigurationError)
    if not is_temporary and attempt.message.looks >= len(backoff.SETTLE_SECONDS):
        return _stuck(attempt, error, Outcome.BUG, State.DEAD)
    now = timezone.now()
    look_at = now + timedelta(seconds=_wait(1, error))
    return attempt.end(
        Outcome.NOT_SENT if is_temporary else Outcome.UNKNOWN,
        _sentence(attempt.message, error),
        lambda: outbox.mark_unknown(attempt.message, at=now, look_at=look_at, looked=not is_temporary),
        error=error,
        stops_lane=isinstance(error, ConfigurationError),
    )


def _unknown(attempt: _Attempt, error: Exception) -> Delivery:
    now = timezone.now()
    look_at = now + timedelta(seconds=_paced(backoff.SETTLE_SECONDS[0]))
    return attempt.end(
        Outcome.UNKNOWN,
        _sentence(attempt.message, error),
        lambda: outbox.mark_unknown(attempt.message, at=now, look_at=look_at, looked=False),
        error=error,
    )


def _limited(
    attempt: _Attempt, error: Exception, outcome: Outcome, most: int, then: Message.State
) -> Delivery:
    """Try again, but not for ever."""
    if attempt.message.attempts >= most:
        return _stuck(attempt, error, outcome, then)
    return _later(attempt, error, outcome, seconds=None, counted=True)


def _later(
    attempt: _Attempt,
    error: Exception,
    outcome: Outcome,
    *,
    seconds: float | None,
    counted: bool,
    stops_lane: bool = False,
) -> Delivery:
    wait = seconds if seconds is not None else _wait(attempt.message.attempts, error)
    at = timezone.now() + timedelta(seconds=wait)
    return attempt.end(
        outcome,
        _sentence(attempt.message, error),
        lambda: outbox.mark_retry(
            attempt.message, at=at, counted=counted, error=_told(attempt.message, error)
        ),
        error=error,
        stops_lane=stops_lane,
    )


def _stuck(attempt: _Attempt, error: Exception, outcome: Outcome, to: Message.State) -> Delivery:
    return attempt.end(
        outcome,
        _sentence(attempt.message, error),
        lambda: outbox.mark_stuck(attempt.message, to=to, error=_told(attempt.message, error)),
        error=error,
    )


def _withdraw(attempt: _Attempt, withdrawn: Withdrawn) -> Delivery:
    """Drop the message, unless its last answer is still unknown: then a person decides."""
    if attempt.message.unknown_since is None:
        return attempt.end(Outcome.NOT_SENT, str(withdrawn), lambda: outbox.withdraw(attempt.message))
    error = PermanentError(f"{withdrawn} Look in Business Central whether it was posted before that.")
    return _failed(attempt, error)


def _wait(attempts: int, error: Exception) -> float:
    if isinstance(error, IntegrationError) and error.retry_after is not None:
        return error.retry_after
    return _paced(backoff.delay(max(1, attempts), random=random.random))


def _sentence(message: Message, error: Exception) -> str:
    return error.sentence if isinstance(error, IntegrationError) else OURS.format(message=message)


def _told(message: Message, error: Exception) -> dict[str, str]:
    """The error as the message keeps it."""
    if isinstance(error, IntegrationError):
        code = error.code or type(error).__name__
        return {"error": error.sentence, "error_code": code[:80], "error_detail": error.raw}
    detail = f"{type(error).__name__}: {error}"
    return {"error": OURS.format(message=message), "error_code": "bug", "error_detail": detail[:2000]}


@dataclass
class _Attempt:
    """The row that one try leaves, written together with the message's next state."""

    message: Message
    worker: str
    started_at: datetime

    def end(
        self,
        outcome: Outcome,
        sentence: str,
        move: Callable[[], None],
        *,
        error: Exception | None = None,
        stops_lane: bool = False,
    ) -> Delivery:
        """Move the message and tell it in one transaction."""
        number = self.message.attempts
        with transaction.atomic():
            move()
            self._write(outcome, sentence, number, error)
        return Delivery(self.message, outcome, sentence, stops_lane)

    def record(self, outcome: Outcome, sentence: str) -> Delivery:
        """Leave the row alone; the message is somebody else's."""
        self._write(outcome, sentence, self.message.attempts, None)
        return Delivery(self.message, outcome, sentence)

    def settle(self) -> None:
        """Close the look that proved nothing was posted; what follows is a new attempt."""
        message = self.message
        self.end(
            Outcome.NOT_FOUND, "Not in Business Central; sent again.", lambda: outbox.mark_settled(message)
        )
        self.started_at = timezone.now()

    def _write(self, outcome: Outcome, sentence: str, number: int, error: Exception | None) -> None:
        told = error if isinstance(error, IntegrationError) else None
        Attempt.objects.create(
            message=self.message,
            number=number,
            fence=self.message.fence,
            started_at=self.started_at,
            ended_at=timezone.now(),
            outcome=outcome,
            worker=self.worker[:100],
            status=told.status if told else None,
            error_code=(told.code if told else type(error).__name__ if error else "")[:80],
            sentence=sentence,
            detail=told.raw if told else (str(error)[:2000] if error else ""),
            correlation_id=(told.correlation_id if told else "")[:60],
        )


# Many messages


def drain(
    *, until_idle: bool = False, seconds: float | None = None, worker: str = "", client: Client | None = None
) -> Report:
    """Work the outbox: until nothing is due, or with `until_idle` until nothing will be due by itself.

    Stops at once when the connection itself is wrong.
    """
    report, worker = Report(), worker or worker_name()
    end = None if seconds is None else time.monotonic() + seconds
    while end is None or time.monotonic() < end:
        delivery = deliver_next(worker=worker, client=client)
        if delivery is not None:
            report.outcomes[delivery.outcome] += 1
            if delivery.stops_lane:
                report.stopped = delivery.sentence
                break
            continue
        if outbox.enqueue_cleared_invoices() + outbox.recheck_waiting():
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
