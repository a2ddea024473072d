"""Hold each row of the open balances against the others, what is here, and what Business Central has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from integration.bc import reading
from integration.couriers.base import plain
from integration.couriers.orders import sequence_of
from integration.mapping import told
from masterdata import lookup
from masterdata.models import Account, Company, Item, Location, Vendor
from reconciliation.models import GoodsReceipt, PurchaseOrder, SupplierInvoice

from .columns import InvoiceRow, OrderRow, ReceiptRow, StockRow
from .reading import KEYS, Balances, Problem
from .there import There

ZERO = Decimal(0)
Lines = dict[tuple[str, int], OrderRow]
Told = Iterator[tuple[Any, str, str]]
"""Rows that are wrong, with the sentence and the column."""


def check(company: Company, balances: Balances, there: There) -> list[Problem]:
    """Give what is wrong with the rows; with none of it they can be taken over."""
    lines = {(row.number, row.line): row for row in balances.orders}
    checks: dict[str, Callable[[], Told]] = {
        "orders": lambda: _orders(company, balances, there),
        "receipts": lambda: _receipts(company, balances.receipts, lines, there),
        "invoices": lambda: _invoices(company, balances.invoices, lines, there),
        "stock": lambda: _stock(company, balances.stock, there),
    }
    return [
        Problem(name, row.row, sentence, column, getattr(row, KEYS[name]))
        for name, found in checks.items()
        for row, sentence, column in found()
    ]


# Orders


def _orders(company: Company, balances: Balances, there: There) -> Told:
    rows = balances.orders
    yield from _unknown(company, rows, "vendor", Vendor, "number")
    yield from _unknown(company, rows, "item", Item, "number")
    yield from _unknown(company, rows, "account", Account, "number")
    yield from _unknown(company, rows, "location", Location, "code")
    yield from _here_already(company, PurchaseOrder, rows)
    yield from _taken(company, rows)
    for alike in _by_number(rows):
        yield from _differing(alike, ("bc_number", "vendor", "currency", "order_date", "location"))
        yield from _twice(alike, "line")
    received, billed = _received(balances.receipts), _billed(balances.invoices)
    for row in rows:
        yield from _counted(row, received[row.number, row.line], billed[row.number, row.line])
        yield from _order_there(company, row, there.orders.get(row.bc_number))


def _taken(company: Company, rows: Sequence[OrderRow]) -> Told:
    """An order of Business Central is one order of the CAFM: what is billed on it would be ambiguous."""
    known = PurchaseOrder.objects.filter(company=company, bc_number__in={row.bc_number for row in rows})
    owners: dict[str, str] = dict(known.values_list("bc_number", "number"))
    for row in rows:
        owner = owners.setdefault(row.bc_number, row.number)
        if owner != row.number:
            what = f"Order {row.bc_number} of Business Central is {owner} already. Correct one of the two."
            yield row, what, "bc_number"


def _counted(row: OrderRow, received: Decimal, billed: Decimal) -> Told:
    """No more is listed in the other files than the order says."""
    if received > row.received:
        sentence = f"{plain(row.received)} are received, and the receipts listed add up to {plain(received)}."
        yield row, sentence, "received"
    if billed > row.invoiced:
        sentence = f"{plain(row.invoiced)} are invoiced, and the invoices listed add up to {plain(billed)}."
        yield row, sentence, "invoiced"


def _order_there(company: Company, row: OrderRow, order: reading.PurchaseOrder | None) -> Told:
    if order is None:
        what = f"Business Central has no open order {row.bc_number}. Correct the number, or leave it out."
        yield row, what, "bc_number"
        return
    theirs = {line.sequence: line for line in order.lines}.get(sequence_of(row.line))
    yield from _same(row, "vendor", row.vendor, order.vendor_number)
    yield from _same(row, "currency", *(each or company.ledger_currency for each in _money(row, order)))
    if theirs is None:
        sequences = ", ".join(str(line.sequence) for line in order.lines if line.quantity)
        yield (
            row,
            f"Order {row.bc_number} has no line {sequence_of(row.line)} in Business Central, where line "
            f"{row.line} of the CAFM belongs; it has {sequences or 'none'}. What follows would be posted to "
            "the wrong line: let the order be closed there and ordered anew, and leave it out.",
            "line",
        )
        return
    yield from _same(row, "account" if row.account else "item", row.account or row.item, theirs.object_number)
    yield from _same(row, "unit", row.unit, theirs.unit or "")
    yield from _same(row, "quantity", row.quantity, theirs.quantity)
    yield from _same(row, "unit_price", row.unit_price, theirs.direct_unit_cost)
    yield from _same(row, "discount_percent", row.discount_percent, theirs.discount_percent)
    yield from _same(row, "received", row.received, theirs.received_quantity)
    yield from _same(row, "invoiced", row.invoiced, theirs.invoiced_quantity)


def _money(row: Any, theirs: Any) -> tuple[str, str | None]:
    return row.currency, theirs.currency


# Receipts


def _receipts(company: Company, rows: Sequence[ReceiptRow], lines: Lines, there: There) -> Told:
    yield from _here_already(company, GoodsReceipt, rows)
    added: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for row in rows:
        added[row.bc_number, row.order_line] += row.quantity
    for alike in _by_number(rows):
        yield from _differing(alike, ("bc_number", "order", "received_on"))
    for row in rows:
        order = lines.get((row.order, row.order_line))
        if order is None:
            yield row, f"The orders have no line {row.order_line} of {row.order}.", "order_line"
            continue
        receipt = there.receipts.get(row.bc_number)
        if receipt is None:
            yield row, f"Business Central has no receipt {row.bc_number}.", "bc_number"
            continue
        yield from _same(row, "order", order.bc_number, receipt.order_number)
        theirs = {line.sequence: line.quantity for line in receipt.lines}
        came = theirs.get(sequence_of(row.order_line), ZERO)
        yield from _same(row, "quantity", added[row.bc_number, row.order_line], came)


def _received(rows: Sequence[ReceiptRow]) -> dict[tuple[str, int], Decimal]:
    total: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for row in rows:
        total[row.order, row.order_line] += row.quantity
    return total


# Invoices


def _invoices(company: Company, rows: Sequence[InvoiceRow], lines: Lines, there: There) -> Told:
    yield from _unknown(company, rows, "vendor", Vendor, "number")
    known = SupplierInvoice.objects.filter(company=company, bc_id__in=[e.id for e in there.invoices.values()])
    here = set(known.values_list("bc_id", flat=True))
    for alike in _by_number(rows, "bc_number"):
        yield from _differing(alike, ("number", "vendor", "currency", "invoice_date", "total"))
    for row in rows:
        yield from _on_order(row, lines)
        invoice = there.invoices.get(row.bc_number)
        if invoice is None:
            yield row, f"Business Central has no invoice {row.bc_number}.", "bc_number"
        elif not invoice.head.is_posted:
            yield row, "It is a draft in Business Central: the pull brings it. Leave it out.", "bc_number"
        elif invoice.id in here:
            yield row, f"Invoice {row.bc_number} is here already. Leave it out.", "bc_number"
        else:
            yield from _invoice_there(company, row, invoice.head)


def _on_order(row: InvoiceRow, lines: Lines) -> Told:
    """What it bills is counted against the order line, so both have to say it in one unit."""
    if not row.order:
        return
    order = lines.get((row.order, row.order_line or 0))
    if order is None:
        yield row, f"The orders have no line {row.order_line or ''} of {row.order}.", "order_line"
    elif row.unit not in ("", order.unit):
        what = f"It is billed in {row.unit}, and ordered in {order.unit or 'none'}. Write it as ordered."
        yield row, what, "unit"


def _invoice_there(company: Company, row: InvoiceRow, invoice: told.Invoice) -> Told:
    yield from _same(row, "number", row.number.upper(), invoice.number.upper())
    yield from _same(row, "vendor", row.vendor, invoice.vendor_number)
    yield from _same(row, "currency", *(each or company.ledger_currency for each in _money(row, invoice)))
    yield from _same(row, "invoice_date", row.invoice_date, invoice.invoice_date)
    yield from _same(row, "total", row.total, invoice.total)


def _billed(rows: Sequence[InvoiceRow]) -> dict[tuple[str, int], Decimal]:
    total: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.order and row.order_line:
            total[row.order, row.order_line] += row.quantity
    return total


# Stock


def _stock(company: Company, rows: Sequence[StockRow], there: There) -> Told:
    """Business Central tells one figure an item, over all stores: the first row of the item is told."""
    yield from _unknown(company, rows, "item", Item, "number")
    for alike in _by_number(rows, "item"):
        if alike[0].item not in there.stock:
            continue
        try:
            total = sum((in_base(company, row) for row in alike), ZERO)
        except lookup.MasterDataError as lacking:
            yield alike[0], str(lacking), "unit"
            continue
        yield from _same(alike[0], "quantity", total, there.stock[alike[0].item])


def in_base(company: Company, row: StockRow) -> Decimal:
    """Give a quantity in the base unit of its item; raises MasterDataError."""
    base = lookup.base_units(company, [row.item]).get(row.item, "")
    if row.unit in ("", base):
        return row.quantity
    return lookup.convert(company, row.item, row.quantity, row.unit, to=base)


# Words


def _by_number(rows: Sequence[Any], name: str = "number") -> Iterator[list[Any]]:
    """Give the rows of each document together."""
    together: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        together[getattr(row, name)].append(row)
    yield from together.values()


def _differing(alike: Sequence[Any], names: Sequence[str]) -> Told:
    """The rows of one document say the same of it."""
    first = alike[0]
    for row in alike[1:]:
        for name in names:
            if getattr(row, name) != getattr(first, name):
                sentence = f"It is {getattr(row, name)} here and {getattr(first, name)} in row {first.row}."
                yield row, sentence, name


def _twice(alike: Sequence[Any], name: str) -> Told:
    seen: dict[Any, int] = {}
    for row in alike:
        before = seen.setdefault(getattr(row, name), row.row)
        if before != row.row:
            yield row, f"Line {getattr(row, name)} stands in row {before} already.", name


def _unknown(company: Company, rows: Sequence[Any], name: str, model: type[Any], field: str) -> Told:
    lacking = {*lookup.missing(company, model, field, {getattr(row, name) for row in rows})}
    for row in rows:
        if getattr(row, name) in lacking:
            what = f"{name.capitalize()} {getattr(row, name)} is not mirrored here. Pull, or correct it."
            yield row, what, name


def _here_already(company: Company, model: type[Any], rows: Sequence[Any]) -> Told:
    asked = model.objects.filter(company=company, number__in={row.number for row in rows})
    known = set(asked.values_list("number", flat=True))
    for row in rows:
        if row.number in known:
            yield row, f"{row.number} is here already. Leave it out.", "number"


def _same(row: Any, name: str, ours: Any, theirs: Any) -> Told:
    if ours != theirs:
        mine, there = (plain(each) if isinstance(each, Decimal) else each for each in (ours, theirs))
        yield row, f"The file says {mine or 'nothing'}, Business Central {there or 'nothing'}.", name
