"""Forget incidents that were over long ago, with what people were told of them: it holds names and sums."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from integration.models import Incident
from masterdata import chain

BATCH = 500


def forget_old(*, now: datetime) -> int:
    """Forget what ended before that, oldest first; returns how many. An open incident stays, however old."""
    old = list(old_incidents(now=now).order_by("closed_at").values_list("pk", flat=True)[:BATCH])
    Incident.objects.filter(pk__in=old).delete()
    return len(old)


def old_incidents(*, now: datetime) -> QuerySet[Incident]:
    """Give the incidents whose term is over."""
    return Incident.objects.filter(closed_at__lt=now - chain.kept_days("incidents"))
