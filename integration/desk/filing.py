"""File a stuck message under its cause, so that a person mends one thing and not forty messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from integration import couriers
from integration.models import Cause, CauseNote, Message
from integration.outbox import causes, worth
from integration.outbox.moving import file_under
from integration.outbox.transitions import State
from reconciliation.roles import FINANCE_CONTROLLER, INTEGRATION_ADMIN

FINANCES = ("Finance ", "finance ")
BATCH = 500


@transaction.atomic
def filed(message: Message, error: Mapping[str, Any], *, document: Any = None) -> dict[str, Any]:
    """Give the message's changes when it gets stuck: the cause that it belongs to, and what it is worth."""
    named = causes.name(
        error.get("error_code", ""), error.get("error", ""), error.get("error_detail", ""), message.payload
    )
    now = timezone.now()
    cause = _known(message, named, now) or _new(message, named, now)
    return {"cause": cause, "worth": worth.of(message.document_kind, document or couriers.load(message))}


def file_unfiled() -> int:
    """File what got stuck before causes were kept; returns how many."""
    unfiled = Message.objects.stuck().filter(cause=None).select_related("company").order_by("pk")
    found = list(unfiled[:BATCH])
    for message in found:
        error = {name: getattr(message, name) for name in ("error_code", "error", "error_detail")}
        file_under(message, **filed(message, error))
    return len(found)


def _known(message: Message, named: causes.Named, now: datetime) -> Cause | None:
    cause: Cause | None = (
        Cause.objects.select_for_update(of=["self"]).filter(company=message.company, key=named.key).first()
    )
    if cause is None:
        return None
    if message.cause_id != cause.pk:
        _note_return(cause, now)
    cause.last_seen_at, cause.next_step = now, named.next_step
    cause.save(update_fields=["last_seen_at", "next_step", "came_back_at", "ignored_at"])
    return cause


def _note_return(cause: Cause, now: datetime) -> None:
    """Tell that a cause came back: solved before, or put aside as not to be mended."""
    if _was_solved(cause):
        cause.came_back_at = now
        _note(cause, now, "Came back after it was solved")
    if cause.ignored_at is not None:
        cause.ignored_at = None
        _note(cause, now, "No longer ignored: another message failed for it")


def _was_solved(cause: Cause) -> bool:
    """Whether its messages went through since the last one failed, and none is left."""
    if cause.messages.filter(state__in=[State.DEAD, State.REJECTED]).exists():
        return False
    return cause.messages.filter(state=State.DONE, done_at__gt=F("cause__last_seen_at")).exists()


def _new(message: Message, named: causes.Named, now: datetime) -> Cause:
    cause, _is_new = Cause.objects.get_or_create(
        company=message.company,
        key=named.key,
        defaults={
            "code": named.key.partition("|")[0][:80],
            "things": dict(named.things),
            "title": named.title,
            "next_step": named.next_step,
            "owner_role": _owner(named),
            "first_seen_at": now,
            "last_seen_at": now,
        },
    )
    return cause


def _owner(named: causes.Named) -> str:
    """Say whose desk it goes to at first: finance's where the next step is finance's."""
    return FINANCE_CONTROLLER if named.next_step.startswith(FINANCES) else INTEGRATION_ADMIN


def _note(cause: Cause, now: datetime, text: str) -> None:
    CauseNote.objects.create(cause=cause, at=now, text=text)
