"""Lay out the cases of invoices for the engine: each with what it is judged on, and no more."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from masterdata.models import Company

from . import laying_out
from .loading import Loaded, by
from .matching import facts
from .matching.exact import trimmed
from .models import InvoiceCharge, InvoiceLine, PurchaseOrder, PurchaseOrderLine, SupplierInvoice
from .policies.in_force import RulesOfTheDay, narrowed

Row = TypeVar("Row")
State = SupplierInvoice.Status


def gather(
    company: Company, invoices: Collection[SupplierInvoice], rules: RulesOfTheDay
) -> dict[int, facts.Case]:
    """Lay out the case of each invoice of a company, by the invoice's key."""
    policies = {invoice.pk: rules.policy_for(invoice) for invoice in invoices}
    near_days = {key: policy.options.near_duplicate_days for key, policy in policies.items()}
    gathered = _Gathered(Loaded(company, invoices, near_days))
    return {invoice.pk: gathered.case(invoice, policies[invoice.pk]) for invoice in invoices}


class _Gathered:
    """What was loaded, in the engine's words."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.orders = {
            number: laying_out.order(row, loaded.order_lines[row.id], loaded.order_charges[row.id])
            for number, row in loaded.orders.items()
        }
        self.receipts = _deliveries(loaded.receipts, loaded.receipt_lines, laying_out.receipt)
        self.returns = _deliveries(loaded.returns, loaded.return_lines, laying_out.goods_return)
        self.confirmations = _deliveries(
            loaded.confirmations, loaded.confirmation_lines, laying_out.confirmation
        )
        self._close_cancelled()
        self.by_vendor = by("vendor", self.orders.values())
        self.rates = [
            facts.Rate(currency, from_date, trimmed(amount), trimmed(worth))
            for currency, from_date, amount, worth in loaded.rates
        ]

    def _close_cancelled(self) -> None:
        """Count no more of a cancelled line than what came; an order with deliveries may still be billed."""
        for row in self.loaded.orders.values():
            ended = {line.line for line in self.loaded.order_lines[row.id] if line.cancelled}
            if not ended:
                continue
            order = self.orders[row.number]
            lines = tuple(
                line if line.line not in ended else replace(line, quantity=self._came(order.number, line))
                for line in order.lines
            )
            if not any(line.quantity for line in lines):
                continue  # nothing came at all: it is cancelled, as it says
            left = tuple(line for line in lines if line.quantity)
            self.orders[row.number] = replace(order, lines=left, state=facts.OrderState.OPEN)

    def _came(self, order: str, line: facts.OrderLine) -> Decimal:
        """Add up what came on a line, in its unit; what was confirmed as a service leaves it as ordered."""
        confirmed = (each for each in self.confirmations.get(order, ()) if each.accepted)
        if any(done.order_line == line.line for each in confirmed for done in each.lines):
            return line.quantity
        per_base = {unit.unit: unit.per_base for unit in self.loaded.units.get(line.item, ())}
        came = facts.ZERO
        for receipt in self.receipts.get(order, ()):
            for each in receipt.lines:
                if receipt.reversed or each.order_line != line.line:
                    continue
                quantity = each.received if each.accepted is None else each.accepted
                if each.unit not in ("", line.unit):
                    quantity = quantity * per_base.get(each.unit, 1) / per_base.get(line.unit, 1)
                came += quantity
        return trimmed(min(came, line.quantity))

    def case(self, invoice: SupplierInvoice, policy: facts.Policy) -> facts.Case:
        """Lay out one invoice with what it is judged on, and no more, so that the question can be kept."""
        orders = self._orders_of(invoice)
        asked = self._invoice(invoice)
        items = {line.item for order in orders for line in order.lines}
        items |= {line.item for line in asked.lines}
        vendors = {invoice.vendor_number, *(order.vendor for order in orders)}
        earlier = tuple(self._earlier(invoice, orders))
        return facts.Case(
            invoice=asked,
            ledger_currency=self.loaded.company.ledger_currency,
            rates=self._rates_for(invoice, orders),
            items=tuple(
                self._item(self.loaded.items[number]) for number in sorted(items & self.loaded.items.keys())
            ),
            units=tuple(
                laying_out.unit(row) for number in sorted(items) for row in self.loaded.units.get(number, ())
            ),
            vendors=tuple(
                laying_out.vendor(number, self.loaded.vendors.get(number), self.loaded.heads.get(number, ""))
                for number in sorted(self._vendors_told(vendors, earlier))
            ),
            policy=narrowed(policy, vendors, items),
            orders=orders,
            receipts=tuple(row for order in orders for row in self.receipts.get(order.number, ())),
            returns=tuple(row for order in orders for row in self.returns.get(order.number, ())),
            confirmations=tuple(row for order in orders for row in self.confirmations.get(order.number, ())),
            earlier=earlier,
            overrides=tuple(map(laying_out.override_of, self.loaded.releases.get(invoice.pk, ()))),
        )

    def _vendors_told(self, vendors: set[str], earlier: Iterable[facts.Invoice]) -> set[str]:
        """Name the vendors to tell of: those of invoice and orders, and who of a family billed before."""
        kin = {other.vendor for other in earlier if other.vendor} & self.loaded.heads.keys()
        return (vendors & (self.loaded.vendors.keys() | self.loaded.heads.keys())) | kin

    def _orders_of(self, invoice: SupplierInvoice) -> tuple[facts.Order, ...]:
        names = {invoice.order_number, *(line.order_number for line in self.loaded.lines[invoice.pk])}
        found = {self.loaded.alias[number] for number in names if number in self.loaded.alias}
        without = {line.item for line in self.loaded.lines_without_order(invoice)}
        for order in self.by_vendor.get(invoice.vendor_number, ()) if without else ():
            if order.state == facts.OrderState.OPEN and any(_may_be(line, without) for line in order.lines):
                found.add(order.number)
        return tuple(self.orders[number] for number in sorted(found))

    def _earlier(self, invoice: SupplierInvoice, orders: Iterable[facts.Order]) -> Iterable[facts.Invoice]:
        """Give the other invoices that count: those on their way or posted, and the pending ones before this.

        Two that wait for the same goods must not hold each other: of these only the earlier one counts.
        """
        keys = set(self.loaded.alike.get(invoice.pk, ()))
        for order in orders:
            keys |= self.loaded.of_order.get(order.number, set())
            for line in order.lines:
                keys |= self.loaded.of_item.get((order.vendor, line.item), set()) if line.item else set()
        for key in sorted(keys & self.loaded.others.keys() - {invoice.pk}):
            other = self.loaded.others[key]
            if key < invoice.pk or other.status in (State.READY, State.POSTED):
                yield self._invoice(other, state=_state(other))

    def _rates_for(self, invoice: SupplierInvoice, orders: Collection[facts.Order]) -> tuple[facts.Rate, ...]:
        """Choose the rates in force on the days of the invoice and its orders."""
        days = {day for day in (invoice.invoice_date, *(order.date for order in orders)) if day}
        chosen = []
        for currency in sorted({invoice.currency, *(order.currency for order in orders)}):
            theirs = [rate for rate in self.rates if rate.currency == currency]
            in_force = {_in_force(theirs, day) for day in days}
            chosen += [rate for rate in theirs if rate in in_force]
        return tuple(chosen)

    def _invoice(self, row: SupplierInvoice, state: str | None = None) -> facts.Invoice:
        charges = by("line", self.loaded.charges.get(row.id, ()))
        return facts.Invoice(
            number=row.number or None,
            vendor=row.vendor_number or None,
            date=row.invoice_date,
            total=laying_out.maybe(row.total),
            type=row.type,
            currency=row.currency,
            order=self._named(row.order_number),
            lines=tuple(
                self._invoice_line(line, row, charges[line.line]) for line in self.loaded.lines[row.id]
            ),
            charges=laying_out.charges(charges[None]),
            discount=trimmed(row.discount),
            tax=trimmed(row.tax),
            rounding=trimmed(row.rounding),
            retention_percent=laying_out.maybe(row.retention_percent),
            advance=laying_out.maybe(row.advance),
            file_sha256=row.file_sha256 or None,
            state=state,
        )

    def _invoice_line(
        self, row: InvoiceLine, invoice: SupplierInvoice, charges: list[InvoiceCharge]
    ) -> facts.InvoiceLine:
        return facts.InvoiceLine(
            line=row.line,
            order=self._named(row.order_number),
            order_line=row.order_line,
            item=row.item,
            description=row.description,
            quantity=trimmed(row.quantity),
            unit=row.unit,
            unit_price=trimmed(row.unit_price),
            price_base=trimmed(row.price_base),
            discount=trimmed(row.discount),
            charges=laying_out.charges(charges),
            amount=trimmed(row.amount),
            tax=trimmed(row.tax),
            price_quantity=laying_out.maybe(row.price_quantity),
            milestone=row.milestone
            or self._milestone_in_words(row, row.order_number or invoice.order_number),
            tax_code=row.tax_code or None,
            confirmed=row.linked or None,
        )

    def _milestone_in_words(self, row: InvoiceLine, order_number: str) -> str | None:
        """Take a line's words for a milestone where they are its very name: BC has no field for it."""
        order = self.orders.get(self.loaded.alias.get(order_number, ""))
        words = row.description.strip().casefold()
        steps = (step.name for line in order.lines for step in line.milestones) if order else ()
        return next((name for name in steps if name.casefold() == words), None)

    def _named(self, order_number: str) -> str | None:
        return self.loaded.alias.get(order_number, order_number) or None

    def _item(self, row: Any) -> facts.Item:
        precisions = [
            unit.rounding_precision
            for unit in self.loaded.units.get(row.number, ())
            if unit.unit == row.base_unit
        ]
        return facts.Item(row.number, row.base_unit, trimmed(precisions[0]) if precisions else facts.ZERO)


def _deliveries(
    told: Mapping[str, Iterable[Any]],
    lines: Mapping[int, list[Any]],
    laid_out: Callable[[Any, list[Any]], Row],
) -> dict[str, list[Row]]:
    """Lay out what came on each order, or went back, with its lines."""
    return {order: [laid_out(row, lines[row.id]) for row in rows] for order, rows in told.items()}


def _may_be(line: facts.OrderLine, items: Collection[str]) -> bool:
    """Tell whether an order line may be meant by a billed line that names only an item, or only words."""
    return (bool(line.item) and line.item in items) or ("" in items and line.kind == "service")


def _state(row: SupplierInvoice) -> str:
    return facts.InvoiceState.POSTED if row.status == State.POSTED else facts.InvoiceState.PENDING


def _in_force(rates: Iterable[facts.Rate], day: datetime.date) -> facts.Rate | None:
    started = [rate for rate in rates if rate.from_date <= day]
    return started[-1] if started else None


def laid_out_orders(orders: Collection[PurchaseOrder]) -> list[facts.Order]:
    """Lay out orders with their lines, without what happened to them."""
    lines = by(
        "order_id", PurchaseOrderLine.objects.filter(order__in=[row.pk for row in orders]).order_by("line")
    )
    return [
        laying_out.order(row, [line for line in lines[row.pk] if not line.cancelled], ()) for row in orders
    ]
