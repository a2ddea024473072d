"""How far the pulls are: small pieces of pages that live.js shows anew while something runs."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integration.models import SyncRun
from integration.sync import progress
from reconciliation.roles import SEE_RUNS
from reconciliation.views import workplace


@dataclass(frozen=True)
class Shown:
    """A run with how far it is."""

    run: SyncRun
    progress: progress.Progress
    company: str
    """Whose run it is, where there are several companies."""

    @property
    def is_running(self) -> bool:
        return self.run.state == SyncRun.State.RUNNING


def shown(request: HttpRequest, run: SyncRun) -> Shown:
    names = {company.pk: company.name for company in workplace.companies(request)}
    return Shown(run, progress.of(run, now=timezone.now()), names[run.company_id] if len(names) > 1 else "")


def all_running(request: HttpRequest) -> list[Shown]:
    """Give the runs under way, the latest first."""
    running = SyncRun.objects.filter(state=SyncRun.State.RUNNING)
    return [shown(request, run) for run in running.order_by("-pk")]


@require_safe
@never_cache
@workplace.needs(SEE_RUNS)
def running(request: HttpRequest) -> HttpResponse:
    return render(request, "integration/running.html", {"running": all_running(request)})


@require_safe
@never_cache
@workplace.needs(SEE_RUNS)
def run_progress(request: HttpRequest, object_id: int) -> HttpResponse:
    run = get_object_or_404(SyncRun, pk=object_id)
    return render(request, "integration/run_progress.html", {"shown": shown(request, run)})
