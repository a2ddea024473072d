"""A person takes an incident on: reminders stop, unless it grows to twice its size."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from integration.models import Incident, Notification


@transaction.atomic
def acknowledge(incident: Incident, *, by: User, note: str = "") -> bool:
    """Take it on; False when somebody else did, or it is mended already."""
    row = Incident.objects.select_for_update().get(pk=incident.pk)
    if row.acknowledged_at is not None or row.closed_at is not None:
        return False
    now = timezone.now()
    row.acknowledged_at, row.acknowledged_by, row.note = now, by, note[:300]
    row.acknowledged_count = row.count
    row.save(update_fields=["acknowledged_at", "acknowledged_by", "note", "acknowledged_count"])
    queued = row.notifications.filter(state=Notification.State.QUEUED)
    queued.update(state=Notification.State.ACKNOWLEDGED, ended_at=now)
    return True
