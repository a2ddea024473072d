"""Money let through or lost: by cause, by vendor and in time; each bar opens its invoices."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from masterdata.models import Company
from reconciliation import losing, sheets
from reconciliation.losing import Loss, Part, Span, Step, Sum, Way
from reconciliation.matching.facts import Check
from reconciliation.roles import SEE_CASES

from . import days, figures, workplace
from .board import Board, Form, Line, as_file, table_as_file, vendor_names
from .reasons import reason

SHOWN = 200
MOST = 50_000
LAST = datetime.date(9998, 12, 31)  # the day after it has to be a day
LONGEST = 12  # causes or vendors of a board
TITLES: dict[Way, str | Promise] = {
    Way.WITHIN: gettext_lazy("Let through by the rules"),
    Way.ACCEPTED: gettext_lazy("Accepted by people"),
    Way.DISCOUNT: gettext_lazy("Cash discount lost"),
}
HINTS: dict[Way, str | Promise] = {
    Way.WITHIN: gettext_lazy(
        "What invoices bill above their orders within the limits, without tax, by the day of the invoice."
    ),
    Way.ACCEPTED: gettext_lazy(
        "What people released although it is more than was agreed, by the day of the release."
    ),
    Way.DISCOUNT: gettext_lazy("Discounts whose last day went by with the case still open, by that day."),
}
CHECKS: dict[str, str | Promise] = {
    Check.PRICE: gettext_lazy("Unit price"),
    Check.LINE_TOTAL: gettext_lazy("Line total"),
    Check.QUANTITY_ORDERED: gettext_lazy("Quantity over ordered"),
    Check.QUANTITY_RECEIVED: gettext_lazy("Quantity over received"),
    Check.QUANTITY_ACCEPTED: gettext_lazy("Quantity over accepted"),
    Check.ACCEPTED_AMOUNT: gettext_lazy("Service over what was confirmed"),
    Check.UNIT_RATIO: gettext_lazy("Weight per unit"),
    Check.CHARGE: gettext_lazy("Charges"),
    Check.TOTAL: gettext_lazy("Totals and rounding"),
}
STEPS: dict[Step, str | Promise] = {
    Step.WEEK: gettext_lazy("by week"),
    Step.MONTH: gettext_lazy("by month"),
}


@dataclass(frozen=True)
class Section:
    """One way in which money goes, with its boards."""

    way: Way
    title: str
    hint: str
    boards: list[Board]


@dataclass(frozen=True)
class Row:
    day: str
    number: str
    url: str
    vendor: str
    cause: str
    amount: str


@require_safe
@workplace.needs(SEE_CASES)
def losses(request: HttpRequest) -> HttpResponse:
    company = workplace.company(request)
    step = _step(request)
    context: dict[str, Any] = {}
    if company:
        spans = losing.steps(step, timezone.localdate())
        sums = {way: losing.sums(company, way, _whole(spans), step) for way in Way}
        context = {
            "tiles": [_tile(way, sums[way].steps, spans[-1], step) for way in Way],
            "sections": [_section(company, way, sums[way], spans, step) for way in Way],
            "steps": [(STEPS[each], f"?by={each}", each == step) for each in Step],
            "since": figures.short_day(spans[0].first, timezone.localdate()),
        }
    return render(request, "desk/losses.html", {"company": company, **context})


@require_safe
@workplace.needs(SEE_CASES)
def board_file(request: HttpRequest, way: str, cut: str, form: str) -> HttpResponse:
    """Give one of the boards as a file."""
    company, asked = _company(request), _way(way)
    step = _step(request)
    spans = losing.steps(step, timezone.localdate())
    sums = losing.sums(company, asked, _whole(spans), step)
    found = {board.key: board for board in _section(company, asked, sums, spans, step, most=None).boards}
    key = f"{way}-{cut}"
    if key not in found:
        raise Http404
    return as_file(found[key], form)


@require_safe
@workplace.needs(SEE_CASES)
def rows(request: HttpRequest, way: str) -> HttpResponse:
    """List the invoices behind a bar."""
    company, asked = _company(request), _way(way)
    span, part = _span(request), _part(request)
    user: Any = request.user
    found = losing.rows(company, asked, span, part, most=SHOWN + 1)
    names = vendor_names(company, {loss.vendor for loss in found} | ({part.vendor} if part.vendor else set()))
    query = urlencode(request.GET)
    today = timezone.localdate()
    context = {
        "title": TITLES[asked],
        "told": _told(asked, part, names),
        "first": figures.short_day(span.first, today),
        "last": figures.short_day(span.last, today),
        "rows": [_row(loss, asked, names, user) for loss in found[:SHOWN]],
        "shown": SHOWN if len(found) > SHOWN else 0,
        "totals": [] if len(found) > SHOWN else _totals(found),
        "files": {str(form.label): f"{reverse('losses-file', args=[way, form])}?{query}" for form in Form},
    }
    return render(request, "desk/losses_rows.html", context)


@require_safe
@workplace.needs(SEE_CASES)
def rows_file(request: HttpRequest, way: str, form: str) -> HttpResponse:
    """Give the invoices behind a bar as a file."""
    company, asked = _company(request), _way(way)
    found = losing.rows(company, asked, _span(request), _part(request), most=MOST)
    names = vendor_names(company, {loss.vendor for loss in found})
    titles = [_("Day"), _("Invoice"), _("Vendor"), _("Vendor name"), _("Cause"), _("Amount"), _("Currency")]
    listed: list[list[sheets.Cell]] = [
        [
            loss.day,
            loss.number,
            loss.vendor,
            names[loss.vendor],
            _cause(asked, loss.cause),
            loss.amount.normalize(),
            loss.currency,
        ]
        for loss in found
    ]
    return table_as_file(str(TITLES[asked]), titles, listed, form, name=f"lost-{way}")


def _section(
    company: Company, way: Way, sums: losing.Sums, spans: list[Span], step: Step, most: int | None = LONGEST
) -> Section:
    names = vendor_names(company, {each.key for each in sums.vendors[:most]})
    span = _whole(spans)
    causes = [_line(each, _cause(way, each.key), span, cause=each.key) for each in sums.causes[:most]]
    vendors = [_line(each, names[each.key], span, vendor=each.key) for each in sums.vendors[:most]]
    title, of = str(TITLES[way]), _("Amount")

    def board(cut: str, name: str, heading: str, lines: list[Line]) -> Board:
        files = {
            str(form.label): f"{reverse('losses-board-file', args=[way, cut, form])}?by={step}"
            for form in Form
        }
        page = reverse("losses-rows", args=[way])
        return Board(f"{way}-{cut}", name, heading, of, lines, _("Invoices"), page, files)

    trend = _("week by week") if step == Step.WEEK else _("month by month")
    return Section(
        way,
        title,
        str(HINTS[way]),
        [
            board("causes", _("{title}, by cause").format(title=title), _("Cause"), causes),
            board("trend", f"{title}, {trend}", _("Begins"), _trend(sums.steps, spans, step)),
            board("vendors", _("{title}, by vendor").format(title=title), _("Vendor"), vendors),
        ],
    )


def _line(sum_: Sum, title: str, span: Span, **asked: str) -> Line:
    query = {"from": span.first, "to": span.last, "currency": sum_.currency, **asked}
    return Line(title, query, sum_.invoices, sum_.amount, sum_.currency)


def _trend(found: list[Sum], spans: list[Span], step: Step) -> list[Line]:
    """Give every week or month a bar, those without money too: a gap is news as well."""
    by_start = {(each.key, each.currency): each for each in found}
    lines = []
    for currency in sorted({each.currency for each in found}):
        for span in spans:
            none = Sum(span.first, currency, 0, Decimal(0))
            sum_ = by_start.get((span.first, currency), none)
            lines.append(_line(sum_, _starts(span, step), span))
    return lines


def _starts(span: Span, step: Step) -> str:
    if step == Step.MONTH:
        return date_format(span.first, "YEAR_MONTH_FORMAT")
    return figures.short_day(span.first, timezone.localdate())


def _tile(way: Way, found: list[Sum], span: Span, step: Step) -> tuple[str, str]:
    now = [figures.money(each.amount, each.currency) for each in found if each.key == span.first]
    when = _("this week") if step == Step.WEEK else _("this month")
    return ", ".join(now) or _("nothing"), f"{TITLES[way]}, {when}"


def _row(loss: Loss, way: Way, names: dict[str, str], user: User) -> Row:
    return Row(
        day=figures.short_day(loss.day, timezone.localdate()),
        number=loss.number,
        url=_address(loss, user),
        vendor=names[loss.vendor],
        cause=_cause(way, loss.cause),
        amount=figures.money(loss.amount, loss.currency),
    )


def _address(loss: Loss, user: User) -> str:
    if loss.case:
        return reverse("case", args=[loss.case])
    if user.has_perm("reconciliation.view_supplierinvoice"):
        return reverse("admin:reconciliation_supplierinvoice_change", args=[loss.invoice])
    return ""


def _totals(found: Iterable[Loss]) -> list[str]:
    added: dict[str, Decimal] = {}
    for loss in found:
        added[loss.currency] = added.get(loss.currency, Decimal(0)) + loss.amount
    return [figures.money(amount, currency) for currency, amount in sorted(added.items())]


def _cause(way: Way, key: str) -> str:
    return str(CHECKS.get(key, key)) if way == Way.WITHIN else str(reason(key).label)


def _told(way: Way, part: Part, names: dict[str, str]) -> str:
    """Say which rows are shown, beyond their days."""
    told = [_cause(way, part.cause)] if part.cause else []
    told += [names[part.vendor]] if part.vendor else []
    return ", ".join([*told, part.currency] if part.currency else told)


def _whole(spans: list[Span]) -> Span:
    return Span(spans[0].first, spans[-1].last)


def _span(request: HttpRequest) -> Span:
    """Read the days of an address; without any the latest twelve weeks."""
    usual = _whole(losing.steps(Step.WEEK, timezone.localdate()))
    first, last = days.written(request.GET.get("from")), days.written(request.GET.get("to"))
    return Span(first or usual.first, min(last or usual.last, LAST))


def _part(request: HttpRequest) -> Part:
    asked = {
        name: request.GET.get(name, "").replace("\0", "")[:30] for name in ("cause", "vendor", "currency")
    }
    return Part(**asked)


def _step(request: HttpRequest) -> Step:
    return Step.MONTH if request.GET.get("by") == Step.MONTH else Step.WEEK


def _way(written: str) -> Way:
    if written not in list(Way):
        raise Http404
    return Way(written)


def _company(request: HttpRequest) -> Company:
    company = workplace.company(request)
    if company is None:
        raise Http404
    return company
