"""Load what invoices are judged on: a fixed number of questions to the database, however many invoices.

An invoice is judged against the orders it names (or, where a line names none, its vendor's open orders with
that item), all that happened on these orders, the other invoices of these orders and those that may be the
same invoice. The rows stay as they come; gathering.py lays them out for the engine.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from masterdata.models import Company, Item, ItemUnit, Vendor

from .families import heads_of
from .models import (
    GoodsReceipt,
    GoodsReceiptLine,
    GoodsReturn,
    GoodsReturnLine,
    InvoiceCharge,
    InvoiceLine,
    OrderCharge,
    PurchaseOrder,
    PurchaseOrderLine,
    ServiceConfirmation,
    ServiceConfirmationLine,
    SupplierInvoice,
)
from .parts import parts, rows
from .row_keys import array_of

Row = TypeVar("Row")

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
RETURN = ("id", "number", "order_number", "returned_on")
CONFIRMATION = ("id", "number", "order_number", "status", "accepted")
UNIT = ("item_number", "unit", "per_base", "rounding_precision")

ORDERS = "(number = ANY(%(names)s::text[]) OR bc_number = ANY(%(names)s::text[])) ORDER BY id"
OPEN_ORDERS = """
vendor_number = ANY(%(vendors)s::text[]) AND state = 'open' AND status <> 'cancelled'
   AND id <> ALL(%(but)s::bigint[])
   AND EXISTS (SELECT FROM reconciliation_purchaseorderline l
                WHERE l.order_id = reconciliation_purchaseorder.id
                  AND (l.item = ANY(%(items)s::text[]) OR (%(services)s AND l.kind = 'service')))
 ORDER BY id
"""
LINES = "order_id = ANY(%(orders)s::bigint[]) ORDER BY line"
OF_ORDERS = "order_number = ANY(%(numbers)s::text[]) ORDER BY id"
UNITS = "item_number = ANY(%(items)s::text[]) AND deleted_at IS NULL ORDER BY unit, id"
NUMBERED = "number = ANY(%(numbers)s::text[]) ORDER BY deleted_at, id"

# By their keys, for each way to them goes through an index of its own.
OTHERS = """
status <> 'rejected' AND id IN (
  SELECT id FROM reconciliation_supplierinvoice
   WHERE company_id = %(company)s AND order_number = ANY(%(orders)s::text[])
   UNION ALL
  SELECT invoice_id FROM reconciliation_invoiceline WHERE order_number = ANY(%(orders)s::text[])
   UNION ALL
  SELECT i.id FROM reconciliation_supplierinvoice i JOIN reconciliation_invoiceline l ON l.invoice_id = i.id
   WHERE i.company_id = %(company)s AND i.vendor_number = ANY(%(vendors)s::text[]) AND i.order_number = ''
     AND l.order_number = '' AND l.item = ANY(%(items)s::text[])
   UNION ALL
  SELECT unnest(%(alike)s::bigint[]))
 ORDER BY id
"""

RELEASES = """
SELECT c.invoice_id, r.overrides
  FROM reconciliation_resolution r JOIN reconciliation_exceptioncase c ON c.id = r.case_id
 WHERE c.invoice_id = ANY(%s::bigint[]) AND r.kind IN ('release', 'override', 'note') AND r.state = 'done'
 ORDER BY r.id
"""

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


class Loaded:
    """Every row that the invoices at hand are judged on, loaded once and indexed.

    `near_days` says for each invoice, by its key, within how many days another may be the same one.
    """

    def __init__(
        self, company: Company, invoices: Collection[SupplierInvoice], near_days: Mapping[int, int]
    ) -> None:
        self.company = company
        ids = [invoice.pk for invoice in invoices]
        self.lines = by("invoice_id", parts(InvoiceLine, "invoice_id", ids, "line"))
        self._load_orders(invoices)
        self._load_deliveries()
        self._load_others(near_days)
        billing = {*ids, *self.others}
        self.charges = by("invoice_id", parts(InvoiceCharge, "invoice_id", billing, "id"))
        self._load_masters(invoices)
        self.rates = self._load_rates(invoices)
        self.releases = _releases(ids)

    def lines_without_order(self, invoice: Any) -> list[Any]:
        """Give the lines of an invoice of which nobody said what order they bill."""
        if invoice.order_number:
            return []
        return [line for line in self.lines[invoice.id] if not line.order_number]

    def _load_orders(self, invoices: Iterable[SupplierInvoice]) -> None:
        names, vendors, items = set(), set(), set()
        for invoice in invoices:
            names |= {invoice.order_number, *(line.order_number for line in self.lines[invoice.pk])}
            for line in self.lines_without_order(invoice):
                vendors.add(invoice.vendor_number)
                items.add(line.item)
        found = self._here(PurchaseOrder, ORDER, ORDERS, names=[*(names - {""})])
        found += self._open_orders(vendors, items, but=_keys(found)) if vendors else []
        keys = _keys(found)
        self.orders = {row.number: row for row in found}
        self.order_lines = by("order_id", rows(PurchaseOrderLine, ORDER_LINE, LINES, orders=array_of(keys)))
        self.order_charges = by("order_id", parts(OrderCharge, "order_id", keys, "code"))
        # BC names an order by its own number; ours wins where both mean something.
        self.alias = {row.bc_number: row.number for row in found if row.bc_number}
        self.alias |= {row.number: row.number for row in found}

    def _open_orders(self, vendors: set[str], items: set[str], but: list[int]) -> list[Any]:
        return self._here(
            PurchaseOrder,
            ORDER,
            OPEN_ORDERS,
            vendors=[*vendors],
            items=[*(items - {""})],
            services="" in items,
            but=array_of(but),
        )

    def _load_deliveries(self) -> None:
        numbers = [*self.orders]
        receipts = self._here(GoodsReceipt, RECEIPT, OF_ORDERS, numbers=numbers)
        self.receipts = by("order_number", receipts)
        came = parts(GoodsReceiptLine, "receipt_id", _keys(receipts), "line")
        self.receipt_lines = by("receipt_id", came)
        returns = self._here(GoodsReturn, RETURN, f"status <> 'cancelled' AND {OF_ORDERS}", numbers=numbers)
        self.returns = by("order_number", returns)
        went = parts(GoodsReturnLine, "goods_return_id", _keys(returns), "line")
        self.return_lines = by("goods_return_id", went)
        confirmations = self._here(ServiceConfirmation, CONFIRMATION, OF_ORDERS, numbers=numbers)
        self.confirmations = by("order_number", confirmations)
        done = parts(ServiceConfirmationLine, "confirmation_id", _keys(confirmations), "line")
        self.confirmation_lines = by("confirmation_id", done)

    def _here(self, model: type[Model], columns: tuple[str, ...], condition: str, **terms: Any) -> list[Any]:
        """Give rows of this company."""
        of_company = f"company_id = %(company)s AND {condition}"
        return rows(model, columns, of_company, company=self.company.pk, **terms)

    def _load_others(self, near_days: Mapping[int, int]) -> None:
        """Load the other invoices of the orders and those that look alike."""
        self.alike: dict[int, set[int]] = defaultdict(set)
        for asked, known in _pairs_alike(near_days):
            self.alike[asked].add(known)
        self.others = {row.id: row for row in self._others()}
        for line in parts(InvoiceLine, "invoice_id", self.others.keys() - self.lines.keys(), "line"):
            self.lines[line.invoice_id].append(line)
        self.of_order: dict[str, set[int]] = defaultdict(set)
        self.of_item: dict[tuple[str, str], set[int]] = defaultdict(set)
        for row in self.others.values():
            for number in {row.order_number, *(line.order_number for line in self.lines[row.id])} - {""}:
                self.of_order[self.alias.get(number, number)].add(row.id)
            for line in self.lines_without_order(row):
                self.of_item[row.vendor_number, line.item].add(row.id)

    def _others(self) -> list[Any]:
        """Find the invoices that name these orders, on top or by line, that may mean them, or look alike."""
        return self._here(
            SupplierInvoice,
            INVOICE,
            OTHERS,
            orders=[*self.alias],
            vendors=[*{row.vendor_number for row in self.orders.values()}],
            items=[*{line.item for lines in self.order_lines.values() for line in lines if line.item}],
            alike=array_of({known for pairs in self.alike.values() for known in pairs}),
        )

    def _load_masters(self, invoices: Iterable[SupplierInvoice]) -> None:
        items = {line.item for lines in self.order_lines.values() for line in lines}
        items |= {line.item for invoice in invoices for line in self.lines[invoice.pk]}
        items.discard("")
        self.units = by("item_number", self._here(ItemUnit, UNIT, UNITS, items=[*items]))
        # One that is present comes last, and stays.
        known = self._here(Item, ("number", "base_unit"), NUMBERED, numbers=[*items])
        self.items = {row.number: row for row in known}
        numbers = {row.vendor_number for row in self.orders.values()}
        numbers |= {invoice.vendor_number for invoice in (*invoices, *self.others.values())}
        self.heads = heads_of(self.company, numbers)
        theirs = self._here(Vendor, ("number", "blocked"), NUMBERED, numbers=[*numbers])
        self.vendors = {row.number: row for row in theirs}

    def _load_rates(self, invoices: Iterable[SupplierInvoice]) -> list[tuple[Any, ...]]:
        """Read currency, first day and both amounts of the rates in force, the currency's first day first."""
        wanted = {(row.currency, row.order_date) for row in self.orders.values()}
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
            return sorted(cursor.fetchall(), key=lambda rate: rate[:2])


def by(name: str, rows: Iterable[Row]) -> dict[Any, list[Row]]:
    """Sort rows to what they belong to, in their order."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _keys(found: Iterable[Any]) -> list[int]:
    return [row.id for row in found]


def _pairs_alike(near_days: Mapping[int, int]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, {"ids": list(near_days), "days": list(near_days.values())})
        return [(asked, known) for asked, known in cursor.fetchall()]


def _releases(ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Read what the releases that people gave before cover, by invoice."""
    given: dict[int, list[dict[str, Any]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(RELEASES, [array_of(ids)])
        for invoice, covered in cursor.fetchall():
            given[invoice] += json.loads(covered)
    return given
