"""The cutover page: go or no-go, what the last rehearsal came to, and how far it is to zero."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration import flows, rehearsal
from integration.models import OpeningRun, Rehearsal, RehearsedDocument
from masterdata.models import Company
from reconciliation.roles import SEE_REHEARSALS, SWITCH_FLOWS
from reconciliation.views import figures, workplace

SHOWN = 200
SHADOWED = datetime.timedelta(days=30)


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
        "flows": flows.flows(company),
        "opened": _opened(company),
        "shadow": rehearsal.shadow(company, since=timezone.now() - SHADOWED),
        "may_switch": request.user.has_perm(SWITCH_FLOWS),
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


@workplace.takes_posts("cutover")
@workplace.needs(SWITCH_FLOWS)
def switch(request: HttpRequest) -> HttpResponse:
    """Open flows now or at a moment, or close them."""
    company = workplace.company(request)
    if company is None:
        raise Http404
    user: Any = request.user
    try:
        flows.switch(
            company,
            request.POST.getlist("kind"),
            opens_at=_opens_at(request.POST),
            by=user,
            reason=request.POST.get("reason", ""),
        )
    except flows.FlowError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The flows are switched."))
    return redirect("cutover")


def _opens_at(told: QueryDict) -> datetime.datetime | None:
    """Read from when on; None closes. What is not said is no wish to close: raises FlowError."""
    match told.get("how"):
        case "now":
            return timezone.now()
        case "then":
            try:
                return timezone.make_aware(datetime.datetime.fromisoformat(told.get("moment", "")))
            except ValueError as error:
                raise flows.FlowError(_("Name the day and the time at which they open.")) from error
        case "close":
            return None
    raise flows.FlowError(_("Say whether they open now, open then or close."))


def _opened(company: Company) -> OpeningRun | None:
    """Give the last run over open balances that was no dry run."""
    runs = OpeningRun.objects.filter(company=company, is_dry_run=False)
    return runs.defer("files").order_by("-pk").first()


def _of(company: Company | None) -> Any:
    return Rehearsal.objects.filter(company=company)


def _sums(kept: Rehearsal) -> dict[str, Any]:
    return {
        "kinds": rehearsal.by_kind(kept),
        "causes": rehearsal.by_cause(kept),
        "at_least": figures.span(kept.seconds_at_budget),
    }
