"""What a person may do with a message, and the trace it leaves."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from integration import couriers
from integration.models import Attempt, Message
from reconciliation import documents

from .line import prepare
from .states import OutboxError, State, change, check
from .waking import wake


@transaction.atomic
def retry(message: Message, *, by: User, reason: str) -> None:
    """Put a stuck message in line again, built anew from the record and today's mapping."""
    message = _lock(message)
    if not message.is_stuck:
        raise OutboxError(f"{message} is {message.get_state_display()}; only stuck messages can be retried.")
    _note(message, by=by, reason=reason, text="Retried")
    change(message, attempts=0, error="", error_code="", error_detail="")
    if message.unknown_since:
        change(message, state=State.VERIFYING, next_attempt_at=timezone.now())
    else:
        change(message, state=State.WAITING)
        prepare(message)
    transaction.on_commit(wake)


@transaction.atomic
def mark_done_by_hand(message: Message, *, by: User, reason: str, bc_number: str) -> None:
    """Someone entered the document in BC by hand; what waits for it may go on."""
    message = _lock(message)
    check(message, State.DONE)
    if not bc_number.strip():
        raise OutboxError("Give the number of the document in Business Central.")
    _note(message, by=by, reason=reason, text=f"Marked as posted in BC as {bc_number}")
    change(
        message,
        state=State.DONE,
        done_at=timezone.now(),
        bc_number=bc_number.strip(),
        next_attempt_at=None,
        unknown_since=None,
        waiting_for="",
        error="",
        error_code="",
        error_detail="",
    )
    documents.mark_posted(couriers.load(message), bc_id=None, bc_number=bc_number.strip(), at=timezone.now())
    transaction.on_commit(wake)


@transaction.atomic
def cancel(message: Message, *, by: User, reason: str) -> None:
    """Give a stuck or waiting message up; its document is cancelled, its chain goes on."""
    message = _lock(message)
    check(message, State.CANCELLED)
    if message.unknown_since:
        raise OutboxError(
            f"{message} may be in Business Central. Look there first, then mark it done or retry it."
        )
    _note(message, by=by, reason=reason, text="Cancelled")
    change(message, state=State.CANCELLED, next_attempt_at=None)
    documents.cancel(couriers.load(message))
    transaction.on_commit(wake)


def _lock(message: Message) -> Message:
    locked: Message = Message.objects.select_for_update().select_related("company").get(pk=message.pk)
    return locked


def _note(message: Message, *, by: User, reason: str, text: str) -> None:
    """Put a person's act into the message's timeline."""
    if not reason.strip():
        raise OutboxError("Say why: the reason stays with the message.")
    now = timezone.now()
    Attempt.objects.create(
        message=message,
        number=message.attempts,
        fence=message.fence,
        started_at=now,
        ended_at=now,
        outcome=Attempt.Outcome.BY_HAND,
        worker=by.get_username(),
        sentence=f"{text}: {reason.strip()}",
    )
