"""Questions about master data: does it exist, how do units convert, what is an amount in ledger currency."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Any

from django.db import connection

from .models import Company, ExchangeRate, Item, ItemUnit, Location, Mirror, Vendor

EXACT = Context(prec=80, rounding=ROUND_HALF_UP)  # no product of two columns has more digits
FINEST = Decimal("0.00001")  # BC keeps five decimals of a quantity


Question = tuple[type[Mirror], str, Iterable[str]]
"""A mirror, the field that names its records, and the values that are looked for."""


class MasterDataError(Exception):
    """A record that is needed is not there; the message says which one and what to do."""


class NoConversion(MasterDataError):  # noqa: N818 - the trade's own word for it
    """Two units of an item cannot be converted into each other."""


class NoRate(MasterDataError):  # noqa: N818
    """There is no exchange rate for a currency on a date."""


def missing(company: Company, model: type[Mirror], field: str, values: Iterable[str]) -> list[str]:
    """Tell which of these numbers or codes are not in the mirror."""
    (lacking,) = missing_of_each(company, [(model, field, values)])
    return lacking


def missing_of_each(company: Company, questions: Iterable[Question]) -> list[list[str]]:
    """Tell for each list of numbers or codes which of them are not in the mirror, by one statement."""
    wanted = [(model, field, {value for value in values if value}) for model, field, values in questions]
    asked = [place for place, (_model, _field, values) in enumerate(wanted) if values]
    lacking = [set(values) for _model, _field, values in wanted]
    if asked:
        statement = " UNION ALL ".join(_present(*wanted[place][:2]) for place in asked)
        terms = [term for place in asked for term in (place, company.pk, list(wanted[place][2]))]
        with connection.cursor() as cursor:
            cursor.execute(statement, terms)
            for place, value in cursor:
                lacking[place].discard(value)
    return [sorted(values) for values in lacking]


@cache
def _present(model: type[Mirror], field: str) -> str:
    """Write the question out: it is asked several times for each document, and building it costs more."""
    named: Any = model._meta.get_field(field)
    table, column = model._meta.db_table, named.column
    there = f"company_id = %s AND deleted_at IS NULL AND {column} = ANY(%s)"
    return f"SELECT %s::int, {column}::text FROM {table} WHERE {there}"  # noqa: S608 - names of our models


def missing_vendors(company: Company, numbers: Iterable[str]) -> list[str]:
    return missing(company, Vendor, "number", numbers)


def missing_items(company: Company, numbers: Iterable[str]) -> list[str]:
    return missing(company, Item, "number", numbers)


def location_ids(company: Company, codes: Iterable[str]) -> dict[str, str]:
    """Give BC's id of each location code that is known."""
    rows = Location.objects.filter(company=company, code__in=set(codes), deleted_at=None)
    return {code: str(bc_id) for code, bc_id in rows.values_list("code", "bc_id")}


def base_units(company: Company, items: Iterable[str]) -> dict[str, str]:
    """Give the base unit of each item that is known."""
    rows = Item.objects.filter(company=company, number__in=set(items), deleted_at=None)
    return dict(rows.values_list("number", "base_unit"))


def per_base(company: Company, item: str, unit: str) -> Decimal:
    """Tell how many base units one of this unit holds; raises NoConversion, never assumes 1:1."""
    present = Item.objects.filter(company=company, number=item, deleted_at=None)
    base = present.values_list("base_unit", flat=True).first()
    if base and unit in ("", base):
        return Decimal(1)
    factor = (
        ItemUnit.objects.filter(company=company, item_number=item, unit=unit, deleted_at=None)
        .values_list("per_base", flat=True)
        .first()
    )
    if factor is None:
        raise NoConversion(
            f"Item {item} has no conversion from {unit or 'a blank unit'} to {base or 'its base unit'}. "
            f"Add the item unit {unit} in Business Central; it is picked up with the next pull."
        )
    return Decimal(factor)


def convert(company: Company, item: str, quantity: Decimal, unit: str, to: str) -> Decimal:
    """Convert a quantity of an item between two of its units; raises NoConversion.

    The result keeps BC's five decimals, so that 24 PCS are exactly 2 BOX of 12.
    """
    if unit == to:
        return quantity
    in_base = EXACT.multiply(quantity, per_base(company, item, unit))
    return EXACT.divide(in_base, per_base(company, item, to)).quantize(FINEST, context=EXACT)


def ledger_amount(company: Company, amount: Decimal, currency: str, on: datetime.date) -> Decimal:
    """Convert an amount into ledger currency at the rate valid on a date; raises NoRate.

    BC: amount ÷ exchange amount × relational amount of the last rate that starts on or before the date
    (its Currency Exchange Rate table).
    """
    if currency in ("", company.ledger_currency):
        return amount
    rate = (
        ExchangeRate.objects.filter(
            company=company, currency=currency, starting_date__lte=on, deleted_at=None, relational_currency=""
        )
        .order_by("-starting_date")
        .first()
    )
    if rate is None:
        raise NoRate(f"There is no exchange rate for {currency} on {on}. Add it in Business Central.")
    return Decimal(amount / rate.exchange_amount * rate.relational_amount)
