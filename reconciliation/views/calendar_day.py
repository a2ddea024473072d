"""A day of the reconciliation calendar: what differs, the rows of each side, and who signed it off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from reconciliation import control
from reconciliation.models import ControlDay, ControlDifference, ControlTotal
from reconciliation.roles import RETAKE, SEE_TOTALS, SIGN_OFF
from reconciliation.totals import Kind

from . import days, figures, workplace

Side = ControlTotal.Side
TITLES: dict[Kind, Any] = {
    Kind.REQUEST: gettext_lazy("Purchase requests"),
    Kind.ORDER: gettext_lazy("Orders"),
    Kind.RECEIPT: gettext_lazy("Receipts"),
    Kind.REVERSAL: gettext_lazy("Receipt reversals"),
    Kind.RETURN: gettext_lazy("Returns"),
    Kind.SERVICE: gettext_lazy("Service confirmations"),
    Kind.CONSUMPTION: gettext_lazy("Consumptions"),
    Kind.ADJUSTMENT: gettext_lazy("Stock adjustments"),
    Kind.TRANSFER: gettext_lazy("Transfers"),
    Kind.INVOICE: gettext_lazy("Invoices"),
    Kind.CREDIT_MEMO: gettext_lazy("Credit memos"),
    Kind.ASSET: gettext_lazy("Asset notices"),
}


@dataclass(frozen=True)
class Cell:
    """What one side says of a kind; the count leads to its rows."""

    count: str
    url: str
    quantity: str
    amounts: list[str]
    note: str


@dataclass(frozen=True)
class Row:
    title: str
    cells: list[tuple[str, Cell]]
    differences: int


@require_safe
@workplace.needs(SEE_TOTALS)
def day(request: HttpRequest, on: str) -> HttpResponse:
    """Show a day: the three sides kind by kind, what differs, and who signed."""
    company, date = workplace.company(request), days.of_address(on)
    kept = ControlDay.objects.filter(company=company, date=date).select_related("company").first()
    user: Any = request.user
    context: dict[str, Any] = {
        "date": date,
        "on": on,
        "kept": kept,
        "month": f"{date:%Y-%m}",
        "can_sign": user.has_perm(SIGN_OFF),
        "can_retake": user.has_perm(RETAKE) and date <= timezone.localdate(),
    }
    if kept is not None:
        context |= _shown(kept)
    return render(request, "desk/calendar_day.html", context)


@require_safe
@workplace.needs(SEE_TOTALS)
def rows(request: HttpRequest, on: str, kind: str, side: str) -> HttpResponse:
    """Show what one side added up."""
    totals = ControlTotal.objects.select_related("day")
    total = get_object_or_404(
        totals, day__company=workplace.company(request), day__date=days.of_address(on), kind=kind, side=side
    )
    differing = {each.number for each in total.day.differences.filter(kind=kind)}
    context = {
        "total": total,
        "title": TITLES[Kind(total.kind)],
        "on": on,
        "rows": [(*_figures(row), row[0] in differing) for row in total.rows],
    }
    return render(request, "desk/calendar_rows.html", context)


@workplace.takes_posts("calendar-day", "on")
@workplace.needs(SIGN_OFF)
def sign(request: HttpRequest, on: str) -> HttpResponse:
    user: Any = request.user
    kept = _kept(request, on)
    try:
        control.sign_off(kept, by=user, note=request.POST.get("note", ""), seen=request.POST.get("seen", ""))
    except control.NotNow as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("{date} is signed off.").format(date=kept.date))
    return redirect("calendar-day", on=on)


@workplace.takes_posts("calendar-day", "on")
@workplace.needs(SIGN_OFF)
def withdraw(request: HttpRequest, on: str) -> HttpResponse:
    user: Any = request.user
    kept = _kept(request, on)
    try:
        control.withdraw(kept, by=user, why=request.POST.get("why", ""))
    except control.NotNow as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("The signature is withdrawn; the day can be taken again."))
    return redirect("calendar-day", on=on)


def _kept(request: HttpRequest, on: str) -> ControlDay:
    kept: ControlDay = get_object_or_404(
        ControlDay.objects.select_related("company"),
        company=workplace.company(request),
        date=days.of_address(on),
    )
    return kept


def _shown(kept: ControlDay) -> dict[str, Any]:
    differences = list(kept.differences.order_by("kind", "number", "pk"))
    return {
        "rows": list(_rows(kept, differences)),
        "differences": [(TITLES[Kind(each.kind)], each) for each in differences],
        "seen": control.fingerprint(kept),
        "signed": control.standing(kept),
        "withdrawn": kept.sign_offs.exclude(withdrawn_at=None).select_related("by", "withdrawn_by"),
        "is_over": kept.is_over(timezone.now()),
        "evidence": [
            (word, f"{reverse('calendar-evidence', args=[kept.date.isoformat()])}?{urlencode({'as': form})}")
            for word, form in (("CSV", "csv"), ("Excel", "xlsx"))
        ],
    }


def _rows(kept: ControlDay, differences: list[ControlDifference]) -> Iterator[Row]:
    totals = {(each.kind, each.side): each for each in kept.totals.all()}
    for kind in Kind:
        mine = [(side, totals.get((kind.value, side.value))) for side in Side]
        if any(total is not None for _side, total in mine):
            cells = [(str(side.label), _cell(kept, total)) for side, total in mine]
            yield Row(str(TITLES[kind]), cells, sum(each.kind == kind.value for each in differences))


def _cell(kept: ControlDay, total: ControlTotal | None) -> Cell:
    if total is None or total.count is None:
        note = total.note if total else ""
        return Cell("–", "", "", [], note or _("not told"))
    return Cell(
        count=figures.whole(total.count),
        url=reverse("calendar-rows", args=[kept.date.isoformat(), total.kind, total.side]),
        quantity="" if total.quantity is None else figures.quantity(total.quantity),
        amounts=[_money(amount, currency) for currency, amount in total.amounts.items()],
        note="",
    )


def _figures(row: list[Any]) -> tuple[str, str, str, str]:
    number, said, quantity, amount, currency = row
    return number, said, _quantity(quantity), _money(amount, currency)


def _quantity(written: str | None) -> str:
    return "" if written is None else figures.quantity(Decimal(written))


def _money(written: str | None, currency: str) -> str:
    return "" if written is None else figures.money(Decimal(written), currency)
