"""Keep the incidents true to the rows: what is wrong now is open, what is mended is closed."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from integration.models import Incident, Notification
from masterdata.models import Company

from .sources import SOURCES, Found

LOCK = 7_251_604
GROWTH = 2  # times what somebody took on; then it is told anew


@transaction.atomic
def watch(*, now: datetime) -> int:
    """Look at all that can be wrong; returns how many incidents are open. One looks at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    return sum(_watch(company, now) for company in Company.objects.order_by("pk"))


def _watch(company: Company, now: datetime) -> int:
    known = {(each.subject, each.cause): each for each in Incident.objects.of(company).open()}
    found = {(each.subject, each.cause): each for source in SOURCES for each in source(company)}
    for key, each in found.items():
        if key in known:
            _renew(known[key], each)
        else:
            Incident.objects.create(company=company, opened_at=now, **each.values)
    for key in known.keys() - found.keys():
        _close(known[key], now)
    return len(found)


def _renew(incident: Incident, found: Found) -> None:
    changed = {name: value for name, value in found.values.items() if getattr(incident, name) != value}
    if not changed:
        return
    if incident.acknowledged_at and found.count >= GROWTH * max(1, incident.acknowledged_count):
        changed |= {"round": incident.round + 1, "acknowledged_at": None, "acknowledged_by": None}
    # The row may be taken on at this moment: only what was found is written.
    Incident.objects.filter(pk=incident.pk).update(**changed)


def _close(incident: Incident, now: datetime) -> None:
    Incident.objects.filter(pk=incident.pk).update(closed_at=now)
    queued = incident.notifications.filter(state=Notification.State.QUEUED)
    queued.update(state=Notification.State.SETTLED, ended_at=now)
