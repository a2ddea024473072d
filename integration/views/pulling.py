"""Pull from Business Central now, or stop: a worker does it, the run tells how it went."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from integration import sync
from integration.models import SyncRun
from reconciliation.roles import PULL
from reconciliation.views import workplace

from .asking import ask

RUNS = "admin:integration_syncrun_changelist"
PULLS = {"all": "master data", "invoices": "invoices"}


@workplace.takes_posts(RUNS)
@workplace.needs(PULL)
def pull_now(request: HttpRequest) -> HttpResponse:
    """Ask a worker to pull; says so when the workers cannot be reached."""
    from integration.tasks import pull

    entity = request.POST.get("entity", "") or request.POST.get("list", "")
    if entity not in (sync.ALL, *sync.ENTITIES):
        messages.warning(request, _("Choose what to pull."))
        return redirect(RUNS)
    what = PULLS.get(entity, entity.replace("-", " "))
    ask(
        request,
        pull,
        {"entity": entity, "full": request.POST.get("full") == "on"},
        said=_("Pulling {what}. The run appears here in a moment.").format(what=what),
    )
    return redirect(RUNS)


@workplace.takes_posts(RUNS)
@workplace.needs(PULL)
def pull_record(request: HttpRequest) -> HttpResponse:
    """Ask a worker to pull one record of a master list by its BC id."""
    from integration.tasks import pull_records

    entity, bc_id = request.POST.get("entity", ""), _id(request.POST.get("bc_id", ""))
    back = request.POST.get("next", "")
    if entity not in sync.MASTERS or bc_id is None:
        messages.warning(request, _("Choose what to pull."))
        return workplace.back_to(request, back, reverse(RUNS))
    ask(
        request,
        pull_records,
        {"entity": entity, "ids": [str(bc_id)]},
        said=_("Pulling this record. Reload the page in a moment; its run stands under Sync runs."),
    )
    return workplace.back_to(request, back, reverse(RUNS))


@workplace.takes_posts("admin:integration_syncrun_change", "object_id")
@workplace.needs(PULL)
def stop_run(request: HttpRequest, object_id: int) -> HttpResponse:
    """Let a run stop before its next page."""
    run = get_object_or_404(SyncRun, pk=object_id)
    if sync.ask_to_stop(run, by=request.user.get_username()):
        messages.success(request, _("It stops before its next page; the next run goes on from there."))
    else:
        messages.info(request, _("It has ended already."))
    return redirect("admin:integration_syncrun_change", object_id=object_id)


def _id(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
