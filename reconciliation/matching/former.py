"""An order line as it was when its goods came: a later change takes nothing back that came as ordered."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from .facts import ZERO, FormerLine, Order, OrderLine, Receipt, ReceiptLine
from .units import Frame


@dataclass(frozen=True, slots=True)
class Former:
    """What came while a former version held, up to what that version ordered, and at which price.

    `each` is the price of one priced unit at the last receipt; `None` where today's version held then.
    """

    quantity: Decimal
    each_of_quantity: Decimal
    each: Decimal | None


def former_of(order: Order, line: OrderLine, receipts: Iterable[Receipt], frame: Frame) -> Former | None:
    """Look up what the order line said before; `None` where it always said the same."""
    if not order.former:
        return None
    came = list(_came(order, line, receipts))
    quantity = each_of_quantity = ZERO
    for until, said in _versions(order, line):
        ordered = frame.to_base(said.quantity, line.unit) or ZERO
        arrived = (frame.to_base(row.received, row.unit) or ZERO for day, row in came if day <= until)
        kept = min(ordered, sum(arrived, ZERO))
        if kept > quantity:
            quantity, each_of_quantity = kept, _each(said, line)
    return Former(quantity, each_of_quantity, _price_at_last_receipt(order, line, came))


def _price_at_last_receipt(
    order: Order, line: OrderLine, came: Iterable[tuple[datetime.date, ReceiptLine]]
) -> Decimal | None:
    last = max((day for day, _ in came), default=None)
    if last is None:
        return None
    return next((_each(said, line) for until, said in _versions(order, line) if last <= until), None)


def _versions(order: Order, line: OrderLine) -> Iterator[tuple[datetime.date, FormerLine]]:
    """Give what former versions said of a line, the oldest first."""
    for version in sorted(order.former, key=lambda version: version.until):
        for said in version.lines:
            if said.line == line.line:
                yield version.until, said


def _came(
    order: Order, line: OrderLine, receipts: Iterable[Receipt]
) -> Iterator[tuple[datetime.date, ReceiptLine]]:
    for receipt in dict.fromkeys(receipts):
        if receipt.order == order.number and receipt.date and not receipt.reversed:
            yield from ((receipt.date, row) for row in receipt.lines if row.order_line == line.line)


def _each(said: FormerLine, line: OrderLine) -> Decimal:
    return said.unit_price / line.price_base if line.price_base > 0 else ZERO
