"""A case laid out for judging: every invoice line beside its order line, all sums taken once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from .amounts import billed_amount, bills_goods, sign_of
from .facts import ZERO, Case, Invoice, InvoiceLine, Level, Order, OrderLine, Vendor
from .findings import Code
from .limits import LevelBook, RuleBook, Scope
from .links import Link, Linker, by_confirmed_amount
from .positions import Key, Movements, Position, arrange_movements, arrange_position
from .rates import RateTable
from .units import UnitTable

Worked = TypeVar("Worked")


@dataclass(frozen=True, slots=True)
class Billed:
    """What was billed and credited on an order line before the line at hand; `None` if not convertible."""

    quantity: Decimal | None = ZERO
    credited: Decimal | None = ZERO
    amount: Decimal = ZERO
    corrected: Decimal = ZERO

    @property
    def net(self) -> Decimal | None:
        return None if self.quantity is None or self.credited is None else self.quantity - self.credited

    def plus(self, quantity: Decimal | None, amount: Decimal) -> Billed:
        """Add a line: a negative quantity is a credit, none at all a correction of the price."""
        if quantity is None:
            return Billed(None, None, self.amount + amount, self.corrected)
        if quantity == 0:
            return Billed(self.quantity, self.credited, self.amount + amount, self.corrected + amount)
        billed, credited = self.quantity, self.credited
        if quantity > 0:
            billed = None if billed is None else billed + quantity
        else:
            credited = None if credited is None else credited - quantity
        return Billed(billed, credited, self.amount + amount, self.corrected)


@dataclass(frozen=True, slots=True)
class Line:
    """An invoice line beside its order line.

    `quantity` and `amount` carry the sign they count with: a credit memo's lines are negative. `before` holds
    earlier invoices and the lines before this one.
    """

    billed: InvoiceLine
    position: Position
    quantity: Decimal | None
    amount: Decimal
    before: Billed
    is_last: bool
    cumulative: Decimal | None
    """All that is billed on the order line with this line, in base units."""

    @property
    def number(self) -> int:
        return self.billed.line

    @property
    def bills(self) -> bool:
        """Tell whether the line bills goods or services, rather than crediting or correcting them."""
        return self.quantity is not None and self.quantity > 0

    @property
    def credits(self) -> bool:
        return self.quantity is not None and self.quantity < 0

    @property
    def is_service(self) -> bool:
        return self.position.line.kind == "service"

    def matched(self, *levels: Level) -> bool:
        """Tell whether the line is matched at one of these levels."""
        return self.position.level in levels


class Dossier:
    """One case, indexed; built once and read by every rule."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.invoice = case.invoice
        self.sorted_lines = sorted(case.invoice.lines, key=lambda line: line.line)
        self.rates = RateTable(case.ledger_currency, case.rates)
        self.rules = RuleBook.of(case.policy.rules)
        self.options = case.policy.options
        self._levels = LevelBook(case.policy.levels)
        self._units = UnitTable(case.items, case.units)
        self._vendors = {vendor.number: vendor for vendor in case.vendors}
        self._linker = Linker(case.orders, self.same_vendor)
        self._movements = arrange_movements(case.receipts, case.returns, case.confirmations)
        self.earlier = tuple(dict.fromkeys(case.earlier))
        self._note_earlier()
        self._positions: dict[Key, Position] = {}
        self._worked_out: dict[Callable[[Dossier], Any], Any] = {}
        self.links = self._link_lines()
        self.orders = self._orders_concerned()
        self.scope = Scope(vendor=case.invoice.vendor)
        self.lines = tuple(self._lay_out()) if bills_goods(case.invoice) else ()

    def once(self, work_out: Callable[[Dossier], Worked]) -> Worked:
        """Give what several rules ask for, worked out at the first asking."""
        if work_out not in self._worked_out:
            self._worked_out[work_out] = work_out(self)
        worked: Worked = self._worked_out[work_out]
        return worked

    # --- masters -------------------------------------------------------------------------------------------

    def vendor(self, number: str | None) -> Vendor | None:
        return self._vendors.get(number or "")

    def family(self, number: str | None) -> str:
        vendor = self.vendor(number)
        return (vendor.family if vendor else "") or number or ""

    def same_vendor(self, one: str | None, other: str | None) -> bool:
        return self.family(one) == self.family(other)

    # --- money ---------------------------------------------------------------------------------------------

    @property
    def currency(self) -> str:
        return self.rates.named(self.invoice.currency)

    @property
    def order_date(self) -> datetime.date | None:
        """Give the day whose rate the invoice's own figures convert at: that of its (first) order."""
        dates = [order.date for order in self.orders if order.date]
        return min(dates) if dates else self.invoice.date

    def order_currency_agrees(self, order: Order) -> bool:
        return self.rates.named(order.currency) == self.currency

    @property
    def currencies_agree(self) -> bool:
        return all(self.order_currency_agrees(order) for order in self.orders)

    def to_ledger(self, amount: Decimal | None, order: Order | None = None) -> Decimal | None:
        """Convert an amount of the order, or of the invoice, at the order date's rate."""
        if amount is None:
            return None
        if order is None:
            return self.rates.to_ledger(amount, self.invoice.currency, self.order_date)
        return self.rates.to_ledger(amount, order.currency, order.date or self.invoice.date)

    # --- lines ---------------------------------------------------------------------------------------------

    def position(self, order: Order, line: OrderLine) -> Position:
        """Give an order line with its sums, worked out at the first asking."""
        key = (order.number, line.line)
        if key not in self._positions:
            self._positions[key] = self._arrange(order, line)
        return self._positions[key]

    def earlier_of_orders(self) -> Iterator[Invoice]:
        """Give the earlier documents that consume an order of this invoice."""
        numbers = {order.number for order in self.orders}
        for invoice in self.earlier:
            if bills_goods(invoice) and numbers & {invoice.order, *(line.order for line in invoice.lines)}:
                yield invoice

    def billed_earlier(self, position: Position) -> Billed:
        """Add up what earlier invoices and credits made of an order line."""
        total = Billed()
        for invoice, line in position.movements.earlier:
            sign = sign_of(invoice)
            quantity = _in_base(position, sign * line.quantity, line.unit)
            amount = self.rates.between(
                sign * billed_amount(line), invoice.currency, position.order.currency, position.order.date
            )
            total = total.plus(quantity, amount or ZERO)
        return total

    def _arrange(self, order: Order, line: OrderLine) -> Position:
        scope = Scope(order.vendor or self.invoice.vendor, line.item or None, order.number, line.line)
        return arrange_position(
            order,
            line,
            level=self._levels.find(scope, line.level or (Level.NONE if order.limit else None)),
            scope=scope,
            frame=self._units.frame(line.item, line.unit),
            movements=self._movements.get((order.number, line.line)) or Movements(),
            receipts=self.case.receipts,
            invoice_date=self.invoice.date,
        )

    def _note_earlier(self) -> None:
        for invoice in self.earlier:
            for line in invoice.lines if bills_goods(invoice) else ():
                target = self._linker.link(line, invoice).target
                if target:
                    key = (target[0].number, target[1].line)
                    self._movements.setdefault(key, Movements()).earlier.append((invoice, line))

    def _link_lines(self) -> dict[int, Link]:
        """Link every line of the invoice; advances and released retentions have none to link."""
        if not bills_goods(self.invoice):
            return {}
        return {line.line: self._link(line) for line in self.sorted_lines}

    def _link(self, line: InvoiceLine) -> Link:
        """Link a line; a described service goes to the order line with just its amount confirmed and open."""
        link = self._linker.link(line, self.invoice)
        if link.problem != Code.DESCRIPTION_ONLY:
            return link
        amounts = [(target, self._open_amount(self.position(*target))) for target in link.candidates]
        still_open = [(target, amount) for target, amount in amounts if amount is not None]
        return replace(link, target=by_confirmed_amount(line, still_open))

    def _open_amount(self, position: Position) -> Decimal | None:
        """Give what is confirmed and not billed; `None` where a confirmation cannot be valued."""
        if position.accepted_amount is None:
            return None
        return position.accepted_amount - self.billed_earlier(position).amount

    def _orders_concerned(self) -> tuple[Order, ...]:
        found = {link.target[0].number: link.target[0] for link in self.links.values() if link.target}
        if self.invoice.order in self._linker.orders:
            found[self.invoice.order] = self._linker.orders[self.invoice.order]
        return tuple(found[number] for number in sorted(found))

    def _lay_out(self) -> Iterator[Line]:
        """Put each line beside its order line, with what came before it there.

        A credit line is judged by itself: it makes no room for another line, and no other line for it.
        """
        sign = sign_of(self.invoice)
        linked = [(line, target) for line in self.sorted_lines if (target := self.links[line.line].target)]
        last = {(order.number, on.line): line.line for line, (order, on) in linked}
        billed: dict[Key, Billed] = {}
        credited: dict[Key, Billed] = {}
        for written, target in linked:
            position = self.position(*target)
            quantity = (
                position.frame.to_base(sign * written.quantity, written.unit) if written.quantity else ZERO
            )
            carried = credited if quantity is not None and quantity < 0 else billed
            before = carried.get(position.key) or self.billed_earlier(position)
            amount = sign * billed_amount(written)
            carried[position.key] = before.plus(quantity, amount)
            is_last = last[position.key] == written.line
            net = before.net
            in_all = None if net is None or quantity is None else net + quantity
            yield Line(written, position, quantity, amount, before, is_last, in_all)


def _in_base(position: Position, quantity: Decimal, unit: str) -> Decimal | None:
    """Convert a quantity; nothing is nothing in any unit."""
    return position.frame.to_base(quantity, unit) if quantity else ZERO
