"""What the calendar asks of Business Central, and a day as evidence for others."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration import totals
from integration.models import today_of
from masterdata import csv_file
from reconciliation import control, not_yet, sheets
from reconciliation.models import ControlDay
from reconciliation.not_yet import Side
from reconciliation.roles import RETAKE, SEE_TOTALS
from reconciliation.views import calendar, days, workplace
from reconciliation.views.board import vendor_names

HEADINGS = [
    *("Part", "Kind", "Side or cause", "Number", "Count", "Quantity", "Amounts", "What", "Owner"),
    *("CAFM", "Portal", "Business Central", "Since", "What to do"),  # of what differs
]


# What was open at the end of the day, as the file names it.
PARTS = {Side.RECEIVED: "received, not invoiced", Side.BILLED: "invoiced, not received"}


@require_safe
@workplace.needs(SEE_TOTALS)
def month(request: HttpRequest) -> HttpResponse:
    """Show a month up to today, as the company's own clock has it."""
    company = workplace.company(request)
    return calendar.month(request, today=today_of(company) if company else timezone.localdate())


@workplace.takes_posts("calendar-day", "on")
@workplace.needs(RETAKE)
def again(request: HttpRequest, on: str) -> HttpResponse:
    """Take a day now."""
    company, date = workplace.company(request), days.of_address(on)
    if company is None or date > today_of(company):
        return redirect("calendar")
    try:
        kept = totals.take_and_keep(company, date)
    except control.NotNow as problem:
        messages.warning(request, str(problem))
    else:
        told = _("{date} was taken again: {n} differences.")
        messages.success(request, told.format(date=date, n=kept.differences.count()))
    return redirect("calendar-day", on=on)


@require_safe
@workplace.needs(SEE_TOTALS)
def evidence(request: HttpRequest, on: str) -> HttpResponse:
    """Give a day as a file: its figures, their hash, who signed for them, and what was open at its end."""
    kept = get_object_or_404(
        ControlDay.objects.select_related("company"),
        company=workplace.company(request),
        date=days.of_address(on),
    )
    rows = list(_rows(kept))
    if request.GET.get("as") == "xlsx":
        content, kind, ending = sheets.workbook(f"Totals {on}", HEADINGS, rows), sheets.EXCEL, "xlsx"
    else:
        text = "".join(csv_file.table(chain([HEADINGS], rows)))
        content, kind, ending = text.encode(), "text/csv; charset=utf-8", "csv"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="totals-{on}.{ending}"'
    response["X-Figures-SHA256"] = control.fingerprint(kept)
    return response


def _rows(kept: ControlDay) -> Iterator[list[sheets.Cell]]:
    told = control.figures(kept)
    for kind, side, count, quantity, amounts, documents in told["totals"]:
        money = ", ".join(f"{amount} {currency}" for currency, amount in amounts.items())
        yield ["total", kind, side, "", count, _number(quantity), money, "", ""]
        for number, said, one, amount, currency in documents:
            value = f"{amount} {currency}" if amount is not None else ""
            yield ["document", kind, side, number, "", _number(one), value, said, ""]
    for each in kept.differences.order_by("kind", "number", "cause", "pk"):
        since = each.since.isoformat() if each.since else ""
        differs = ["difference", each.kind, each.cause, each.number, "", "", "", each.sentence, each.owner]
        yield [*differs, each.cafm, each.portal, each.bc, since, each.to_do]
    for signed in kept.sign_offs.select_related("by", "withdrawn_by").order_by("pk"):
        yield ["signature", "", "", "", "", "", "", f"{signed.at.isoformat()} {signed.note}", str(signed.by)]
        if signed.withdrawn_at:
            why = f"withdrawn {signed.withdrawn_at.isoformat()} {signed.withdrawn_why}"
            yield ["signature", "", "", "", "", "", "", why, str(signed.withdrawn_by)]
    yield ["SHA-256 of the figures", "", "", "", "", "", "", control.fingerprint(kept), ""]
    yield ["taken", "", "", "", "", "", "", kept.taken_at.isoformat(), kept.company.name]
    yield from _open_rows(kept)


def _open_rows(kept: ControlDay) -> Iterator[list[sheets.Cell]]:
    """Add what was open at the end of the day, by what is known now: the hash does not stand for it."""
    now = timezone.now().isoformat()
    for side, part in PARTS.items():
        found = not_yet.lines(kept.company, side, kept.date)
        names = vendor_names(kept.company, {line.vendor for line in found})
        for line in found:
            amount = "" if line.amount is None else f"{line.amount:f} {line.currency}"
            told = ", ".join(
                (*line.documents, *(["a unit that cannot be converted"] if line.is_short else []))
            )
            number, item = f"{line.order} / {line.line}", f"{line.item} {line.description}".strip()
            since = line.since.isoformat() if line.since else ""
            unit, who = line.currency if line.in_money else line.unit, f"{line.vendor} {names[line.vendor]}"
            row: list[sheets.Cell] = [part, item, unit, number, "", line.open, amount, told, who]
            yield [*row, "", "", "", since, ""]
        yield [part, "", "", "", len(found), "", "", f"as of the end of {kept.date}, read {now}", ""]


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
