"""One order line with everything that happened to it, in the unit it is compared in."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from .amounts import total_of
from .facts import (
    ZERO,
    Confirmation,
    ConfirmationLine,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Receipt,
    ReceiptLine,
    Return,
    ReturnLine,
)
from .former import Former, former_of
from .limits import Scope
from .units import Frame

Key = tuple[str, int]


@dataclass(slots=True)
class Movements:
    """The documents that touched one order line, as they came."""

    receipts: list[ReceiptLine] = field(default_factory=list)
    returns: list[tuple[datetime.date | None, ReturnLine]] = field(default_factory=list)
    confirmations: list[ConfirmationLine] = field(default_factory=list)
    earlier: list[tuple[Invoice, InvoiceLine]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Price:
    """An order line's price: per price unit where it has one of its own, else per ordered unit."""

    apart: bool
    measure: Decimal  # how many of those units were ordered
    goods: Decimal  # their value, discount taken off, without charges
    each: Decimal  # the price of one, before discount and charges
    per_base: Decimal  # how many of those units are in one base unit


@dataclass(frozen=True, slots=True)
class Position:
    """An order line's running figures; a quantity that cannot be converted is `None`.

    `returned` is all that went back, `returned_late` what went after the invoice's date; `rejected_back` and
    `rejected_back_late` are how much of either had never been accepted.
    """

    order: Order
    line: OrderLine
    level: str
    scope: Scope
    frame: Frame
    ordered: Decimal
    received: Decimal | None
    accepted: Decimal | None
    returned: Decimal | None
    returned_late: Decimal
    rejected_back: Decimal
    rejected_back_late: Decimal
    ratio_received: Decimal | None
    price: Price | None
    accepted_amount: Decimal | None
    movements: Movements
    former: Former | None = None

    @property
    def key(self) -> Key:
        return self.order.number, self.line.line

    @property
    def planned_charges(self) -> Decimal:
        return total_of(self.line.charges)

    @property
    def net(self) -> Decimal | None:
        """The line's net amount: goods less discount, with its planned charges."""
        return None if self.price is None else self.price.goods + self.planned_charges

    @property
    def billable(self) -> Decimal:
        """What may be billed in all: what is ordered, or came as ordered before a change."""
        return max(self.ordered, self.former.quantity) if self.former else self.ordered

    @property
    def billable_amount(self) -> Decimal | None:
        """The net amount of what may be billed in all."""
        if self.former is None or self.price is None or self.net is None:
            return self.net
        came = self.former.quantity * self.price.per_base * self.former.each_of_quantity
        return max(self.net, came + self.planned_charges)

    def worth(self, quantity: Decimal | None) -> Decimal | None:
        """Value base units at the order's net price; line charges do not grow with the quantity."""
        if quantity is None or self.price is None:
            return None
        if self.ordered:
            return self.price.goods / self.ordered * quantity
        return self.price.each * self.price.per_base * quantity

    def measure(self, line: InvoiceLine, quantity: Decimal) -> Decimal | None:
        """Express an invoiced quantity in the units the order is priced in."""
        if self.price is None:
            return line.price_quantity
        if not self.price.apart:
            return quantity * self.price.per_base
        return line.price_quantity or quantity * (self.ratio_received or self.price.per_base)


def arrange_movements(
    receipts: Iterable[Receipt],
    returns: Iterable[Return],
    confirmations: Iterable[Confirmation],
) -> dict[Key, Movements]:
    """Sort the documents to the order lines they touched; the same document given twice counts once."""
    found: dict[Key, Movements] = {}
    for receipt in dict.fromkeys(receipts):
        for received in () if receipt.reversed else receipt.lines:
            found.setdefault((receipt.order, received.order_line), Movements()).receipts.append(received)
    for back in dict.fromkeys(returns):
        for sent in back.lines:
            found.setdefault((back.order, sent.order_line), Movements()).returns.append((back.date, sent))
    for confirmation in dict.fromkeys(confirmations):
        for done in confirmation.lines if confirmation.accepted else ():
            found.setdefault((confirmation.order, done.order_line), Movements()).confirmations.append(done)
    return found


def arrange_position(
    order: Order,
    line: OrderLine,
    *,
    level: str,
    scope: Scope,
    frame: Frame,
    movements: Movements,
    receipts: Iterable[Receipt],
    invoice_date: datetime.date | None,
) -> Position:
    """Add up what happened to an order line."""
    received = _sum(frame.to_base(row.received, row.unit) for row in movements.receipts)
    accepted = _sum(
        frame.to_base(row.received if row.accepted is None else row.accepted, row.unit)
        for row in movements.receipts
    )
    not_accepted = max(ZERO, (received or ZERO) - (accepted or ZERO))
    rejected_back = _rejected_back(movements, frame, not_accepted)
    ratio = _ratio_received(movements.receipts, frame)
    ordered = frame.to_base(line.quantity, line.unit) or ZERO
    price = _price(line, ordered, frame, ratio)
    return Position(
        order=order,
        line=line,
        level=level,
        scope=scope,
        frame=frame,
        ordered=ordered,
        received=received,
        accepted=accepted,
        returned=_sum(frame.to_base(row.quantity, row.unit) for _, row in movements.returns),
        returned_late=_returned_after(movements, frame, invoice_date),
        rejected_back=rejected_back,
        rejected_back_late=rejected_back - _rejected_back(movements, frame, not_accepted, by=invoice_date),
        ratio_received=ratio,
        price=price,
        accepted_amount=_accepted_amount(movements.confirmations, ordered, frame, price),
        movements=movements,
        former=former_of(order, line, receipts, frame),
    )


def _sum(quantities: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO
    for quantity in quantities:
        if quantity is None:
            return None
        total += quantity
    return total


def _returned_after(movements: Movements, frame: Frame, day: datetime.date | None) -> Decimal:
    late = (
        frame.to_base(row.quantity, row.unit)
        for returned_on, row in movements.returns
        if _is_later(returned_on, day)
    )
    return _sum(late) or ZERO


def _rejected_back(
    movements: Movements, frame: Frame, not_accepted: Decimal, *, by: datetime.date | None = None
) -> Decimal:
    """Add up the rejected goods that went back: no more than came and were not accepted.

    What is told beyond that is of the accepted ones, and so is all of which nobody tells.
    """
    told = (
        frame.to_base(row.rejected, row.unit)
        for returned_on, row in movements.returns
        if row.rejected and not _is_later(returned_on, by)
    )
    return min(_sum(told) or ZERO, not_accepted)


def _is_later(one: datetime.date | None, other: datetime.date | None) -> bool:
    return bool(one and other and one > other)


def _ratio_received(receipts: Iterable[ReceiptLine], frame: Frame) -> Decimal | None:
    """Tell how many price units came in per base unit, over the receipts that say so."""
    weighed = [row for row in receipts if row.price_quantity is not None]
    quantity = _sum(frame.to_base(row.received, row.unit) for row in weighed)
    if not quantity:
        return None
    return sum((row.price_quantity or ZERO for row in weighed), ZERO) / quantity


def _price(line: OrderLine, ordered: Decimal, frame: Frame, ratio_received: Decimal | None) -> Price | None:
    """Work out the order line's price; `None` where its price unit cannot be related to its unit."""
    each = price_of_quantity(line) / line.price_base if line.price_base > 0 else ZERO
    apart = bool(line.price_unit) and line.price_unit != (line.unit or frame.order_unit)
    per_base = _price_units_per_base(line, frame, ratio_received) if apart else _orders_per_base(frame)
    if per_base is None:
        return None
    measure = ordered * per_base if apart else line.quantity
    return Price(apart, measure, measure * each - line.discount, each, per_base)


def price_of_quantity(line: OrderLine) -> Decimal:
    """Give the unit price of the quantity that was ordered."""
    reached = [step for step in line.price_breaks if step.from_quantity <= line.quantity]
    if not reached:
        return line.unit_price
    return max(reached, key=lambda step: step.from_quantity).unit_price


def _price_units_per_base(line: OrderLine, frame: Frame, ratio_received: Decimal | None) -> Decimal | None:
    if line.planned_ratio:
        return line.planned_ratio
    factor = frame.factor(line.price_unit)
    return 1 / factor if factor else ratio_received


def _orders_per_base(frame: Frame) -> Decimal | None:
    factor = frame.factor(frame.order_unit)
    return 1 / factor if factor else None


def _accepted_amount(
    confirmations: Iterable[ConfirmationLine], ordered: Decimal, frame: Frame, price: Price | None
) -> Decimal | None:
    """Add up what was confirmed; a quantity without an amount counts at the order's price.

    `None` where one is in a unit that leads nowhere.
    """
    total = ZERO
    for row in confirmations:
        if row.amount is not None:
            total += row.amount
        elif row.quantity and price is not None:
            quantity = frame.to_base(row.quantity, row.unit)
            if quantity is None:
                return None
            total += quantity * (price.goods / ordered if ordered else price.each * price.per_base)
    return total
