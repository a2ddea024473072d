"""A person takes an incident on: reminders stop, unless it grows to twice its size; and may give it back."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from integration.models import Incident, Notification

LONGEST_NOTE = 300
State = Notification.State


@transaction.atomic
def acknowledge(incident: Incident, *, by: User, note: str = "") -> bool:
    """Take it on; False when somebody else did, or it is mended already."""
    row = _lock(incident)
    if row.acknowledged_at is not None or row.closed_at is not None:
        return False
    now, note = timezone.now(), note.strip()[:LONGEST_NOTE]
    row.acknowledged_at, row.acknowledged_by, row.note = now, by, note
    row.acknowledged_count = row.count
    row.save(update_fields=["acknowledged_at", "acknowledged_by", "note", "acknowledged_count"])
    queued = row.notifications.filter(state=State.QUEUED)
    queued.update(state=State.ACKNOWLEDGED, ended_at=now)
    row.notes.create(at=now, by=by.get_username(), text="Taken on", note=note)
    return True


@transaction.atomic
def give_back(incident: Incident, *, by: User) -> bool:
    """Undo it: what was not sent for it is sent, and reminders go on; False when nobody has it."""
    row = _lock(incident)
    if row.acknowledged_at is None or row.closed_at is not None:
        return False
    now = timezone.now()
    row.acknowledged_at, row.acknowledged_by, row.note = None, None, ""
    row.save(update_fields=["acknowledged_at", "acknowledged_by", "note"])
    spared = row.notifications.filter(state=State.ACKNOWLEDGED, round=row.round)
    spared.update(state=State.QUEUED, ended_at=None, next_attempt_at=now)
    row.notes.create(at=now, by=by.get_username(), text="Given back")
    return True


def _lock(incident: Incident) -> Incident:
    locked: Incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    return locked
