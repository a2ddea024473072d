"""Proposals for an invoice line that names no order line: ranked, explained, never taken by themselves.

The one exception is a described service whose amount is just what was confirmed and not yet billed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .amounts import billed_amount
from .facts import InvoiceLine, Order, OrderLine
from .links import Target


@dataclass(frozen=True, slots=True)
class Proposal:
    """An order line an invoice line could mean; `agrees` names what speaks for it."""

    order: str
    order_line: int
    agrees: tuple[str, ...]

    @property
    def score(self) -> int:
        return sum(WEIGHTS[point] for point in self.agrees)


WEIGHTS = {"order line": 100, "item": 40, "unit": 8, "price": 6, "quantity": 4, "description": 2}


def propose(line: InvoiceLine, orders: Iterable[Order]) -> tuple[Proposal, ...]:
    """Rank the order lines that an invoice line could mean, the likeliest first."""
    found = [
        Proposal(order.number, on.line, agrees)
        for order in orders
        for on in order.lines
        if (agrees := tuple(_agreements(line, order, on)))
    ]
    return tuple(sorted(found, key=lambda proposal: (-proposal.score, proposal.order, proposal.order_line)))


def by_confirmed_amount(line: InvoiceLine, open_amounts: Sequence[tuple[Target, Decimal]]) -> Target | None:
    """Find the only service line that has just this amount confirmed and not yet billed."""
    amount = billed_amount(line)
    fitting = [target for target, still_open in open_amounts if amount and still_open == amount]
    return fitting[0] if len(fitting) == 1 else None


def _agreements(line: InvoiceLine, order: Order, on: OrderLine) -> Iterable[str]:
    """Name what speaks for an order line; a unit or a quantity alone speaks for nothing."""
    exact = line.order in (None, order.number) and line.order_line == on.line
    same_item = bool(line.item) and line.item == on.item
    same_words = bool(line.description) and line.description.casefold() == on.description.casefold()
    same_price = (
        line.unit_price is not None and line.unit_price * on.price_base == on.unit_price * line.price_base
    )
    if not (exact or same_item or same_words or same_price):
        return
    points = {
        "order line": exact,
        "item": same_item,
        "unit": line.unit == on.unit,
        "price": same_price,
        "quantity": line.quantity == on.quantity,
        "description": same_words,
    }
    yield from (point for point, holds in points.items() if holds)
