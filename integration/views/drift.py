"""The drift page: how each mirrored list stood to Business Central when they were last compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration import sync
from integration.models import DriftCheck, DriftedRecord
from masterdata import ownership
from masterdata.models import Company
from reconciliation.roles import PULL, SEE_RUNS
from reconciliation.views import workplace

from .asking import ask

MIRRORED = {each.pull: each for each in ownership.REGISTERED.values() if each.model}


@dataclass(frozen=True)
class Line:
    """One mirrored list with its last comparison."""

    owned: ownership.Ownership
    check: DriftCheck | None


@dataclass(frozen=True)
class Found:
    """One record that differed, and its page where it is here."""

    record: DriftedRecord
    url: str


@require_safe
@workplace.needs(SEE_RUNS)
def drift(request: HttpRequest) -> HttpResponse:
    """Show the lists, and of the one that is asked for the records that differ."""
    company = workplace.company(request)
    latest = {each.entity: each for each in DriftCheck.objects.latest_of(company)} if company else {}
    chosen = MIRRORED.get(request.GET.get("list", ""))
    check = latest.get(chosen.pull) if chosen else None
    user: Any = request.user
    context = {
        "lines": [Line(owned, latest.get(name)) for name, owned in MIRRORED.items()] if company else [],
        "chosen": chosen,
        "check": check,
        "found": _found(company, chosen, check) if company and chosen and check else [],
        "can_pull": user.has_perm(PULL),
    }
    return render(request, "integration/drift.html", context)


@workplace.takes_posts("drift")
@workplace.needs(PULL)
def check_now(request: HttpRequest) -> HttpResponse:
    """Ask a worker to compare one list, or all of them."""
    from integration.tasks import check_drift

    entity = request.POST.get("list", "")
    if entity not in MIRRORED:
        entity = sync.ALL
    said = _("Comparing with Business Central. Reload the page in a moment to see what differs.")
    ask(request, check_drift, {"entity": entity}, said=said)
    return redirect(reverse("drift") + (f"?list={entity}" if entity in MIRRORED else ""))


def _found(company: Company, owned: ownership.Ownership, check: DriftCheck) -> list[Found]:
    records = list(check.records.order_by("is_on_its_way", "record", "pk"))
    model: Any = owned.model
    here = model._default_manager.filter(company=company, bc_id__in=[each.bc_id for each in records])
    pages = dict(here.values_list("bc_id", "pk"))
    return [
        Found(each, reverse("record", args=[owned.subject, pages[each.bc_id]]) if each.bc_id in pages else "")
        for each in records
    ]
