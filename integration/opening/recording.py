"""Take the open balances over: as documents that are posted, of which nothing is sent any more.

What came or was billed before, and is listed in no file, is one receipt and one invoice of each order, so
that matching counts it. The messages of orders and receipts are there as if they had been sent from here: a
later receipt reads from them how much of the order came before.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from integration import outbox
from integration.models import DocumentKind
from masterdata.models import Company
from reconciliation import documents, forms
from reconciliation.models import SupplierInvoice
from reconciliation.open_balances import SOURCE

from .columns import InvoiceRow, OrderRow, ReceiptRow
from .reading import Balances, Problem
from .there import There

ZERO, HUNDRED = Decimal(0), Decimal(100)
CENT = Decimal("0.01")
BEFORE = "before "  # and the number of the order: what of it is listed nowhere


def record(
    company: Company, balances: Balances, there: There, *, by: str, now: datetime.datetime
) -> list[Problem]:
    """Write everything down and give what could not be; whoever calls owns the transaction."""
    problems = []
    receipts = _together(balances.receipts, "order")
    invoices = _together(balances.invoices, "order")
    for number, rows in _together(balances.orders, "number").items():
        try:
            _order(company, rows, UUID(there.orders[rows[0].bc_number].id), by=by, now=now)
            _receipts(company, rows, receipts.get(number, []), by=by, now=now)
        except outbox.OutboxError as error:
            problems.append(Problem("orders", rows[0].row, str(error), document=number))
        _billed_before(company, rows, invoices.get(number, []), now=now)
    for rows in _together(balances.invoices, "bc_number").values():
        _invoice(company, rows, there.invoices[rows[0].bc_number].id, now=now)
    return problems


def _together(rows: Iterable[Any], name: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _order(company: Company, rows: list[OrderRow], bc_id: UUID, *, by: str, now: datetime.datetime) -> None:
    first = rows[0]
    form = forms.OrderForm(
        number=first.number,
        vendor_number=first.vendor,
        currency=first.currency or company.ledger_currency,
        order_date=first.order_date,
        approved_by=first.approved_by,
        location=first.location,
        lines=tuple(_order_line(row) for row in rows),
    )
    order = documents.record_order(company, form, source=SOURCE)
    documents.mark_posted(order, bc_id=bc_id, bc_number=first.bc_number, at=now)
    outbox.take_over(DocumentKind.PURCHASE_ORDER, order, by=by, at=now)


def _order_line(row: OrderRow) -> forms.OrderLineForm:
    return forms.OrderLineForm(
        line=row.line,
        kind=row.kind,
        quantity=row.quantity,
        unit_price=row.unit_price,
        unit=row.unit,
        item=row.item,
        account=row.account,
        description=row.description,
        discount_percent=row.discount_percent,
    )


def _receipts(
    company: Company, ordered: list[OrderRow], listed: list[ReceiptRow], *, by: str, now: datetime.datetime
) -> None:
    left = {row.line: row.received for row in ordered}
    units = {row.line: row.unit for row in ordered}
    for row in listed:
        left[row.order_line] -= row.quantity
    for rows in _together(listed, "number").values():
        first = rows[0]
        told = [(row.order_line, row.quantity, units[row.order_line]) for row in rows]
        form = _receipt_form(first.number, first.order, first.received_on, told)
        form = replace(form, delivery_note=first.delivery_note)
        _receipt(company, form, first.bc_number, by=by, now=now)
    before = [(line, quantity, units[line]) for line, quantity in left.items() if quantity]
    if before:
        number = ordered[0].number
        form = _receipt_form(f"{BEFORE}{number}"[:50], number, ordered[0].order_date, before)
        _receipt(company, form, "", by=by, now=now)


def _receipt_form(
    number: str, order: str, day: datetime.date, told: list[tuple[int, Decimal, str]]
) -> forms.ReceiptForm:
    lines = tuple(
        forms.ReceiptLineForm(
            line=place,
            order_line=line,
            quantity_received=quantity,
            quantity_accepted=quantity,
            quantity_rejected=ZERO,
            unit=unit,
        )
        for place, (line, quantity, unit) in enumerate(told, start=1)
    )
    return forms.ReceiptForm(
        number=number, order_number=order, received_on=day, received_by=SOURCE, lines=lines
    )


def _receipt(
    company: Company, form: forms.ReceiptForm, bc_number: str, *, by: str, now: datetime.datetime
) -> None:
    receipt = documents.record_receipt(company, form, source=SOURCE)
    documents.mark_posted(receipt, bc_id=None, bc_number=bc_number, at=now)
    outbox.take_over(DocumentKind.GOODS_RECEIPT, receipt, by=by, at=now)


def _billed_before(
    company: Company, ordered: list[OrderRow], listed: list[InvoiceRow], *, now: datetime.datetime
) -> None:
    """Keep as one invoice what was billed before; without a day, so that it is nobody's double."""
    left = {row.line: row.invoiced for row in ordered}
    for row in listed:
        if row.order_line in left:
            left[row.order_line] -= row.quantity
    lines = tuple(_billed_line(row, left[row.line]) for row in ordered if left[row.line])
    if not lines:
        return
    first = ordered[0]
    form = forms.InvoiceForm(
        number=f"{BEFORE}{first.number}"[:50],
        vendor_number=first.vendor,
        currency=first.currency or company.ledger_currency,
        invoice_date=None,
        total=None,
        order_number=first.number,
        lines=lines,
    )
    invoice = documents.record_invoice(company, form, source=SOURCE, origin=SupplierInvoice.Origin.CAFM)
    documents.mark_posted(invoice, bc_id=None, bc_number="", at=now)


def _billed_line(row: OrderRow, quantity: Decimal) -> forms.InvoiceLineForm:
    discount = (quantity * row.unit_price * row.discount_percent / HUNDRED).quantize(CENT)
    return forms.InvoiceLineForm(
        line=row.line,
        order_number=row.number,
        order_line=row.line,
        item=row.item,
        quantity=quantity,
        unit=row.unit,
        unit_price=row.unit_price,
        discount=discount,
        amount=quantity * row.unit_price - discount,
    )


def _invoice(company: Company, rows: list[InvoiceRow], bc_id: UUID, *, now: datetime.datetime) -> None:
    first = rows[0]
    orders = {row.order for row in rows}
    form = forms.InvoiceForm(
        number=first.number,
        vendor_number=first.vendor,
        currency=first.currency or company.ledger_currency,
        invoice_date=first.invoice_date,
        total=first.total,
        order_number=first.order if len(orders) == 1 else "",
        lines=tuple(_invoice_line(row, place) for place, row in enumerate(rows, start=1)),
    )
    documents.record_invoice(
        company,
        form,
        source=SOURCE,
        origin=SupplierInvoice.Origin.BC,
        bc_id=bc_id,
        bc_number=first.bc_number,
        posted_at=now,
    )


def _invoice_line(row: InvoiceRow, place: int) -> forms.InvoiceLineForm:
    return forms.InvoiceLineForm(
        line=place,
        order_number=row.order,
        order_line=row.order_line,
        item=row.item,
        quantity=row.quantity,
        unit=row.unit,
        unit_price=row.unit_price,
        amount=row.amount,
    )
