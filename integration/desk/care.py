"""Who takes care of a cause, and when it may rest: each decision is kept with who made it and why."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from integration.models import Cause, CauseNote
from reconciliation.people import called
from reconciliation.roles import AUDITOR, SEE_MESSAGES, roles_with
from reconciliation.row_keys import row_keys

ROLE, PERSON = "role:", "person:"


class CareError(Exception):
    """The cause cannot be cared for that way; the text says why."""


def owners() -> list[tuple[str, str]]:
    """Name who may own a cause: the roles and the people that see messages."""
    names = [(f"{ROLE}{role}", role) for role in _roles()]
    people = _people().order_by("last_name", "username")
    return names + [(f"{PERSON}{one.pk}", called(one)) for one in people]


def owner_of(cause: Cause) -> str:
    """Give the owner as `owners` writes it."""
    return f"{PERSON}{cause.owner_id}" if cause.owner_id else f"{ROLE}{cause.owner_role}"


@transaction.atomic
def assign(cause: Cause, *, to: str, by: User, reason: str = "") -> None:
    """Put a cause into the hands of a role or of a person."""
    cause = _lock(cause)
    kind, name = (ROLE, to.removeprefix(ROLE)) if to.startswith(ROLE) else (PERSON, to.removeprefix(PERSON))
    if kind == ROLE and name in _roles():
        cause.owner, cause.owner_role = None, name
    elif kind == PERSON and (person := _people().filter(pk__in=row_keys([name])).first()):
        cause.owner = person
    else:
        raise CareError(_("Choose a role or a person that sees messages."))
    cause.save(update_fields=["owner", "owner_role"])
    _note(cause, by, f"Given to {cause.in_whose_hands}", reason)


@transaction.atomic
def snooze(cause: Cause, *, until: datetime | None, by: User, reason: str) -> None:
    """Let a cause rest until a time; it comes back by itself."""
    if until is None or until <= timezone.now():
        raise CareError(_("Name a time to come."))
    cause = _lock(cause)
    _note(cause, by, f"Snoozed until {timezone.localtime(until):%d.%m.%Y %H:%M}", _needed(reason))
    cause.snoozed_until = until
    cause.save(update_fields=["snoozed_until"])


@transaction.atomic
def ignore(cause: Cause, *, by: User, reason: str) -> None:
    """Put a cause aside for good, as far as it is known: another message that fails for it brings it back."""
    cause = _lock(cause)
    _note(cause, by, "Ignored", _needed(reason))
    cause.ignored_at = timezone.now()
    cause.save(update_fields=["ignored_at"])


@transaction.atomic
def wake_up(cause: Cause, *, by: User) -> None:
    """Take a cause up again before its time."""
    cause = _lock(cause)
    if cause.ignored_at is None and not cause.is_snoozed(timezone.now()):
        raise CareError(_("It is not put aside."))
    _note(cause, by, "Taken up again", "")
    cause.ignored_at = cause.snoozed_until = None
    cause.save(update_fields=["ignored_at", "snoozed_until"])


def _roles() -> list[str]:
    return [role for role in roles_with(SEE_MESSAGES) if role != AUDITOR]


def _people() -> QuerySet[User]:
    return User.objects.filter(is_active=True, groups__name__in=_roles()).distinct()


def _lock(cause: Cause) -> Cause:
    locked: Cause = Cause.objects.select_for_update(of=["self"]).get(pk=cause.pk)
    return locked


def _needed(reason: str) -> str:
    if not reason.strip():
        raise CareError(_("Say why: the reason stays with the cause."))
    return reason.strip()


def _note(cause: Cause, by: User, text: str, reason: str) -> None:
    CauseNote.objects.create(
        cause=cause, at=timezone.now(), by=by.get_username(), text=text[:200], reason=reason.strip()[:300]
    )
