"""The list as a file: asked for here, written by a worker, fetched by who asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reconciliation.models import CaseExport, ExceptionCase
from reconciliation.roles import SEE_CASES

from . import workplace
from .queue import Question
from .reasons import reason
from .trials import plain_text

MOST = 200_000
KEPT = 20
UTF8_FOR_SPREADSHEETS = "\ufeff"


@workplace.takes_posts("worklist")
@workplace.needs(SEE_CASES)
def ask(request: HttpRequest) -> HttpResponse:
    """Put the list in line to be written."""
    user: Any = request.user
    company = workplace.company(request)
    if company is None:
        raise Http404
    question = Question.read(QueryDict(request.POST.get("queue", "")).dict(), user).with_()
    with transaction.atomic():
        CaseExport.objects.create(
            company=company, by=user, query=f"tab={question.tab}&{question.query}"[:1000]
        )
        old = CaseExport.objects.filter(by=user).order_by("-pk").values_list("pk", flat=True)[KEPT:]
        CaseExport.objects.filter(pk__in=list(old)).delete()
    return HttpResponseRedirect(reverse("exports"))


@require_safe
@workplace.needs(SEE_CASES)
def exports(request: HttpRequest) -> HttpResponse:
    """Show what one has asked for, and what is ready."""
    mine = CaseExport.objects.filter(by=request.user.pk, company=workplace.company(request))
    return render(request, "desk/exports.html", {"exports": mine.defer("content").order_by("-pk")[:KEPT]})


@require_safe
@workplace.needs(SEE_CASES)
def fetch(request: HttpRequest, pk: int) -> HttpResponse:
    mine = CaseExport.objects.filter(by=request.user.pk, company=workplace.company(request))
    found = get_object_or_404(mine.exclude(done_at=None), pk=pk)
    response = HttpResponse(bytes(found.content or b""), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="exceptions-{found.pk}.csv"'
    return response


def work() -> int:
    """Write what is in line; each is one transaction, so a killed worker leaves it in line."""
    written = 0
    while True:
        with transaction.atomic():
            waiting = CaseExport.objects.filter(done_at=None).select_related("company", "by")
            export = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
            if export is None:
                return written
            _write(export)
            written += 1


def _write(export: CaseExport) -> None:
    question = Question.read(QueryDict(export.query).dict(), export.by)
    found = question.cases(export.company, export.by)[:MOST]
    text = io.StringIO(UTF8_FOR_SPREADSHEETS)
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow([str(title) for title in _titles()])
    for case in found.iterator(chunk_size=2000):
        writer.writerow([plain_text(value) for value in _columns(case)])
        export.rows += 1
    export.content = text.getvalue().encode()
    export.done_at = timezone.now()
    export.save(update_fields=["rows", "content", "done_at"])


def _titles() -> list[str]:
    return [
        _("Invoice"), _("Vendor"), _("Vendor name"), _("Order"), _("Reason"), _("Difference"), _("Amount"),
        _("Currency"), _("Opened"), _("Due"), _("Discount until"), _("Discount at risk"), _("With"),
        _("State"), _("BC number"),
    ]  # fmt: skip


def _columns(case: ExceptionCase) -> Iterator[object]:
    yield case.invoice_number
    yield case.vendor_number
    yield case.vendor_name
    yield case.order_number
    yield str(reason(case.code).label)
    yield case.difference
    yield case.amount
    yield case.currency
    yield timezone.localtime(case.opened_at).strftime("%Y-%m-%d %H:%M")
    yield case.due_on
    yield case.discount_until
    yield case.discount_amount
    yield case.owner.get_username() if case.owner else ""
    yield str(case.get_status_display())
    yield case.bc_number
