"""From a draft to what is in force: one person drafts, another approves, and one click goes back."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from integration.models import FieldMapping, MappingVersion

from . import content as contents
from . import versions
from .content import Content

logger = logging.getLogger(__name__)

State, Origin = MappingVersion.State, MappingVersion.Origin
EDITING = timedelta(minutes=2)
SHORTEST_REASON = 5


class NotPossible(Exception):  # noqa: N818 - it reads as an answer
    """The step cannot be taken; the text says why and what to do."""


@transaction.atomic
def draft(
    mapping: FieldMapping, *, by: User, content: Content | None = None, origin: str = Origin.EDITED
) -> MappingVersion:
    """Give the open draft, or begin one from what is in force; a given content takes its place."""
    FieldMapping.objects.select_for_update().get(pk=mapping.pk)
    found = mapping.versions.open().first()
    if found is None:
        base = versions.in_force(mapping)
        found = MappingVersion.objects.create(
            mapping=mapping,
            number=next_number(mapping),
            origin=origin,
            content=base.content if base else contents.written(Content()),
            based_on=base.number if base else None,
            editors=[by.pk],
        )
    return save(found, content, by=by, seen=found.revision) if content is not None else found


@transaction.atomic
def save(draft: MappingVersion, content: Content, *, by: User, seen: int) -> MappingVersion:
    """Keep a draft's new content; raises NotPossible when another person saved it meanwhile."""
    found = _locked(draft)
    if found.state not in (State.DRAFT, State.REVIEW):
        raise NotPossible(f"{found} is {found.get_state_display()}; it changes no more. Begin a new draft.")
    if found.revision != seen:
        raise NotPossible(
            "Somebody else saved this draft since you opened it. Look at it again, then change it."
        )
    found.content = contents.written(content)
    found.state = State.DRAFT  # what was handed in has to be handed in again
    found.revision += 1
    found.editors = sorted({*found.editors, by.pk})
    found.changed_at = timezone.now()
    found.save()
    return found


def look_at(draft: MappingVersion, *, by: User) -> User | None:
    """Note who has the editor open; gives the other person who has it open now."""
    now = timezone.now()
    other = draft.looked_at_by
    is_open = other is not None and other != by and draft.looked_at is not None
    if is_open and draft.looked_at is not None and now - draft.looked_at < EDITING:
        return other
    MappingVersion.objects.filter(pk=draft.pk).update(looked_at_by=by, looked_at=now)
    return None


@transaction.atomic
def submit(draft: MappingVersion, *, by: User, note: str) -> MappingVersion:
    """Hand a draft in for review."""
    found = _locked(draft)
    if found.state != State.DRAFT:
        raise NotPossible(f"{found} is {found.get_state_display()}; only a draft is handed in.")
    if len(note.strip()) < SHORTEST_REASON:
        raise NotPossible("Say in a few words what it changes and why: whoever approves it reads that first.")
    base = versions.in_force(found.mapping)
    if base and base.content == found.content:
        raise NotPossible(
            f"It says the same as version {base.number}, which is in force. Change something first."
        )
    found.state, found.note = State.REVIEW, note.strip()
    found.editors = sorted({*found.editors, by.pk})
    found.save()
    logger.info("%s was handed in by %s", found, by)
    return found


@transaction.atomic
def send_back(draft: MappingVersion, *, by: User, reason: str) -> MappingVersion:
    """Give a draft back to who drafted it."""
    found = _locked(draft)
    if found.state != State.REVIEW:
        raise NotPossible(f"{found} is {found.get_state_display()}; only what was handed in is sent back.")
    found.state = State.DRAFT
    found.note = f"{found.note}\n\nSent back by {by.get_username()}: {_reason(reason)}"
    found.save()
    return found


@transaction.atomic
def approve(
    draft: MappingVersion,
    *,
    by: User,
    seen: int,
    effective_from: datetime | None = None,
    failing: int = 0,
    override_reason: str = "",
) -> MappingVersion:
    """Let a version count from now, or from a moment; `failing` says how many of its trial's records fail.

    Nobody approves what they had a hand in; the database holds to that too.
    """
    found = _locked(draft)
    _check_can_approve(found, by, seen)
    _check_is_meant(failing, override_reason)
    now = timezone.now()
    if found.mapping.versions.filter(number__gt=found.number).exists():
        found.number = next_number(found.mapping)  # numbers rise as versions are approved: the highest counts
    found.state = State.APPROVED
    found.reviewed_by, found.reviewed_at = by, now
    found.effective_from = max(effective_from or now, now)
    found.override_reason = override_reason.strip() if failing else ""
    found.save()
    logger.info("%s was approved by %s", found, by)
    return found


def _check_is_meant(failing: int, override_reason: str) -> None:
    if failing and len(override_reason.strip()) < SHORTEST_REASON:
        records = "record" if failing == 1 else "records"
        raise NotPossible(
            f"{failing} of the tested {records} would fail with it. Send it back; or say why it is meant."
        )


def _check_can_approve(found: MappingVersion, by: User, seen: int) -> None:
    if found.state != State.REVIEW:
        raise NotPossible(f"{found} is {found.get_state_display()}; it has to be handed in first.")
    if found.revision != seen:
        raise NotPossible("It was changed since you looked at it. Look at it again.")
    if by.pk in found.editors:
        raise NotPossible("You had a hand in this draft, so another person has to approve it.")
    if (counts := versions.in_force(found.mapping)) and counts.number != found.based_on:
        raise NotPossible(
            f"It was drafted from version {found.based_on}, and version {counts.number} counts now. "
            "Send it back, so that its author takes that in first."
        )


@transaction.atomic
def take_in(draft: MappingVersion, *, by: User) -> MappingVersion:
    """Bring what came into force meanwhile into a draft; where both changed the same row, the draft stays."""
    found = _locked(draft)
    newer = versions.in_force(found.mapping)
    if newer is None or newer.number == found.based_on:
        raise NotPossible("There is nothing newer to take in.")
    base = found.mapping.versions.filter(number=found.based_on or 0).first()
    before = contents.read(base.content) if base else Content()
    merged = contents.merge(before, contents.read(found.content), contents.read(newer.content))
    found = save(found, merged.content, by=by, seen=found.revision)
    found.based_on = newer.number
    found.save()
    return found


@transaction.atomic
def discard(draft: MappingVersion, *, by: User) -> MappingVersion:
    """Give a draft up; it stays to be read."""
    found = _locked(draft)
    if found.state not in (State.DRAFT, State.REVIEW):
        raise NotPossible(f"{found} is {found.get_state_display()} and cannot be discarded.")
    found.state = State.DISCARDED
    found.note = f"{found.note}\n\nDiscarded by {by.get_username()}.".strip()
    found.save()
    return found


@transaction.atomic
def roll_back(mapping: FieldMapping, to: MappingVersion, *, by: User, reason: str) -> MappingVersion:
    """Let an earlier version count again; every later one that was approved is withdrawn."""
    FieldMapping.objects.select_for_update().get(pk=mapping.pk)
    if to.state != State.APPROVED or to.withdrawn_at is not None or to.mapping_id != mapping.pk:
        raise NotPossible(f"{to} cannot count again: only what was approved and not withdrawn can.")
    said, now = _reason(reason), timezone.now()
    if to.effective_from is None or to.effective_from > now:
        raise NotPossible(f"{to} has not counted yet, so nothing goes back to it.")
    later = mapping.versions.filter(state=State.APPROVED, withdrawn_at=None, number__gt=to.number)
    if not later.exists():
        raise NotPossible(f"{to} is in force; there is nothing to go back from.")
    for each in later:
        each.withdrawn_by, each.withdrawn_at, each.withdrawn_reason = by, now, said
        each.save()
    logger.info("%s counts again, by %s", to, by)
    return to


def next_number(mapping: FieldMapping) -> int:
    latest = mapping.versions.order_by("-number").values_list("number", flat=True).first()
    return int(latest or 0) + 1


def _locked(draft: MappingVersion) -> MappingVersion:
    found: Any = (
        MappingVersion.objects.select_for_update(of=["self"]).select_related("mapping").get(pk=draft.pk)
    )
    return found  # type: ignore[no-any-return]


def _reason(reason: str) -> str:
    if len(reason.strip()) < SHORTEST_REASON:
        raise NotPossible("Say in a few words why.")
    return reason.strip()
