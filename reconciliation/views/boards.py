"""The boards: charts with a table twin, of which each bar opens its rows."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from masterdata.models import Company
from reconciliation import boards as figures_of
from reconciliation import not_yet
from reconciliation.boards import Bucket
from reconciliation.models import CaseTally
from reconciliation.not_yet import NotYet, Side
from reconciliation.roles import SEE_CASES

from . import figures, workplace
from .board import Board, Form, Line, as_file, vendor_names
from .not_yet import SIDES
from .queue import NOBODY
from .reasons import reason

RATES_DAYS = 30
MOST = 12
Cut = CaseTally.Cut
DUE: dict[Bucket, str | Promise] = {
    Bucket(None, -31): gettext_lazy("over 30 days late"),
    Bucket(-30, -8): gettext_lazy("8 to 30 days late"),
    Bucket(-7, -1): gettext_lazy("1 to 7 days late"),
    Bucket(0, 7): gettext_lazy("due within 7 days"),
    Bucket(8, 30): gettext_lazy("due in 8 to 30 days"),
    Bucket(31, None): gettext_lazy("due later"),
}
DISCOUNT: dict[Bucket, str | Promise] = {
    Bucket(None, -1): gettext_lazy("lost already"),
    Bucket(0, 0): gettext_lazy("lost after today"),
    Bucket(1, 7): gettext_lazy("within 7 days"),
    Bucket(8, 14): gettext_lazy("in 8 to 14 days"),
    Bucket(15, None): gettext_lazy("later"),
}
OPENED: dict[Bucket, str | Promise] = {
    Bucket(-1, None): gettext_lazy("up to a day"),
    Bucket(-7, -2): gettext_lazy("2 to 7 days"),
    Bucket(-30, -8): gettext_lazy("8 to 30 days"),
    Bucket(None, -31): gettext_lazy("over 30 days"),
}


@require_safe
@workplace.needs(SEE_CASES)
def boards(request: HttpRequest) -> HttpResponse:
    company = workplace.company(request)
    context = _boards(company) if company else {}
    return render(request, "desk/boards.html", {"company": company, **context})


@require_safe
@workplace.needs(SEE_CASES)
def board_file(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """Give one board as a file."""
    company = workplace.company(request)
    found = {board.key: board for board in _all(company)} if company else {}
    if key not in found:
        raise Http404
    return as_file(found[key], form)


def _boards(company: Company) -> dict[str, Any]:
    return {"tiles": _tiles(company), "days": RATES_DAYS, "boards": _all(company)}


def _all(company: Company) -> list[Board]:
    today = timezone.localdate()
    return [
        _by_day(company, "due", _("Ageing by due day"), DUE, Cut.DUE, today),
        _by_day(company, "until", _("Cash discount at risk"), DISCOUNT, Cut.DISCOUNT, today),
        _by_day(company, "opened", _("Ageing by when the case was opened"), OPENED, Cut.OPENED, today),
        _reasons(company),
        _owners(company),
        *_not_yet(company, today),
    ]


def _of_cases(key: str, title: str, heading: str, of: str, lines: list[Line]) -> Board:
    return Board(key, title, heading, of, lines, _("Cases"), reverse("worklist"), _files(key))


def _files(key: str) -> dict[str, str]:
    return {str(form.label): reverse("board-file", args=[key, form]) for form in Form}


def _tiles(company: Company) -> list[tuple[str, str]]:
    rates = figures_of.rates(company, timezone.now() - datetime.timedelta(days=RATES_DAYS))
    none = _("none yet")
    took = figures.age(timezone.now() - rates.to_release, timezone.now()) if rates.to_release else none
    return [
        (figures.percent(rates.touchless) or none, _("went through untouched")),
        (figures.percent(rates.first_pass) or none, _("tied out at the first look")),
        (took, _("from opening to release, on average")),
        (figures.whole(rates.invoices), _("invoices judged")),
    ]


def _by_day(
    company: Company,
    name: str,
    title: str,
    buckets: dict[Bucket, str | Promise],
    cut: CaseTally.Cut,
    today: datetime.date,
) -> Board:
    found = figures_of.by_day(company, cut, buckets, today)
    of_discount = cut == Cut.DISCOUNT
    lines = []
    for bar in found:
        first, last = bar.key.days(today)
        query = {"tab": "open", f"{name}_from": first or "", f"{name}_to": last or ""}
        money = bar.discount if of_discount else bar.amount
        lines.append(Line(str(buckets[bar.key]), query, bar.cases, money, bar.currency))
    what = _("Discount") if of_discount else _("Billed")
    return _of_cases(name, title, _("Cases that are"), what, lines)


def _reasons(company: Company) -> Board:
    lines = [
        Line(
            str(reason(bar.key).label),
            {"tab": "open", "reason": bar.key},
            bar.cases,
            bar.amount,
            bar.currency,
        )
        for bar in figures_of.by(company, "code")[:MOST]
    ]
    return _of_cases("reasons", _("Blocked money by reason"), _("Reason"), _("Billed"), lines)


def _owners(company: Company) -> Board:
    found = figures_of.by(company, "owner__username")[:MOST]
    people = User.objects.filter(username__in=[bar.key for bar in found])
    names = {person.username: figures.person(person) for person in people}
    lines = [
        Line(
            names.get(bar.key, bar.key) or _("nobody yet"),
            {"tab": "open", "owner": bar.key or NOBODY},
            bar.cases,
            bar.amount,
            bar.currency,
        )
        for bar in found
    ]
    return _of_cases("owners", _("Blocked money by owner"), _("With"), _("Billed"), lines)


def _not_yet(company: Company, today: datetime.date) -> list[Board]:
    found = not_yet.by_vendor(company, today)
    names = vendor_names(company, {row.vendor for row in found})
    return [
        _not_yet_on(Side.RECEIVED, [(row, row.received) for row in found], names),
        _not_yet_on(Side.BILLED, [(row, row.billed) for row in found], names),
    ]


def _not_yet_on(side: Side, found: list[tuple[NotYet, Decimal]], names: dict[str, str]) -> Board:
    most = sorted((each for each in found if each[1]), key=lambda each: -each[1])[:MOST]
    lines = [
        Line(names[row.vendor], {"vendor": row.vendor, "currency": row.currency}, 0, value, row.currency)
        for row, value in most
    ]
    page = reverse("not-yet", args=[side])
    return Board(side, str(SIDES[side]), _("Vendor"), _("Value"), lines, page=page, files=_files(side))
