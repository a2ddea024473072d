"""What a person may do with a message, and the trace it leaves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from integration import couriers
from integration.models import Attempt, Message, PayloadEdit
from reconciliation import documents

from .line import prepare
from .moving import OutboxError, check, move
from .transitions import CANCELLED_BY_HAND, ENTERED_BY_HAND, LOOKED_FOR_BY_HAND, RETRIED
from .waking import wake


class Overtaken(OutboxError):  # noqa: N818 - nothing is wrong, somebody else was quicker
    """Something happened to the message since the person looked at it."""


@transaction.atomic
def retry(message: Message, *, by: User, reason: str, remap: bool = False) -> None:
    """Put a stuck message in line again, built anew from the record.

    It keeps its versions of the field mapping; with `remap`, or where the mapping was at fault, it takes
    those in force.
    """
    message = _lock(message)
    if not message.is_stuck:
        raise OutboxError(
            _("{message} is {state}; only stuck messages can be retried.").format(
                message=message, state=message.get_state_display()
            )
        )
    note(message, by=by, reason=reason, text="Retried")
    if message.unknown_since:
        move(message, LOOKED_FOR_BY_HAND, next_attempt_at=timezone.now())
    else:
        move(message, RETRIED, next_attempt_at=timezone.now(), remap=remap or message.remap)
        prepare(message)
    transaction.on_commit(wake)


@transaction.atomic
def send_edited(message: Message, *, original: Any, edited: Any, seen: str, by: User, reason: str) -> None:
    """Put a stuck message in line again with what a person made of it; raises Overtaken when it has changed.

    `original` is what was built when it was edited, and stays. An edit that changes nothing gives up the one
    before it: then what is built is sent.
    """
    message = _lock(message)
    if sight(message) != seen:
        raise Overtaken(what_happened(message))
    check_editable(message)
    changes = bool(edited != original)
    note(message, by=by, reason=reason, text="Edited" if changes else "Edit given up")
    now = timezone.now()
    message.edits.end(at=now)
    if changes:
        PayloadEdit.objects.create(
            message=message,
            at=now,
            by=by.get_username(),
            reason=reason.strip()[:300],
            original=original,
            edited=edited,
        )
    move(message, RETRIED, next_attempt_at=now)
    prepare(message)
    transaction.on_commit(wake)


def check_editable(message: Message) -> None:
    """Refuse to edit what is not stuck, or may be in Business Central already."""
    if not message.is_stuck:
        raise OutboxError(
            _("{message} is {state}; only stuck messages can be edited.").format(
                message=message, state=message.get_state_display()
            )
        )
    if message.unknown_since is not None:
        raise OutboxError(
            _(
                "{message} may be in Business Central as it was sent. Retry it: it is looked for first."
            ).format(message=message)
        )


def sight(message: Message) -> str:
    """Name the message as it stands now; anything that happens to it gives it another name."""
    latest = message.tries.order_by("-pk").values_list("pk", flat=True).first() or 0
    return f"{message.state}-{message.fence}-{latest}"


def what_happened(message: Message) -> str:
    """Tell a person what came between their look at a message and what they wanted to do with it."""
    latest = message.tries.order_by("-pk").first()
    told = _("{message} is {state} now").format(message=message, state=message.get_state_display())
    if latest is not None:
        who = latest.worker if latest.outcome == Attempt.Outcome.BY_HAND else _("a worker")
        clock = timezone.localtime(latest.ended_at)
        told += f": {who or 'Tieout'}, {clock:%H:%M:%S}, {latest.sentence or latest.get_outcome_display()}"
    rest = _("Nothing of yours was written. Look at it, and decide again.")
    return f"{told.rstrip('.')}. {rest}"


@transaction.atomic
def mark_done_by_hand(
    message: Message, *, by: User, reason: str, bc_number: str, bc_id: UUID | None = None
) -> None:
    """Someone entered the document in BC by hand, or it was found there; what waits for it may go on."""
    message = _lock(message)
    check(message, ENTERED_BY_HAND)
    if not bc_number.strip():
        raise OutboxError(_("Give the number of the document in Business Central."))
    note(message, by=by, reason=reason, text=f"Marked as posted in BC as {bc_number}")
    now = timezone.now()
    number = bc_number.strip()
    move(message, ENTERED_BY_HAND, done_at=now, bc_number=number, bc_id=bc_id)
    documents.mark_posted(couriers.load(message), bc_id=bc_id, bc_number=number, at=now)
    transaction.on_commit(wake)


@transaction.atomic
def cancel(message: Message, *, by: User, reason: str) -> None:
    """Give a stuck or waiting message up; its document is cancelled, its chain goes on."""
    message = _lock(message)
    check(message, CANCELLED_BY_HAND)
    note(message, by=by, reason=reason, text="Cancelled")
    move(message, CANCELLED_BY_HAND)
    documents.cancel(couriers.load(message))
    transaction.on_commit(wake)


def _lock(message: Message) -> Message:
    locked: Message = Message.objects.select_for_update().select_related("company").get(pk=message.pk)
    return locked


def note(message: Message, *, by: User, reason: str, text: str) -> None:
    """Put a person's act into the message's timeline."""
    if not reason.strip():
        raise OutboxError(_("Say why: the reason stays with the message."))
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
