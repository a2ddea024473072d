"""An item's units: found by number or name, with what each holds, and a quantity converted with its sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration import connections
from masterdata import lookup, rec20, units
from masterdata.models import Company, Item, Unit
from reconciliation.roles import SEE_UNITS
from reconciliation.views import workplace

FOUND = 20  # more are not read through; another letter tells better
LONGEST = 20  # digits of a quantity that somebody may mean


@dataclass(frozen=True)
class Listed:
    """A unit of the company, with the code that the UN/ECE lists have for it."""

    unit: Unit
    rec20: str

    @property
    def deviates(self) -> bool:
        return self.rec20 != self.unit.international_code


@dataclass
class Asked:
    """What is to be converted, and what came of it."""

    quantity: str = "1"
    unit: str = ""
    to: str = ""
    answer: units.Conversion | None = None
    no_conversion: str = ""
    problem: str = ""
    others: Sequence[str] = field(default_factory=list)
    """The company's units that this item does not have: choosing one tells what is missing."""


@require_safe
@workplace.needs(SEE_UNITS)
def item_units(request: HttpRequest) -> HttpResponse:
    """Show the items that were looked for, and the chosen one with its units."""
    company = workplace.company(request)
    if company is None:
        return render(request, "integration/units.html", {"no_company": True})
    words = _written(request, "q")
    found = _found(company, words)
    chosen = _chosen(company, _written(request, "item"), words, found)
    context: dict[str, Any] = {"words": words, "found": found[:FOUND], "is_cut": len(found) > FOUND}
    if chosen is None:
        context["listed"] = _listed(company)
        context["is_unknown"] = bool(request.GET.get("item"))
    else:
        measures = units.measures(chosen)
        asked = _asked(request, company, chosen, measures)
        context |= {"item": chosen, "measures": measures, "asked": asked, "shows_units": _shows_units()}
    return render(request, "integration/units.html", context)


def _found(company: Company, words: str) -> list[Item]:
    if not words:
        return []
    named = Q(number__istartswith=words) | Q(name__icontains=words)
    here = Item.objects.filter(named, company=company, deleted_at=None)
    return list(here.order_by("number", "pk")[: FOUND + 1])


def _chosen(company: Company, number: str, words: str, found: list[Item]) -> Item | None:
    """Take the item that was clicked, the one whose number was typed, or the only one found."""
    number = number or next((item.number for item in found if item.number == words.upper()), "")
    if number:
        return Item.objects.filter(company=company, number=number, deleted_at=None).order_by("pk").first()
    return found[0] if len(found) == 1 else None


def _listed(company: Company) -> list[Listed]:
    rows = Unit.objects.filter(company=company, deleted_at=None).order_by("code", "pk")
    return [Listed(row, rec20.code_of(row.international_code)) for row in rows]


def _asked(request: HttpRequest, company: Company, item: Item, measures: list[units.Measure]) -> Asked:
    own = [measure.code for measure in measures]
    largest = own[-1] if own else item.base_unit
    asked = Asked(
        quantity=_written(request, "quantity", "1"),
        unit=units.code_for(company, _written(request, "from", largest)),
        to=units.code_for(company, _written(request, "to", item.base_unit)),
    )
    every = Unit.objects.filter(company=company, deleted_at=None).values_list("code", flat=True)
    asked.others = sorted({*every, asked.unit, asked.to} - {*own, ""})
    quantity = _number(asked.quantity)
    if quantity is None:
        asked.problem = _("{quantity} is not a quantity. Write a number such as 12 or 2.5.").format(
            quantity=asked.quantity or _("Nothing")
        )
        return asked
    try:
        asked.answer = units.conversion(company, item.number, quantity, asked.unit, asked.to)
    except lookup.NoConversion as error:
        asked.no_conversion = str(error)
    return asked


def _written(request: HttpRequest, name: str, otherwise: str = "") -> str:
    """Read what was asked for; the database takes no NUL."""
    return request.GET.get(name, otherwise).replace("\0", "").strip()


def _number(written: str) -> Decimal | None:
    """Read a quantity that somebody may mean; None for anything else."""
    try:
        number = Decimal(written)
    except InvalidOperation:
        return None
    is_usual = number.is_finite() and abs(number.adjusted()) < LONGEST
    return number if is_usual and len(number.as_tuple().digits) <= LONGEST else None


def _shows_units() -> bool:
    """Whether this connection can bring item units at all: BC shows them through the app only."""
    return not connections.is_connected() or bool(connections.connection().app_url)
