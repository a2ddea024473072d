"""Which order line an invoice line means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .amounts import billed_amount
from .facts import Invoice, InvoiceLine, Order, OrderLine, OrderState
from .findings import Code

Target = tuple[Order, OrderLine]
SameVendor = Callable[[str | None, str | None], bool]


@dataclass(frozen=True, slots=True)
class Link:
    """The order line that was found, or why none was, with those it could have been."""

    target: Target | None = None
    problem: Code | None = None
    candidates: tuple[Target, ...] = ()


class Linker:
    """The order lines of a case by number and by item."""

    def __init__(
        self, orders: Iterable[Order], same_vendor: Callable[[str | None, str | None], bool]
    ) -> None:
        self.orders = {order.number: order for order in orders}
        self._same_vendor = same_vendor
        self._lines: dict[tuple[str, int], Target] = {}
        self._by_item: dict[tuple[str, str], list[Target]] = {}
        for order in self.orders.values():
            for line in order.lines:
                self._lines[order.number, line.line] = (order, line)
                if line.item:
                    self._by_item.setdefault((order.number, line.item), []).append((order, line))

    def link(self, line: InvoiceLine, invoice: Invoice) -> Link:
        """Find the order line: by its number, else the only one with the item; never by guessing."""
        orders = self._orders_for(line, invoice)
        if line.order_line is not None and len(orders) == 1:
            return self._by_number(line, orders[0])
        if line.item:
            return self._only(self._with_item(line.item, orders))
        if line.description and orders:
            return Link(problem=Code.DESCRIPTION_ONLY, candidates=services(orders))
        return Link(problem=Code.NOT_ON_ORDER)

    def _orders_for(self, line: InvoiceLine, invoice: Invoice) -> list[Order]:
        """Give the order named on the line, else on the invoice, else the vendor's open ones."""
        named = line.order or invoice.order
        if named:
            return [self.orders[named]] if named in self.orders else []
        return [
            order
            for order in self.orders.values()
            if order.state == OrderState.OPEN and self._same_vendor(order.vendor, invoice.vendor)
        ]

    def _by_number(self, line: InvoiceLine, order: Order) -> Link:
        target = self._lines.get((order.number, line.order_line or 0))
        if target is None:
            return Link(problem=Code.NOT_ON_ORDER)
        if line.item and target[1].item and line.item != target[1].item and not line.confirmed:
            return Link(problem=Code.NOT_ON_ORDER, candidates=(target,))
        return Link(target)

    def _with_item(self, item: str, orders: list[Order]) -> list[Target]:
        return [target for order in orders for target in self._by_item.get((order.number, item), [])]

    @staticmethod
    def _only(found: list[Target]) -> Link:
        if len(found) == 1:
            return Link(found[0])
        ranked = tuple(sorted(found, key=lambda target: (target[0].number, target[1].line)))
        return Link(problem=Code.AMBIGUOUS if found else Code.NOT_ON_ORDER, candidates=ranked)


def services(orders: Iterable[Order]) -> tuple[Target, ...]:
    """Give the service lines of orders, in order."""
    found = [(order, line) for order in orders for line in order.lines if line.kind == "service"]
    return tuple(sorted(found, key=lambda target: (target[0].number, target[1].line)))


def by_confirmed_amount(line: InvoiceLine, open_amounts: Sequence[tuple[Target, Decimal]]) -> Target | None:
    """Find the only service line that has just this amount confirmed and not yet billed."""
    amount = billed_amount(line)
    fitting = [target for target, still_open in open_amounts if amount and still_open == amount]
    return fitting[0] if len(fitting) == 1 else None
