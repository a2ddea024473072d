"""What a person may do with a message, and the trace it leaves."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from integration import couriers
from integration.models import Attempt, Message
from reconciliation import documents

from .line import prepare
from .moving import OutboxError, check, move
from .transitions import CANCELLED_BY_HAND, ENTERED_BY_HAND, LOOKED_FOR_BY_HAND, RETRIED
from .waking import wake


@transaction.atomic
def retry(message: Message, *, by: User, reason: str) -> None:
    """Put a stuck message in line again, built anew from the record and today's mapping."""
    message = _lock(message)
    if not message.is_stuck:
        raise OutboxError(f"{message} is {message.get_state_display()}; only stuck messages can be retried.")
    _note(message, by=by, reason=reason, text="Retried")
    if message.unknown_since:
        move(message, LOOKED_FOR_BY_HAND, next_attempt_at=timezone.now())
    else:
        move(message, RETRIED, next_attempt_at=timezone.now())
        prepare(message)
    transaction.on_commit(wake)


@transaction.atomic
def mark_done_by_hand(message: Message, *, by: User, reason: str, bc_number: str) -> None:
    """Someone entered the document in BC by hand; what waits for it may go on."""
    message = _lock(message)
    check(message, ENTERED_BY_HAND)
    if not bc_number.strip():
        raise OutboxError("Give the number of the document in Business Central.")
    _note(message, by=by, reason=reason, text=f"Marked as posted in BC as {bc_number}")
    now = timezone.now()
    move(message, ENTERED_BY_HAND, done_at=now, bc_number=bc_number.strip())
    documents.mark_posted(couriers.load(message), bc_id=None, bc_number=bc_number.strip(), at=now)
    transaction.on_commit(wake)


@transaction.atomic
def cancel(message: Message, *, by: User, reason: str) -> None:
    """Give a stuck or waiting message up; its document is cancelled, its chain goes on."""
    message = _lock(message)
    check(message, CANCELLED_BY_HAND)
    _note(message, by=by, reason=reason, text="Cancelled")
    move(message, CANCELLED_BY_HAND)
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
