"""The cutover page: go or no-go, what the last rehearsal came to, and how far it is to zero."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from integration import rehearsal
from integration.models import Rehearsal, RehearsedDocument
from masterdata.models import Company
from reconciliation.roles import SEE_REHEARSALS
from reconciliation.views import workplace

SHOWN = 200


@require_safe
@workplace.needs(SEE_REHEARSALS)
def cutover(request: HttpRequest) -> HttpResponse:
    """Show whether the company may go live, and the last rehearsal."""
    company = workplace.company(request)
    if company is None:
        return render(request, "integration/cutover.html", {})
    checks = rehearsal.checks(company)
    latest = _of(company).order_by("-pk").first()
    context = {
        "company": company,
        "checks": checks,
        "may_go": rehearsal.may_go(checks),
        "latest": latest,
        "trend": rehearsal.trend(company),
        **(_sums(latest) if latest else {}),
    }
    return render(request, "integration/cutover.html", context)


@require_safe
@workplace.needs(SEE_REHEARSALS)
def rehearsed(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one rehearsal, and of a cause that is asked for its documents."""
    kept = get_object_or_404(_of(workplace.company(request)), pk=pk)
    cause = request.GET.get("cause", "")
    context = {"rehearsal": kept, **_sums(kept)}
    if cause:
        needing = kept.documents.filter(cause=cause, fate__in=RehearsedDocument.NEED_SOMEONE)
        context |= {"cause": cause, "documents": needing.order_by("pk")[:SHOWN], "found": needing.count()}
    elif "compared" in request.GET:
        found = rehearsal.compare(kept)
        context |= {"agreement": found, "differing": found.differing[:SHOWN]}
    return render(request, "integration/rehearsal.html", context)


def _of(company: Company | None) -> Any:
    return Rehearsal.objects.filter(company=company)


def _sums(kept: Rehearsal) -> dict[str, Any]:
    return {"kinds": rehearsal.by_kind(kept), "causes": rehearsal.by_cause(kept)}
