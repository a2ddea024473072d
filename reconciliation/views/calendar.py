"""The reconciliation calendar: each day of a month on three sides."""

from __future__ import annotations

import calendar as months
import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from masterdata.models import Company
from reconciliation.models import ControlDay, ControlTotal
from reconciliation.totals import Kind

from . import figures, workplace
from .calendar_day import TITLES

Side = ControlTotal.Side
YEARS = range(2000, 2101)
SIDES = {Side.CAFM: "CAFM", Side.PORTAL: gettext_lazy("Portal"), Side.BC: "Business Central"}
CURRENCIES = 2  # as many as fit into a square
UNBROKEN = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Square:
    """One day of the month; `tone` is its colour, the word says the same."""

    day: datetime.date
    is_outside: bool
    word: str
    tone: str
    counts: str
    url: str
    signed: str
    sums: tuple[str, ...] = ()


def month(request: HttpRequest, *, today: datetime.date) -> HttpResponse:
    """Show a month, of all kinds or of one."""
    company = workplace.company(request)
    first = _month(request.GET.get("month", "")) or today.replace(day=1)
    kind = request.GET.get("kind", "")
    kind = kind if kind in list(Kind) else ""
    before, after = first - datetime.timedelta(days=1), _next_month(first)
    context = {
        "company": company,
        "month": date_format(first, "F Y"),
        "kinds": [(each.value, TITLES[each], each.value == kind) for each in Kind],
        "kind": kind,
        "before": f"{before:%Y-%m}",
        "after": f"{after:%Y-%m}" if after <= today else "",
        "this": f"{first:%Y-%m}",
        "weeks": _weeks(company, first, kind, today) if company else [],
        "weekdays": [date_format(datetime.date(2024, 1, day), "D") for day in range(1, 8)],
    }
    return render(request, "desk/calendar.html", context)


def _weeks(company: Company, first: datetime.date, kind: str, today: datetime.date) -> list[list[Square]]:
    grid = months.Calendar().monthdatescalendar(first.year, first.month)
    kept = ControlDay.objects.of(company).filter(date__range=(grid[0][0], grid[-1][-1]))
    kept = kept.prefetch_related("totals", "differences", "sign_offs__by")
    by_date = {each.date: each for each in kept}
    return [[_square(day, by_date.get(day), first, kind, today) for day in week] for week in grid]


def _square(
    day: datetime.date, kept: ControlDay | None, first: datetime.date, kind: str, today: datetime.date
) -> Square:
    is_outside = day.month != first.month
    if day > today:
        return Square(day, is_outside, "", "", "", "", "")
    url = reverse("calendar-day", args=[day.isoformat()])
    if kept is None:
        return Square(day, is_outside, _("not run"), "calm", "", url, "")
    differences = [each for each in kept.differences.all() if kind in ("", each.kind)]
    totals = [each for each in kept.totals.all() if kind in ("", each.kind)]
    signed = next((each for each in kept.sign_offs.all() if each.withdrawn_at is None), None)
    word, tone = _standing(kept, len(differences), bool(totals))
    return Square(
        day,
        is_outside,
        word,
        tone,
        _counts(totals),
        url,
        signed.by.get_username() if signed else "",
        tuple(_sums(totals)),
    )


def _standing(kept: ControlDay, differences: int, has_totals: bool) -> tuple[str, str]:
    if differences:
        told = ngettext("{n} difference", "{n} differences", differences)
        return told.format(n=figures.whole(differences)), "bad"
    if kept.unread:
        return _("not complete"), "warn"
    return (_("complete"), "good") if has_totals else (_("nothing came"), "calm")


def _counts(totals: Iterable[ControlTotal]) -> str:
    """Write the counts of CAFM, portal and BC beside each other; a dash where a side says nothing."""
    told = []
    for side in Side:
        counts = [each.count for each in totals if each.side == side and each.count is not None]
        told.append(figures.whole(sum(counts)) if counts else "–")
    return " · ".join(told) if any(each != "–" for each in told) else ""


def _sums(totals: list[ControlTotal]) -> Iterator[str]:
    """Write the sum of each currency: once where the sides agree, else of each side that tells one.

    Kinds whose amount one of their sides does not tell are left out: their sums cannot be compared.
    """
    told = [each for each in totals if each.count is not None]
    short = {each.kind for each in told if each.count and not each.amounts}
    sums: dict[str, dict[str, Decimal]] = {}
    for each in told:
        for currency, amount in each.amounts.items() if each.kind not in short else ():
            by_side = sums.setdefault(currency, {})
            by_side[each.side] = by_side.get(each.side, Decimal(0)) + Decimal(amount)
    sides = [side for side in Side if any(each.side == side for each in told if each.kind not in short)]
    for currency in sorted(sums)[:CURRENCIES]:
        amounts = [sums[currency].get(side, Decimal(0)) for side in sides]
        if len(set(amounts)) == 1:
            yield figures.money(amounts[0], currency)
        else:
            yield from (
                f"{SIDES[side]} {figures.money(amount, currency).replace(' ', UNBROKEN)}"
                for side, amount in zip(sides, amounts, strict=True)
            )
    if len(sums) > CURRENCIES:
        yield _("more currencies on its page")


def _month(written: str) -> datetime.date | None:
    try:
        first = datetime.date.fromisoformat(f"{written}-01")
    except ValueError:
        return None
    return first if first.year in YEARS else None


def _next_month(first: datetime.date) -> datetime.date:
    return (first + datetime.timedelta(days=32)).replace(day=1)
