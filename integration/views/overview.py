"""The overview: does the work move? Each flow with its figures, each figure with its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration import dashboard, delivery
from integration import overview as figures_of
from integration.models import SyncRun
from integration.overview import WINDOWS, Deliveries
from masterdata.models import Company
from reconciliation.roles import SEE_MESSAGES, SEE_RUNS
from reconciliation.views import figures, workplace

USUAL = "24h"
STALE_SECONDS = 300
WHOLE_LISTS = ",".join(kind for kind in SyncRun.Kind if kind != SyncRun.Kind.RECORDS)
IN_LINE = "ready,claimed,sending"


@dataclass(frozen=True)
class Number:
    """A figure and the rows that it counts; no link where nothing is counted."""

    value: str
    url: str
    is_alarm: bool = False


@dataclass(frozen=True)
class Flow:
    title: str
    numbers: list[tuple[str, Number]]
    lag: str
    last_success: datetime | None


@require_safe
@workplace.needs(SEE_MESSAGES)
def overview(request: HttpRequest) -> HttpResponse:
    company, now = workplace.company(request), timezone.now()
    window = request.GET.get("window", USUAL)
    window = window if window in WINDOWS else USUAL
    context: dict[str, Any] = {"company": company, "window": window, "windows": list(WINDOWS)}
    if company is not None:
        context |= _shown(company, now - WINDOWS[window], now, may_see_runs=_sees_runs(request))
    return render(request, "integration/overview.html", context)


def _sees_runs(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.has_perm(SEE_RUNS))


def _shown(company: Company, since: datetime, now: datetime, *, may_see_runs: bool) -> dict[str, Any]:
    found = figures_of.deliveries(company, since=since, now=now)
    still = delivery.standstill()
    return {
        "flows": [_flow(company, each, since, now) for each in found],
        "pulls": figures_of.pulls(company, since=since, now=now) if may_see_runs else [],
        "intake": figures_of.intake(company, since=since) if may_see_runs else [],
        "standstill": delivery.sentence_of(still) if still is not None else "",
        "budget": dashboard.allowance(),
        "signs": _signs(now, backlog=sum(each.backlog for each in found)),
        "since": since,
        "of_runs": _asking(company, started_at__gte=since.isoformat(), kind__in=WHOLE_LISTS),
        "of_events": _asking(company, received_at__gte=since.isoformat()),
    }


def _asking(company: Company, **asked: str) -> str:
    return urlencode({"company": str(company.pk), **asked})


def _flow(company: Company, each: Deliveries, since: datetime, now: datetime) -> Flow:
    def number(value: int, *, alarm: bool = False, **query: str) -> Number:
        asked = _asking(company, document_kind__exact=each.kind, **query)
        rows = f"{reverse('admin:integration_message_changelist')}?{asked}"
        return Number(figures.whole(value), rows if value else "", alarm and value > 0)

    numbers = [
        (_("Succeeded"), number(each.succeeded, state__exact="done", done_at__gte=since.isoformat())),
        (_("Pending"), number(each.pending, state__in=IN_LINE, first_failed_at__isnull="True")),
        (_("Retrying"), number(each.retrying, state__in=IN_LINE, first_failed_at__isnull="False")),
        (_("Checking"), number(each.verifying, state__exact="verifying")),
        (_("Waiting"), number(each.waiting, state__exact="waiting")),
        (_("Refused"), number(each.failed, alarm=True, state__exact="rejected")),
        (_("Given up"), number(each.dead, alarm=True, state__exact="dead")),
    ]
    lag = figures.age(each.oldest_due, now) if each.oldest_due else ""
    return Flow(each.title, numbers, lag, each.last_success)


def _signs(now: datetime, *, backlog: int) -> list[tuple[str, str, str]]:
    """Say whether work moves: green means that something was done, not that a process runs."""
    beats, oldest = figures_of.beats(), figures_of.oldest_claimable(now)
    is_late = oldest is not None and (now - oldest).total_seconds() > STALE_SECONDS
    clock_late = beats.clock_at is None or (now - beats.clock_at).total_seconds() > STALE_SECONDS
    due = figures.age(oldest, now) if oldest else _("nothing")
    return [
        (_("Backlog"), figures.whole(backlog), ""),
        (_("Longest due"), due, "bad" if is_late else "good"),
        (_("The clock looked"), _ago(beats.clock_at, now), "bad" if clock_late else "good"),
        (_("Last try at a document"), _ago(beats.attempt_at, now), ""),
    ]


def _ago(moment: datetime | None, now: datetime) -> str:
    return _("{age} ago").format(age=figures.age(moment, now)) if moment else _("never")
