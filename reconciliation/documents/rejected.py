"""Rejected goods that go back: what receipts have told of them, and what returns say of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.db import models

from masterdata import lookup
from masterdata.models import Company
from reconciliation.models import (
    Document,
    GoodsReceiptLine,
    GoodsReturn,
    GoodsReturnLine,
    PurchaseOrderLine,
)

ZERO = Decimal(0)
Part = tuple[int, Decimal, str]
"""A part of what moved on an order line: the line, how many, and in which unit."""


class Line(Protocol):
    """A line of a return, as it came or as it is kept."""

    @property
    def order_line(self) -> int: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def quantity_rejected(self) -> Decimal | None: ...
    @property
    def unit(self) -> str: ...


@dataclass(frozen=True)
class Unaccounted:
    """An order line of which more rejected goods went back than receipts have told of, in its unit."""

    order_line: int
    went_back: Decimal
    rejected: Decimal


def is_nothing_for_bc(returned: GoodsReturn, lines: Iterable[Line]) -> bool:
    """Tell whether a new return holds rejected goods alone, all of them told of by receipts."""
    told = list(lines)
    if returned.order is None or any(line.quantity_rejected != line.quantity for line in told):
        return False
    try:
        return unaccounted(returned, told) is None
    except lookup.NoConversion:
        return False


def unaccounted(returned: GoodsReturn, lines: Iterable[Line]) -> Unaccounted | None:
    """Find the first order line of which more rejected goods went back than were not accepted.

    Returns that were told of before count as well. Raises NoConversion.
    """
    told = [line for line in lines if line.quantity_rejected]
    numbers = {line.order_line for line in told}
    if not told:
        return None
    ordered = {line.line: line for line in returned.order.lines.all()} if returned.order else {}
    went_back = _totals(returned.company, ordered, _rejected((*_told_before(returned), *told)))
    rejected = _totals(returned.company, ordered, _not_accepted(returned, numbers))
    for number in sorted(numbers):
        if went_back[number] > rejected[number]:
            return Unaccounted(number, went_back[number], rejected[number])
    return None


def _told_before(returned: GoodsReturn) -> models.QuerySet[GoodsReturnLine]:
    same = GoodsReturnLine.objects.filter(
        goods_return__company=returned.company,
        goods_return__order_number=returned.order_number,
        quantity_rejected__gt=0,
    ).exclude(goods_return__status=Document.Status.CANCELLED)
    return same.filter(goods_return__lt=returned.pk) if returned.pk else same


def _rejected(lines: Iterable[Line]) -> Iterator[Part]:
    return ((line.order_line, line.quantity_rejected or ZERO, line.unit) for line in lines)


def _not_accepted(returned: GoodsReturn, order_lines: Collection[int]) -> Iterator[Part]:
    came = GoodsReceiptLine.objects.filter(
        receipt__company=returned.company,
        receipt__order_number=returned.order_number,
        receipt__reversed_on=None,
        order_line__in=order_lines,
    ).exclude(receipt__status=Document.Status.CANCELLED)
    return ((line.order_line, line.quantity_received - line.quantity_accepted, line.unit) for line in came)


def _totals(
    company: Company, ordered: Mapping[int, PurchaseOrderLine], parts: Iterable[Part]
) -> dict[int, Decimal]:
    """Add quantities up by order line, in its unit; those of a line that is not here yet are in theirs."""
    totals: dict[int, Decimal] = defaultdict(Decimal)
    for number, quantity, unit in parts:
        line = ordered.get(number)
        if line is not None and unit not in ("", line.unit):
            quantity = lookup.convert(company, line.item, quantity, unit, to=line.unit)
        totals[number] += quantity
    return totals
