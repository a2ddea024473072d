"""The list as a file: asked for here, written by a worker, fetched by who asked."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from masterdata import csv_file
from reconciliation import sheets
from reconciliation.models import CaseExport, ExceptionCase
from reconciliation.roles import SEE_CASES

from . import figures, workplace
from .queue import DAYS, NOBODY, Question
from .reasons import reason
from .worklist import DAY_TITLES, GROUP_TITLES, TAB_TITLES

MOST = 200_000
KEPT = 20
Form = CaseExport.Form
TYPES = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.EXCEL: sheets.EXCEL,
}


@dataclass(frozen=True)
class Asked:
    """An export as its owner sees it: what was asked for, in words."""

    export: CaseExport
    title: str
    url: str
    file_url: str


@workplace.takes_posts("worklist")
@workplace.needs(SEE_CASES)
def ask(request: HttpRequest) -> HttpResponse:
    """Put the list in line to be written."""
    user: Any = request.user
    company = workplace.company(request)
    form = request.POST.get("form", Form.CSV)
    if company is None or form not in Form:
        raise Http404
    question = Question.read(QueryDict(request.POST.get("queue", "")).dict(), user).with_()
    with transaction.atomic():
        CaseExport.objects.create(company=company, by=user, query=question.in_full[:1000], form=form)
        old = CaseExport.objects.filter(by=user).order_by("-pk").values_list("pk", flat=True)[KEPT:]
        CaseExport.objects.filter(pk__in=list(old)).delete()
    return HttpResponseRedirect(reverse("exports"))


@require_safe
@workplace.needs(SEE_CASES)
def exports(request: HttpRequest) -> HttpResponse:
    """Show what one has asked for, and what is ready."""
    mine = CaseExport.objects.filter(by=request.user.pk, company=workplace.company(request))
    shown = [_asked(export, request.user) for export in mine.defer("content").order_by("-pk")[:KEPT]]
    pending = sum(each.export.done_at is None for each in shown)
    told = ngettext("{n} file is being written.", "{n} files are being written.", pending).format(n=pending)
    context = {"exports": shown, "kept": KEPT, "pending": pending, "told": told if pending else ""}
    return render(request, "desk/exports.html", context)


@require_safe
@workplace.needs(SEE_CASES)
def fetch(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    mine = CaseExport.objects.filter(by=request.user.pk, company=workplace.company(request), form=form)
    found = get_object_or_404(mine.exclude(done_at=None), pk=pk)
    response = HttpResponse(bytes(found.content or b""), content_type=TYPES[Form(found.form)])
    response["Content-Disposition"] = f'attachment; filename="exceptions-{found.pk}.{found.form}"'
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


def in_words(question: Question) -> str:
    """Say what a list shows: its queue, then every filter, the groups and the order."""
    told = [str(TAB_TITLES[question.tab])]
    if question.q:
        told.append(f"“{question.q}”")
    if question.reason:
        told.append(str(reason(question.reason).label))
    if question.vendor:
        told.append(_("vendor {name}").format(name=question.vendor.removeprefix("=")))
    if question.minimum is not None:
        told.append(_("from {amount}").format(amount=figures.money(question.minimum)))
    if question.owner:
        told.append(_("with {name}").format(name=_("nobody") if question.owner == NOBODY else question.owner))
    told += [_days(name, question) for name in DAYS if getattr(question, name)]
    if question.group:
        told.append(_("by {title}").format(title=str(GROUP_TITLES[question.group]).lower()))
    return ", ".join(told)


def _days(name: str, question: Question) -> str:
    days = getattr(question, name)
    ends = [figures.day(each) if each else "…" for each in (days.first, days.last)]
    return f"{DAY_TITLES[name]} {ends[0]} – {ends[1]}"


def _asked(export: CaseExport, user: Any) -> Asked:
    question = Question.read(QueryDict(export.query).dict(), user)
    url = f"{reverse('worklist')}?{export.query}"
    return Asked(export, in_words(question), url, reverse("fetch-export", args=[export.pk, export.form]))


def _write(export: CaseExport) -> None:
    question = Question.read(QueryDict(export.query).dict(), export.by)
    found = question.cases(export.company, export.by)[:MOST]
    rows = _counted(export, (_columns(case) for case in found.iterator(chunk_size=2000)))
    if export.form == Form.EXCEL:
        export.content = sheets.workbook(_("Exceptions"), _titles(), rows)
    else:
        export.content = _csv(_titles(), rows)
    export.done_at = timezone.now()
    export.save(update_fields=["rows", "content", "done_at"])


def _counted(export: CaseExport, rows: Iterable[list[sheets.Cell]]) -> Iterator[list[sheets.Cell]]:
    for row in rows:
        yield row
        export.rows += 1


def _csv(titles: Sequence[str], rows: Iterable[Sequence[sheets.Cell]]) -> bytes:
    told = ([_moment(value) for value in row] for row in rows)
    return "".join(csv_file.table(chain([titles], told))).encode()


def _moment(value: sheets.Cell) -> object:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime.datetime) else value


def _titles() -> list[str]:
    return [
        _("Invoice"), _("Vendor"), _("Vendor name"), _("Order"), _("Reason"), _("Difference"), _("Amount"),
        _("Currency"), _("Opened"), _("Due"), _("Discount until"), _("Discount at risk"), _("With"),
        _("State"), _("BC number"),
    ]  # fmt: skip


def _columns(case: ExceptionCase) -> list[sheets.Cell]:
    return [
        case.invoice_number,
        case.vendor_number,
        case.vendor_name,
        case.order_number,
        str(reason(case.code).label),
        _figure(case.difference),
        _figure(case.amount),
        case.currency,
        timezone.localtime(case.opened_at),
        case.due_on,
        case.discount_until,
        _figure(case.discount_amount),
        case.owner.get_username() if case.owner else "",
        str(case.get_status_display()),
        case.bc_number,
    ]


def _figure(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.normalize()
