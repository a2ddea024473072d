"""The page of the open balances: send their files, see what is wrong with which row, and how they tie out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integration import opening
from integration.models import OpeningRun
from masterdata.models import Company
from reconciliation.roles import SEE_REHEARSALS, SWITCH_FLOWS
from reconciliation.views import workplace

LAST = 20
SHOWN = 200
WRITE = "write"
WHAT = {
    "orders": gettext_lazy("Open orders, with what was received and invoiced of each line to date"),
    "receipts": gettext_lazy("Receipts that no invoice has billed yet"),
    "invoices": gettext_lazy("Posted invoices that are not settled yet"),
    "stock": gettext_lazy("Stock on hand; it is compared, for Tieout keeps no stock of its own"),
}


@require_safe
@workplace.needs(SEE_REHEARSALS)
def open_balances(request: HttpRequest) -> HttpResponse:
    """Show the runs, and to those who may the form that begins one."""
    company = workplace.company(request)
    user: Any = request.user
    context = {
        "company": company,
        "runs": _of(company).defer("files", "problems", "totals").order_by("-pk")[:LAST],
        "may_send": user.has_perm(SWITCH_FLOWS),
        "files": [(name, WHAT[name], ", ".join(columns)) for name, columns in opening.FILES.items()],
    }
    return render(request, "integration/open_balances.html", context)


@require_safe
@never_cache
@workplace.needs(SEE_REHEARSALS)
def opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what came of a run."""
    run = get_object_or_404(_of(workplace.company(request)).defer("files"), pk=pk)
    context = {"run": run, "problems": run.problems[:SHOWN], "shown": min(SHOWN, len(run.problems))}
    return render(request, "integration/open_balances_run.html", context)


@require_safe
@workplace.needs(SEE_REHEARSALS)
def template(request: HttpRequest, name: str) -> HttpResponse:
    """Give an empty file with the headings of one of the files."""
    if name not in opening.FILES:
        raise Http404
    response = HttpResponse(",".join(opening.FILES[name]) + "\r\n", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@workplace.takes_posts("open-balances")
@workplace.needs(SWITCH_FLOWS)
def send(request: HttpRequest) -> HttpResponse:
    """Take the files and put the run in line."""
    company = workplace.company(request)
    if company is None:
        raise Http404
    files = {name: file.read() for name in opening.FILES if (file := request.FILES.get(name)) is not None}
    is_dry_run = request.POST.get("how") != WRITE
    try:
        run = opening.ask(company, files, dry_run=is_dry_run, by=request.user.get_username())
    except opening.BalanceError as error:
        messages.warning(request, str(error))
        return redirect("open-balances")
    messages.success(request, _("The files are in line. A worker takes them within seconds."))
    return redirect("open-balances-run", pk=run.pk)


def _of(company: Company | None) -> Any:
    return OpeningRun.objects.filter(company=company)
