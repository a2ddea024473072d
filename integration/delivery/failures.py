"""What an error means for the message: later, look first, or a person."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from integration import backoff, couriers, outbox
from integration.bc import Verdict, verdict_of
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
from integration.models import DocumentKind, Message
from reconciliation import cases

from .mapped import blamed
from .pace import paced, wait
from .standstill import standstill
from .tries import Delivery, Outcome, Try

logger = logging.getLogger(__name__)

State = Message.State

FINANCE = "finance"
MAPPING = "mapping"
CONFLICT_ATTEMPTS = 3
BUG_ATTEMPTS = 3
CONFIGURATION_PAUSE = 60.0
SIGN_IN_PAUSE = 10.0  # the circuit opens when it fails again and again

OURS = (
    "Tieout failed on {message} by its own fault. Report it to the developers with the time of this attempt."
)


def failed(attempt: Try, error: Exception) -> Delivery:
    """Write down what went wrong and what happens next."""
    try:
        if attempt.message.unknown_since is not None:
            return _failed_to_look(attempt, error)
        return _failed_to_send(attempt, error)
    except outbox.LostLease as lost:
        return attempt.record(Outcome.LOST_LEASE, str(lost))


def _failed_to_send(attempt: Try, error: Exception) -> Delivery:
    error = blamed(attempt.message, error)
    match error:
        case UnknownOutcome():
            return _unknown(attempt, error)
        case NotSentError():
            return _later(attempt, error, Outcome.NOT_SENT, seconds=error.retry_after, counted=False)
        case ConfigurationError():
            logger.error("Deliveries to Business Central stopped: %s", error)
            is_sign_in = verdict_of(error) is Verdict.NOT_SIGNED_IN
            pause = paced(SIGN_IN_PAUSE if is_sign_in else CONFIGURATION_PAUSE)
            return _later(attempt, error, Outcome.NOT_SENT, seconds=pause, counted=False, stops_lane=True)
        case ConflictError() if attempt.message.attempts < CONFLICT_ATTEMPTS:
            return _later(attempt, error, Outcome.TEMPORARY, seconds=None, counted=True)
        case TemporaryError() if standstill() is not None:  # it is not this message's fault
            return _later(attempt, error, Outcome.TEMPORARY, seconds=None, counted=False)
        case TemporaryError():
            return _limited(attempt, error, Outcome.TEMPORARY, backoff.MAX_ATTEMPTS, State.DEAD)
        case PermanentError() | ConflictError():
            return _refused(attempt, error)
        case ProgramError():
            return _limited(attempt, error, Outcome.BUG, BUG_ATTEMPTS, State.DEAD)
    logger.error("%s failed", attempt.message.dedupe_key, exc_info=error)
    if attempt.message.state == State.SENDING:  # it broke after the write may have gone out
        return _unknown(attempt, error)
    return _limited(attempt, error, Outcome.BUG, BUG_ATTEMPTS, State.DEAD)


def _failed_to_look(attempt: Try, error: Exception) -> Delivery:
    """The answer is still unknown, and now looking failed too: look later, never send."""
    if isinstance(error, PermanentError):
        return _stuck(attempt, error, Outcome.REFUSED, State.REJECTED)
    if not isinstance(error, IntegrationError):
        logger.error("Looking for %s failed", attempt.message.dedupe_key, exc_info=error)
    is_temporary = isinstance(error, NotSentError | TemporaryError | ConfigurationError)
    if not is_temporary and attempt.message.looks >= len(backoff.SETTLE_SECONDS):
        return _stuck(attempt, error, Outcome.BUG, State.DEAD)
    now = timezone.now()
    look_at = now + timedelta(seconds=wait(1, error))
    return attempt.end(
        Outcome.NOT_SENT if is_temporary else Outcome.UNKNOWN,
        _sentence(attempt.message, error),
        lambda: outbox.mark_unknown(attempt.message, at=now, look_at=look_at, looked=not is_temporary),
        error=error,
        stops_lane=isinstance(error, ConfigurationError),
    )


def _unknown(attempt: Try, error: Exception) -> Delivery:
    now = timezone.now()
    look_at = now + timedelta(seconds=paced(backoff.SETTLE_SECONDS[0]))
    return attempt.end(
        Outcome.UNKNOWN,
        _sentence(attempt.message, error),
        lambda: outbox.mark_unknown(attempt.message, at=now, look_at=look_at, looked=False),
        error=error,
    )


def _limited(attempt: Try, error: Exception, outcome: Outcome, most: int, then: Message.State) -> Delivery:
    """Try again, but not for ever."""
    if attempt.message.attempts >= most:
        return _stuck(attempt, error, outcome, then)
    return _later(attempt, error, outcome, seconds=None, counted=True)


def _later(
    attempt: Try,
    error: Exception,
    outcome: Outcome,
    *,
    seconds: float | None,
    counted: bool,
    stops_lane: bool = False,
) -> Delivery:
    pause = seconds if seconds is not None else wait(attempt.message.attempts, error)
    at = timezone.now() + timedelta(seconds=pause)
    return attempt.end(
        outcome,
        _sentence(attempt.message, error),
        lambda: outbox.mark_retry(
            attempt.message, at=at, counted=counted, error=_told(attempt.message, error)
        ),
        error=error,
        stops_lane=stops_lane,
    )


def _stuck(attempt: Try, error: Exception, outcome: Outcome, to: Message.State) -> Delivery:
    return attempt.end(
        outcome,
        _sentence(attempt.message, error),
        lambda: outbox.mark_stuck(attempt.message, to=to, error=_told(attempt.message, error)),
        error=error,
    )


def _refused(attempt: Try, error: PermanentError | ConflictError) -> Delivery:
    """Leave it to a person; an invoice that is finance's to mend goes back to whoever released it.

    So does one that met the same conflict each time it was read again: it has to be judged again.
    """
    message = attempt.message

    def move() -> None:
        is_mappings = isinstance(error, PermanentError) and error.owner == MAPPING
        outbox.mark_stuck(message, to=State.REJECTED, error=_told(message, error), remap=is_mappings)
        is_finances = isinstance(error, ConflictError) or error.owner == FINANCE
        is_theirs = is_finances and message.document_kind == DocumentKind.SUPPLIER_INVOICE
        if is_theirs and cases.came_back(couriers.load(message)):
            outbox.hand_back(message)

    return attempt.end(Outcome.REFUSED, error.sentence, move, error=error)


def _sentence(message: Message, error: Exception) -> str:
    return error.sentence if isinstance(error, IntegrationError) else OURS.format(message=message)


def _told(message: Message, error: Exception) -> dict[str, str]:
    """The error as the message keeps it."""
    if isinstance(error, IntegrationError):
        code = error.code or type(error).__name__
        return {"error": error.sentence, "error_code": code[:80], "error_detail": error.raw}
    detail = f"{type(error).__name__}: {error}"
    return {"error": OURS.format(message=message), "error_code": "bug", "error_detail": detail[:2000]}
