"""The order lines behind "Received, not invoiced" and "Invoiced, not received", as of a day."""

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
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from masterdata.models import Company
from reconciliation import not_yet, sheets
from reconciliation.not_yet import OpenLine, Side
from reconciliation.roles import SEE_CASES

from . import days, figures, workplace
from .board import Form, table_as_file, vendor_names

SHOWN = 200
SIDES: dict[Side, str | Promise] = {
    Side.RECEIVED: gettext_lazy("Received, not invoiced"),
    Side.BILLED: gettext_lazy("Invoiced, not received"),
}


@dataclass(frozen=True)
class Asked:
    side: Side
    on: datetime.date
    vendor: str
    currency: str

    @property
    def query(self) -> str:
        """Write what was asked as it stands in an address."""
        told = {"on": self.on.isoformat(), "vendor": self.vendor, "currency": self.currency}
        return urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True)
class Row:
    order: str
    url: str
    what: str
    vendor: str
    came: str
    billed: str
    open: str
    amount: str
    documents: str
    since: str
    age: str
    is_short: bool


@require_safe
@workplace.needs(SEE_CASES)
def page(request: HttpRequest, side: str) -> HttpResponse:
    """List the lines of a side, of all vendors or of one."""
    company, asked = _company(request), _asked(request, side)
    user: Any = request.user
    found = _found(company, asked)
    names = vendor_names(company, {line.vendor for line in found} | {asked.vendor})
    context = {
        "title": SIDES[asked.side],
        "asked": asked,
        "vendor_name": names[asked.vendor],
        "is_received": asked.side is Side.RECEIVED,
        "rows": [_row(line, asked.on, names, user) for line in found[:SHOWN]],
        "shown": SHOWN if len(found) > SHOWN else 0,
        "totals": _totals(found),
        "others": [
            (SIDES[each], f"{reverse('not-yet', args=[each])}?{asked.query}", each == asked.side)
            for each in Side
        ],
        "files": {
            str(form.label): f"{reverse('not-yet-file', args=[side, form])}?{asked.query}" for form in Form
        },
    }
    return render(request, "desk/not_yet.html", context)


@require_safe
@workplace.needs(SEE_CASES)
def file(request: HttpRequest, side: str, form: str) -> HttpResponse:
    """Give all lines of a side as a file."""
    company, asked = _company(request), _asked(request, side)
    found = _found(company, asked)
    names = vendor_names(company, {line.vendor for line in found})
    titles = [
        *(_("As of"), _("Vendor"), _("Vendor name"), _("Order"), _("Line"), _("Item"), _("Description")),
        *(_("Unit"), _("Received"), _("Invoiced"), _("Open"), _("Amount"), _("Currency")),
        *(_("Documents"), _("Since"), _("Not counted")),
    ]
    listed = ([asked.on, line.vendor, names[line.vendor], *cells(line)] for line in found)
    return table_as_file(
        str(SIDES[asked.side]), titles, listed, form, name=f"{asked.side}-{asked.on.isoformat()}"
    )


def cells(line: OpenLine) -> list[sheets.Cell]:
    """Write a line for a file; a service is told in money, which stands in its unit's place."""
    return [
        line.order,
        line.line,
        line.item,
        line.description,
        line.currency if line.in_money else line.unit,
        line.came,
        line.billed,
        line.open,
        line.amount,
        line.currency,
        ", ".join(line.documents),
        line.since,
        _("a unit that cannot be converted") if line.is_short else "",
    ]


def _found(company: Company, asked: Asked) -> list[OpenLine]:
    found = not_yet.lines(company, asked.side, asked.on, vendor=asked.vendor)
    return [line for line in found if asked.currency in ("", line.currency)]


def _row(line: OpenLine, on: datetime.date, names: dict[str, str], user: User) -> Row:
    may_see = user.has_perm("reconciliation.view_purchaseorder")
    url = reverse("admin:reconciliation_purchaseorder_change", args=[line.order_id]) if may_see else ""
    return Row(
        order=f"{line.order} / {line.line}",
        url=url,
        what=" ".join(each for each in (line.item, line.description) if each),
        vendor=names[line.vendor],
        came=_figure(line, line.came),
        billed=_figure(line, line.billed),
        open=_figure(line, line.open),
        amount="–" if line.amount is None else _money(line.amount, line.currency),
        documents=", ".join(line.documents),
        since=figures.short_day(line.since, timezone.localdate()) if line.since else "–",
        age=_("{n} d").format(n=figures.whole((on - line.since).days)) if line.since else "",
        is_short=line.is_short,
    )


def _figure(line: OpenLine, figure: Decimal) -> str:
    if line.in_money:
        return _money(figure, line.currency)
    return f"{figures.quantity(figure)} {line.unit}".strip()


def _money(amount: Decimal, currency: str) -> str:
    return figures.money(amount.quantize(figures.CENT), currency)


def _totals(found: Iterable[OpenLine]) -> list[str]:
    added: dict[str, Decimal] = {}
    for line in found:
        added[line.currency] = added.get(line.currency, Decimal(0)) + (line.amount or 0)
    return [_money(amount, currency) for currency, amount in sorted(added.items())]


def _asked(request: HttpRequest, side: str) -> Asked:
    if side not in list(Side):
        raise Http404
    vendor, currency = (request.GET.get(name, "").replace("\0", "")[:20] for name in ("vendor", "currency"))
    return Asked(Side(side), days.written(request.GET.get("on")) or timezone.localdate(), vendor, currency)


def _company(request: HttpRequest) -> Company:
    company = workplace.company(request)
    if company is None:
        raise Http404
    return company
