"""Keep the incidents true to the rows: what is wrong now is open, what is mended is closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from integration.models import Incident, Notification
from masterdata.models import Company

from .found import Found
from .sources import OF_COMPANY, OF_HOUSE

LOCK = 7_251_604
GROWTH = 2  # times what somebody took on; then it is told anew
REST = timedelta(minutes=30)  # mended for less than this, it is the same trouble and nobody is told anew


@transaction.atomic
def watch(*, now: datetime) -> int:
    """Look at all that can be wrong; returns how many incidents are open. One looks at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    companies = list(Company.objects.order_by("pk"))
    connected = next((each for each in companies if each.name == settings.BC_COMPANY), None)
    house = connected or next(iter(companies), None)
    return sum(_watch(each, now, is_house=each is house) for each in companies)


def _watch(company: Company, now: datetime, *, is_house: bool) -> int:
    open_ones = Incident.objects.of(company).open().select_related("filed_under")
    known = {(each.subject, each.cause): each for each in open_ones}
    found = [each for source in OF_COMPANY for each in source(company, now)]
    if is_house:
        found += [each for source in OF_HOUSE for each in source(now)]
    for each in found:
        incident = known.pop((each.subject, each.cause), None)
        if incident is None:
            _open(company, each, now)
        else:
            _renew(incident, each, now)
    for incident in known.values():
        _close(incident, now)
    return len(found)


def _open(company: Company, found: Found, now: datetime) -> None:
    """Open an incident; the one before goes on when it was mended only just now."""
    same = Incident.objects.of(company).filter(subject=found.subject, cause=found.cause)
    former = same.order_by("-closed_at").first()
    if former is not None and now - former.closed_at < REST:
        Incident.objects.filter(pk=former.pk).update(closed_at=None, **found.values)
        spared = former.notifications.filter(state=Notification.State.SETTLED, round=former.round)
        spared.update(state=Notification.State.QUEUED, ended_at=None, next_attempt_at=now)
        return
    opened = Incident(company=company, opened_at=now, **found.values)
    if former is not None and _was_mended(opened, former):
        opened.former = former
    opened.save()
    if opened.former:
        opened.notes.create(at=now, text="Came back after it was mended")


def _was_mended(opened: Incident, former: Incident) -> bool:
    """Whether the former one was mended at all: dead letters may have been put aside or given up."""
    cause = opened.filed_under
    if cause is None or former.closed_at is None:
        return True
    return cause.came_back_at is not None and cause.came_back_at > former.opened_at


def _renew(incident: Incident, found: Found, now: datetime) -> None:
    changed = {name: value for name, value in found.values.items() if getattr(incident, name) != value}
    if not changed:
        return
    if incident.acknowledged_at and found.count >= GROWTH * max(1, incident.acknowledged_count):
        changed |= {"round": incident.round + 1, "acknowledged_at": None, "acknowledged_by": None}
        grown = f"Grew from {incident.acknowledged_count} to {found.count}: people are told anew"
        incident.notes.create(at=now, text=grown)
    # The row may be taken on at this moment: only what was found is written.
    Incident.objects.filter(pk=incident.pk).update(**changed)


def _close(incident: Incident, now: datetime) -> None:
    Incident.objects.filter(pk=incident.pk).update(closed_at=now)
    cause = incident.filed_under
    is_aside = cause is not None and (cause.ignored_at is not None or cause.is_snoozed(now))
    queued = incident.notifications.filter(state=Notification.State.QUEUED)
    queued.update(state=Notification.State.SETTLED, ended_at=now)
    incident.notes.create(at=now, text="Put aside under Dead letters" if is_aside else "Over")
