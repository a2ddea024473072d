"""Whom a mail goes to: named addresses, everyone of a role, or whoever a cause is given to."""

from __future__ import annotations

from django.contrib.auth.models import User

from integration.models import Channel, Incident
from integration.models.escalation import Subject
from reconciliation.roles import INTEGRATION_ADMIN, ROLES

from . import exceptions

CHOICES = [
    ("", "the addresses below"),
    (Channel.OWNER, "whoever a cause or an exception is given to"),
    *((role, f"everyone who is {role}") for role in ROLES),
]


def addresses(channel: Channel, incident: Incident) -> tuple[str, ...]:
    """Give the addresses that a channel tells of an incident; none when nobody there has one."""
    if not channel.audience:
        return tuple(named(channel.recipients))
    if channel.audience != Channel.OWNER:
        return _of_role(channel.audience)
    if incident.subject == Subject.CASES:
        owner, role = exceptions.reader(incident.cause)
        return (owner.email,) if owner and owner.email else _of_role(role)
    cause = incident.filed_under
    if cause is None:
        return _of_role(INTEGRATION_ADMIN)
    if cause.owner is not None and cause.owner.is_active and cause.owner.email:
        return (cause.owner.email,)
    return _of_role(cause.owner_role) or _of_role(INTEGRATION_ADMIN)


def members(channel: Channel) -> tuple[str, ...]:
    """Give the addresses that a channel tells of what is nobody's own: of a role, or as named."""
    if not channel.audience:
        return tuple(named(channel.recipients))
    return _of_role(INTEGRATION_ADMIN if channel.audience == Channel.OWNER else channel.audience)


def named(text: str) -> list[str]:
    """Take addresses apart that are written with commas or one a line."""
    return [each.strip() for each in text.replace("\n", ",").split(",") if each.strip()]


def nobody(channel: Channel) -> str:
    """Say that nobody can be told, and what to do."""
    whom = INTEGRATION_ADMIN if channel.audience == Channel.OWNER else channel.audience
    return (
        f"Nobody who is {whom} has an e-mail address. Give one to a person under Users, or name addresses "
        f"in the channel “{channel}”."
    )


def _of_role(role: str) -> tuple[str, ...]:
    people = User.objects.filter(is_active=True, groups__name=role).exclude(email="")
    return tuple(people.order_by("email").values_list("email", flat=True).distinct())
