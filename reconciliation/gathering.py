"""Gather the facts of invoices in bulk: a fixed number of questions to the database, however many invoices.

What an invoice is judged against: the orders it names (or, where a line names none, its vendor's open orders
with that item), all that happened on these orders, the other invoices of these orders and those that may be
the same invoice.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Q

from masterdata.models import Company, Item, ItemUnit, Vendor

from . import laying_out
from .families import heads_of
from .matching import facts
from .matching.exact import trimmed
from .models import (
    Document,
    GoodsReceipt,
    GoodsReceiptLine,
    GoodsReturn,
    GoodsReturnLine,
    InvoiceCharge,
    InvoiceLine,
    OrderCharge,
    PurchaseOrder,
    PurchaseOrderLine,
    Resolution,
    ServiceConfirmation,
    ServiceConfirmationLine,
    SupplierInvoice,
)
from .parts import keyed, named, parts, rows
from .policies.in_force import RulesOfTheDay, narrowed

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)
State = SupplierInvoice.Status

# What is read of a document that may come by the thousand.
ORDER = (
    "id", "number", "bc_number", "status", "state", "version", "vendor_number", "currency", "order_date",
    "expected_on", "agreed", "former",
)  # fmt: skip
ORDER_LINE = (
    "order_id", "line", "kind", "item", "description", "quantity", "unit", "unit_price", "price_base",
    "discount_percent", "expected_on", "match_level", "agreed", "cancelled",
)  # fmt: skip
INVOICE = (
    "id", "number", "status", "type", "vendor_number", "invoice_date", "currency", "order_number", "total",
    "discount", "tax", "rounding", "retention_percent", "advance", "file_sha256",
)  # fmt: skip
RECEIPT = ("id", "number", "order_number", "status", "received_on", "reversed_on")

# Invoices of the same family of vendors and kind whose numbers differ only in signs, case and leading zeros,
# or that come to the same amount within the days of near duplicates. The engine looks closer.
ALIKE = """
WITH wanted AS MATERIALIZED (
  SELECT i.id, i.company_id, i.vendor_number, i.type, i.total, i.invoice_date, wanted.days, i.bare_number,
         lower(i.file_sha256) AS file, coalesce(f.head, i.vendor_number) AS head
    FROM reconciliation_supplierinvoice i
    JOIN unnest(%(ids)s::bigint[], %(days)s::int[]) AS wanted(id, days) USING (id)
    LEFT JOIN reconciliation_vendorfamily f
      ON f.company_id = i.company_id AND f.vendor_number = i.vendor_number
   WHERE i.status <> 'rejected'),
asked AS MATERIALIZED (
  SELECT wanted.id, wanted.company_id, kin.vendor_number, wanted.type, wanted.total, wanted.invoice_date,
         wanted.days, wanted.bare_number
    FROM wanted, LATERAL (
      SELECT wanted.head AS vendor_number
       UNION ALL
      SELECT f.vendor_number FROM reconciliation_vendorfamily f
       WHERE f.company_id = wanted.company_id AND f.head = wanted.head) AS kin)
SELECT asked.id, known.id
  FROM asked JOIN reconciliation_supplierinvoice known
    ON known.company_id = asked.company_id AND known.vendor_number = asked.vendor_number
   AND known.bare_number = asked.bare_number
 WHERE known.id <> asked.id AND known.type = asked.type AND known.status <> 'rejected'
UNION
SELECT asked.id, known.id
  FROM asked JOIN reconciliation_supplierinvoice known
    ON known.company_id = asked.company_id AND known.vendor_number = asked.vendor_number
   AND known.total = asked.total
 WHERE known.id <> asked.id AND known.type = asked.type AND known.status <> 'rejected'
   AND abs(known.invoice_date - asked.invoice_date) <= asked.days
UNION
SELECT wanted.id, known.id
  FROM wanted JOIN reconciliation_supplierinvoice known
    ON known.company_id = wanted.company_id AND lower(known.file_sha256) = wanted.file
   AND known.file_sha256 <> ''
 WHERE known.id <> wanted.id AND known.status <> 'rejected'
"""

RATES = """
SELECT DISTINCT rate.currency, rate.starting_date, rate.exchange_amount, rate.relational_amount
  FROM unnest(%(currencies)s::text[], %(days)s::date[]) AS wanted(currency, day)
  JOIN LATERAL (
    SELECT r.currency, r.starting_date, r.exchange_amount, r.relational_amount
      FROM masterdata_exchangerate r
     WHERE r.company_id = %(company)s AND r.currency = wanted.currency AND r.starting_date <= wanted.day
       AND r.deleted_at IS NULL AND r.relational_currency IN ('', %(ledger)s)
     ORDER BY r.starting_date DESC, r.id DESC LIMIT 1) AS rate ON true
"""


def gather(
    company: Company, invoices: Collection[SupplierInvoice], rules: RulesOfTheDay
) -> dict[int, facts.Case]:
    """Lay out the case of each invoice of a company, by the invoice's key."""
    gathered = _Gathered(company, invoices, rules)
    return {invoice.pk: gathered.case(invoice) for invoice in invoices}


class _Gathered:
    """Everything that the invoices at hand are judged on, loaded once and indexed."""

    def __init__(self, company: Company, invoices: Collection[SupplierInvoice], rules: RulesOfTheDay) -> None:
        self.company = company
        self.policies = {invoice.pk: rules.policy_for(invoice) for invoice in invoices}
        ids = [invoice.pk for invoice in invoices]
        self.lines = _by("invoice_id", parts(InvoiceLine, "invoice_id", ids, "line"))
        self._load_orders(invoices)
        self._load_deliveries()
        self._load_others(invoices)
        billing = {*ids, *self.others}
        self.charges = _by("invoice_id", parts(InvoiceCharge, "invoice_id", billing, "id"))
        self._load_masters(invoices)
        self._close_cancelled()
        self.overrides = self._load_overrides(ids)

    # --- loading -------------------------------------------------------------------------------------------

    def _load_orders(self, invoices: Iterable[SupplierInvoice]) -> None:
        names, vendors, items = set(), set(), set()
        for invoice in invoices:
            names |= {invoice.order_number, *(line.order_number for line in self.lines[invoice.pk])}
            for line in self._lines_without_order(invoice):
                vendors.add(invoice.vendor_number)
                items.add(line.item)
        names.discard("")
        wanted = Q(named("number", names)) | Q(named("bc_number", names))
        found = rows(PurchaseOrder.objects.filter(wanted, company=self.company).order_by("pk"), *ORDER)
        found += self._open_orders(vendors, items, but=_keys(found)) if vendors else []
        lines = PurchaseOrderLine.objects.filter(keyed("order_id", _keys(found))).order_by("line")
        self.order_lines = _by("order_id", rows(lines, *ORDER_LINE))
        self.order_charges = _by("order_id", parts(OrderCharge, "order_id", _keys(found), "code"))
        self.orders = {row.number: self._order(row) for row in found}
        # BC names an order by its own number; ours wins where both mean something.
        self.alias = {row.bc_number: row.number for row in found if row.bc_number}
        self.alias |= {row.number: row.number for row in found}
        self.by_vendor = _by("vendor", self.orders.values())

    def _open_orders(self, vendors: set[str], items: set[str], but: list[int]) -> list[Any]:
        fitting = Q(item__in=items - {""})
        if "" in items:
            fitting |= Q(kind=PurchaseOrderLine.Kind.SERVICE)
        theirs = PurchaseOrderLine.objects.filter(
            fitting,
            order__company=self.company,
            order__vendor_number__in=vendors,
            order__state=PurchaseOrder.State.OPEN,
        ).exclude(order__status=Document.Status.CANCELLED)
        found = PurchaseOrder.objects.filter(pk__in=theirs.values("order_id")).exclude(pk__in=but)
        return rows(found.order_by("pk"), *ORDER)

    def _load_deliveries(self) -> None:
        here = Q(named("order_number", self.orders.keys()), company=self.company)
        receipts = rows(GoodsReceipt.objects.filter(here).order_by("pk"), *RECEIPT)
        lines = _by("receipt_id", parts(GoodsReceiptLine, "receipt_id", _keys(receipts), "line"))
        self.receipts = _by("order", (laying_out.receipt(row, lines[row.id]) for row in receipts))
        confirmations = list(ServiceConfirmation.objects.filter(here).order_by("pk"))
        returns = list(
            GoodsReturn.objects.filter(here).exclude(status=Document.Status.CANCELLED).order_by("pk")
        )
        went = _by("goods_return_id", parts(GoodsReturnLine, "goods_return_id", _keys(returns), "line"))
        self.returns = _by("order", (laying_out.goods_return(row, went[row.pk]) for row in returns))
        keys = _keys(confirmations)
        done = _by("confirmation_id", parts(ServiceConfirmationLine, "confirmation_id", keys, "line"))
        self.confirmations = _by(
            "order", (laying_out.confirmation(row, done[row.pk]) for row in confirmations)
        )

    def _close_cancelled(self) -> None:
        """Count no more of a cancelled line than what came; an order with deliveries may still be billed."""
        touched = {row.order_id for lines in self.order_lines.values() for row in lines if row.cancelled}
        for row in PurchaseOrder.objects.filter(pk__in=touched):
            order = self.orders[row.number]
            ended = {line.line for line in self.order_lines[row.pk] if line.cancelled}
            lines = tuple(
                line if line.line not in ended else replace(line, quantity=self._came(order.number, line))
                for line in order.lines
            )
            if not any(line.quantity for line in lines):
                continue  # nothing came at all: it is cancelled, as it says
            left = tuple(line for line in lines if line.quantity)
            self.orders[row.number] = replace(order, lines=left, state=facts.OrderState.OPEN)
        self.by_vendor = _by("vendor", self.orders.values())

    def _came(self, order: str, line: facts.OrderLine) -> Decimal:
        """Add up what came on a line, in its unit; what was confirmed as a service leaves it as ordered."""
        confirmed = (each for each in self.confirmations.get(order, ()) if each.accepted)
        if any(done.order_line == line.line for each in confirmed for done in each.lines):
            return line.quantity
        per_base = {unit.unit: unit.per_base for unit in self.units.get(line.item, ())}
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

    def _load_others(self, invoices: Collection[SupplierInvoice]) -> None:
        """Load the other invoices of the orders and those that look alike."""
        self.alike: dict[int, set[int]] = defaultdict(set)
        for asked, known in self._pairs_alike(invoices):
            self.alike[asked].add(known)
        self.others = {row.id: row for row in self._others()}
        for line in parts(InvoiceLine, "invoice_id", self.others.keys() - self.lines.keys(), "line"):
            self.lines[line.invoice_id].append(line)
        self.of_order: dict[str, set[int]] = defaultdict(set)
        self.of_item: dict[tuple[str, str], set[int]] = defaultdict(set)
        for row in self.others.values():
            for number in {row.order_number, *(line.order_number for line in self.lines[row.id])} - {""}:
                self.of_order[self.alias.get(number, number)].add(row.id)
            for line in self._lines_without_order(row):
                self.of_item[row.vendor_number, line.item].add(row.id)

    def _others(self) -> list[Any]:
        """Find the invoices that name these orders, on top or by line, that may mean them, or look alike."""
        headed = Q(named("order_number", self.alias.keys()))
        lines = InvoiceLine.objects.filter(invoice__company=self.company)
        by_line = Q(pk__in=lines.filter(named("order_number", self.alias.keys())).values("invoice_id"))
        items = {line.item for lines in self.order_lines.values() for line in lines if line.item}
        nameless = Q(
            pk__in=lines.filter(
                named("invoice__vendor_number", self.by_vendor.keys()),
                named("item", items),
                invoice__order_number="",
                order_number="",
            ).values("invoice_id")
        )
        look_alikes = Q(keyed("id", {known for pairs in self.alike.values() for known in pairs}))
        found = SupplierInvoice.objects.filter(
            headed | by_line | nameless | look_alikes, company=self.company
        )
        return rows(found.exclude(status=State.REJECTED).order_by("pk"), *INVOICE)

    def _pairs_alike(self, invoices: Collection[SupplierInvoice]) -> list[tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute(
                ALIKE,
                {
                    "ids": [invoice.pk for invoice in invoices],
                    "days": [self.policies[row.pk].options.near_duplicate_days for row in invoices],
                },
            )
            return [(asked, known) for asked, known in cursor.fetchall()]

    def _load_masters(self, invoices: Iterable[SupplierInvoice]) -> None:
        items = {line.item for lines in self.order_lines.values() for line in lines}
        items |= {line.item for invoice in invoices for line in self.lines[invoice.pk]}
        items.discard("")
        units = ItemUnit.objects.filter(named("item_number", items), company=self.company, deleted_at=None)
        self.units = _by("item_number", units.order_by("unit", "pk"))
        known = Item.objects.filter(named("number", items), company=self.company).order_by("deleted_at", "pk")
        # One that is present comes last, and stays.
        self.items = {row.number: row for row in rows(known, "number", "base_unit")}
        numbers = {order.vendor for order in self.orders.values()}
        numbers |= {invoice.vendor_number for invoice in (*invoices, *self.others.values())}
        self.heads = heads_of(self.company, numbers)
        vendors = Vendor.objects.filter(named("number", numbers), company=self.company)
        theirs = rows(vendors.order_by("deleted_at", "pk"), "number", "blocked")
        self.vendors = {row.number: row for row in theirs}
        self.rates = self._load_rates(invoices)

    def _load_rates(self, invoices: Iterable[SupplierInvoice]) -> list[facts.Rate]:
        wanted = {(order.currency, order.date) for order in self.orders.values()}
        wanted |= {(invoice.currency, invoice.invoice_date) for invoice in invoices}
        # An invoice converts at its order's day, and an order at its invoice's where it has none.
        days = {day for _, day in wanted if day}
        currencies = {currency for currency, _ in wanted} - {"", self.company.ledger_currency}
        pairs = [(currency, day) for currency in currencies for day in days]
        if not pairs:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                RATES,
                {
                    "currencies": [currency for currency, _ in pairs],
                    "days": [day for _, day in pairs],
                    "company": self.company.pk,
                    "ledger": self.company.ledger_currency,
                },
            )
            return sorted(
                (
                    facts.Rate(currency, from_date, trimmed(amount), trimmed(worth))
                    for currency, from_date, amount, worth in cursor.fetchall()
                ),
                key=lambda rate: (rate.currency, rate.from_date),
            )

    @staticmethod
    def _load_overrides(ids: Collection[int]) -> dict[int, list[facts.Override]]:
        """Read the releases that people gave before."""
        given: dict[int, list[facts.Override]] = defaultdict(list)
        releases = Resolution.objects.filter(
            keyed("case__invoice_id", ids),
            kind__in=[Resolution.Kind.RELEASE, Resolution.Kind.OVERRIDE, Resolution.Kind.NOTE],
            state=Resolution.State.DONE,
        )
        for invoice, covered in releases.order_by("pk").values_list("case__invoice_id", "overrides"):
            given[invoice] += [laying_out.override_of(row) for row in covered]
        return given

    # --- laying out ----------------------------------------------------------------------------------------

    def case(self, invoice: SupplierInvoice) -> facts.Case:
        """Lay out one invoice with what it is judged on, and no more, so that the question can be kept."""
        orders = self._orders_of(invoice)
        asked = self._invoice(invoice)
        items = {line.item for order in orders for line in order.lines}
        items |= {line.item for line in asked.lines}
        vendors = {invoice.vendor_number, *(order.vendor for order in orders)}
        earlier = tuple(self._earlier(invoice, orders))
        return facts.Case(
            invoice=asked,
            ledger_currency=self.company.ledger_currency,
            rates=self._rates_for(invoice, orders),
            items=tuple(self._item(self.items[number]) for number in sorted(items & self.items.keys())),
            units=tuple(
                laying_out.unit(row) for number in sorted(items) for row in self.units.get(number, ())
            ),
            vendors=tuple(
                laying_out.vendor(number, self.vendors.get(number), self.heads.get(number, ""))
                for number in sorted(self._vendors_told(vendors, earlier))
            ),
            policy=narrowed(self.policies[invoice.pk], vendors, items),
            orders=orders,
            receipts=tuple(row for order in orders for row in self.receipts.get(order.number, ())),
            returns=tuple(row for order in orders for row in self.returns.get(order.number, ())),
            confirmations=tuple(row for order in orders for row in self.confirmations.get(order.number, ())),
            earlier=earlier,
            overrides=tuple(self.overrides.get(invoice.pk, ())),
        )

    def _vendors_told(self, vendors: set[str], earlier: Iterable[facts.Invoice]) -> set[str]:
        """Name the vendors to tell of: those of invoice and orders, and who of a family billed before."""
        kin = {other.vendor for other in earlier if other.vendor} & self.heads.keys()
        return (vendors & (self.vendors.keys() | self.heads.keys())) | kin

    def _orders_of(self, invoice: SupplierInvoice) -> tuple[facts.Order, ...]:
        names = {invoice.order_number, *(line.order_number for line in self.lines[invoice.pk])}
        found = {self.alias[number] for number in names if number in self.alias}
        without = {line.item for line in self._lines_without_order(invoice)}
        for order in self.by_vendor.get(invoice.vendor_number, ()) if without else ():
            if order.state == facts.OrderState.OPEN and any(_may_be(line, without) for line in order.lines):
                found.add(order.number)
        return tuple(self.orders[number] for number in sorted(found))

    def _lines_without_order(self, invoice: SupplierInvoice) -> list[InvoiceLine]:
        if invoice.order_number:
            return []
        return [line for line in self.lines[invoice.id] if not line.order_number]

    def _earlier(self, invoice: SupplierInvoice, orders: Iterable[facts.Order]) -> Iterable[facts.Invoice]:
        """Give the other invoices that count: those on their way or posted, and the pending ones before this.

        Two that wait for the same goods must not hold each other: of these only the earlier one counts.
        """
        keys = set(self.alike.get(invoice.pk, ()))
        for order in orders:
            keys |= self.of_order.get(order.number, set())
            for line in order.lines:
                keys |= self.of_item.get((order.vendor, line.item), set()) if line.item else set()
        for key in sorted(keys & self.others.keys() - {invoice.pk}):
            other = self.others[key]
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

    def _order(self, row: Any) -> facts.Order:
        return laying_out.order(row, self.order_lines[row.id], self.order_charges[row.id])

    def _invoice(self, row: SupplierInvoice, state: str | None = None) -> facts.Invoice:
        charges = _by("line", self.charges.get(row.id, ()))
        return facts.Invoice(
            number=row.number or None,
            vendor=row.vendor_number or None,
            date=row.invoice_date,
            total=laying_out.maybe(row.total),
            type=row.type,
            currency=row.currency,
            order=self._named(row.order_number),
            lines=tuple(self._invoice_line(line, row, charges[line.line]) for line in self.lines[row.id]),
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
        order = self.orders.get(self.alias.get(order_number, ""))
        words = row.description.strip().casefold()
        steps = (step.name for line in order.lines for step in line.milestones) if order else ()
        return next((name for name in steps if name.casefold() == words), None)

    def _named(self, order_number: str) -> str | None:
        return self.alias.get(order_number, order_number) or None

    def _item(self, row: Any) -> facts.Item:
        precisions = [
            unit.rounding_precision for unit in self.units.get(row.number, ()) if unit.unit == row.base_unit
        ]
        return facts.Item(row.number, row.base_unit, trimmed(precisions[0]) if precisions else facts.ZERO)


def _by(name: str, rows: Iterable[Row]) -> dict[Any, list[Row]]:
    """Sort rows to what they belong to, in their order."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _keys(found: Iterable[Any]) -> list[int]:
    return [row.id for row in found]


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
    lines = _by(
        "order_id", PurchaseOrderLine.objects.filter(order__in=[row.pk for row in orders]).order_by("line")
    )
    return [
        laying_out.order(row, [line for line in lines[row.pk] if not line.cancelled], ()) for row in orders
    ]
