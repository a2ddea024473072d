"""Forget incidents that were over long ago, with what people were told of them: it holds names and sums."""

from __future__ import annotations

from datetime import datetime, timedelta

from integration.models import Incident

KEPT = timedelta(days=400)  # so that a year's end can be compared with the one before
BATCH = 500


def forget_old(*, now: datetime) -> int:
    """Forget what ended before that, oldest first; returns how many. An open incident stays, however old."""
    over = Incident.objects.filter(closed_at__lt=now - KEPT).order_by("closed_at")
    old = list(over.values_list("pk", flat=True)[:BATCH])
    Incident.objects.filter(pk__in=old).delete()
    return len(old)
