"""Who owns what: the matrix as the code enforces it, with how each list fares."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from integration import sync, timetable
from integration.models import DriftCheck, HeldRecord, SyncRun
from masterdata import ownership
from masterdata.models import Company
from reconciliation.roles import SEE_RUNS
from reconciliation.views import workplace

ON_EVENT = "with each event"
NEVER = "by hand only"


@dataclass(frozen=True)
class Line:
    """One kind of record: the rule, and what came of it so far."""

    owned: ownership.Ownership
    schedule: str
    run: SyncRun | None
    present: int | None
    deleted: int | None
    held: int
    drift: DriftCheck | None


@require_safe
@workplace.needs(SEE_RUNS)
def owners(request: HttpRequest) -> HttpResponse:
    """Show the matrix of owners."""
    company = workplace.company(request)
    return render(request, "integration/ownership.html", {"lines": matrix(company) if company else []})


def matrix(company: Company) -> list[Line]:
    """Give a line for each kind of record that is registered."""
    schedules, runs = _schedules(), _latest(company)
    drift = {each.entity: each for each in DriftCheck.objects.latest_of(company)}
    held = dict(HeldRecord.objects.filter(company=company).values_list("entity").annotate(count=Count("pk")))
    return [
        Line(
            owned=owned,
            schedule=schedules.get(owned.pull, NEVER) if owned.pull else ON_EVENT,
            run=runs.get(owned.pull),
            present=_count(owned, company, is_present=True),
            deleted=_count(owned, company, is_present=False),
            held=held.get(owned.pull, 0),
            drift=drift.get(owned.pull),
        )
        for owned in ownership.REGISTERED.values()
    ]


def _count(owned: ownership.Ownership, company: Company, *, is_present: bool) -> int | None:
    if owned.model is None:
        return None
    rows = owned.model._default_manager.filter(company=company, deleted_at__isnull=is_present)
    return rows.count()


def _schedules() -> dict[str, str]:
    """Tell how often each list is pulled, by the schedules as they stand now."""
    told: dict[str, list[str]] = {}
    for turn in timetable.turns(now=timezone.now()):
        for name in sync.MASTERS if turn.entity == sync.ALL else (turn.entity,):
            told.setdefault(name, []).append(turn.rhythm)
    return {name: "; ".join(sorted(rhythms, reverse=True)) for name, rhythms in told.items()}


def _latest(company: Company) -> dict[str, SyncRun]:
    runs = SyncRun.objects.filter(company=company).order_by("entity", "-pk").distinct("entity")
    return {run.entity: run for run in runs}
