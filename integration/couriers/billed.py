"""What an invoice of the CAFM bills on its order, in the units of the order lines: its payload.

Business Central keeps order, receipts and invoice together only when the invoice is posted through the order.
A purchase invoice of its own would take the goods into stock again and leave the order open for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration import mapping
from integration.bc.names import (
    INVOICE_DATE,
    ORDER_NUMBER,
    POSTING_DATE,
    VENDOR_INVOICE_NUMBER,
    VENDOR_NUMBER,
)
from integration.mapping import defaults
from masterdata import lookup
from reconciliation.models import InvoiceLine, PurchaseOrder, PurchaseOrderLine, SupplierInvoice

from .accepted import in_order_unit
from .base import Prepared, listed, plain
from .orders import sequence_of

HEADER = (VENDOR_NUMBER, VENDOR_INVOICE_NUMBER, INVOICE_DATE, POSTING_DATE)


@dataclass(frozen=True)
class Billed:
    """What is billed on one order line: a quantity in its unit, and the net amount."""

    quantity: Decimal
    amount: Decimal


def orders_of(invoice: SupplierInvoice) -> list[str]:
    """Name the orders that an invoice refers to, on its lines or as a whole."""
    named = {line.order_number for line in invoice.lines.all()} | {invoice.order_number}
    return sorted(number for number in named if number)


def prepare(invoice: SupplierInvoice) -> Prepared:
    """Add up what is billed on each line of the order, or say what it waits for."""
    number = orders_of(invoice)[0]
    order = PurchaseOrder.objects.filter(company=invoice.company, number=number).first()
    if order is None:
        return Prepared(waiting_for=f"purchase order {number} from the CAFM")
    header = mapping.compiled(defaults.INVOICE)
    written, found = header.apply(
        {
            "number": invoice.number,
            "vendor_number": invoice.vendor_number,
            "currency": invoice.currency,
            "invoice_date": invoice.invoice_date,
            "due_on": invoice.due_on,
            "order_number": number,
            "discount": invoice.discount or None,
            "total": invoice.total,
        }
    )
    try:
        billed = bill(invoice, order)
    except lookup.NoConversion as missing:
        return Prepared(waiting_for=str(missing)[:300])
    body = {name: written[name] for name in HEADER if name in written}
    body[ORDER_NUMBER] = order.number
    body["lines"] = [
        {"sequence": sequence, "quantity": each.quantity, "amount": each.amount}
        for sequence, each in sorted(billed.items())
    ]
    return Prepared(body, mapping_version=header.version, problems=[str(problem) for problem in found])


def bill(invoice: SupplierInvoice, order: PurchaseOrder) -> dict[int, Billed]:
    """Give what is billed by BC's line number, as far as it is on the order; raises NoConversion."""
    ordered = list(order.lines.all())
    billed: dict[int, Billed] = {}
    for line in invoice.lines.order_by("line"):
        target = _ordered(line, ordered)
        if target is None:
            continue
        try:
            quantity = in_order_unit(order, target, line.quantity, line.unit, None)
        except ValueError:
            continue
        sequence = sequence_of(target.line)
        before = billed.get(sequence, Billed(Decimal(0), Decimal(0)))
        billed[sequence] = Billed(before.quantity + quantity, before.amount + line.amount)
    return billed


def owed_otherwise(invoice: SupplierInvoice) -> str:
    """Say why an invoice is not owed as it is billed, which Business Central would book; empty when it is."""
    if invoice.type == SupplierInvoice.Type.PREPAYMENT:
        return "it asks for an advance, and bills no goods"
    if invoice.type == SupplierInvoice.Type.RETENTION_RELEASE:
        return "it asks for what was held back of earlier invoices, and bills no goods"
    if invoice.retention_percent:
        return f"{plain(invoice.retention_percent)} % of it are held back for later"
    if invoice.advance:
        return f"it sets off {plain(invoice.advance)} {invoice.currency} that were paid in advance"
    return ""


def foreign_to_order(invoice: SupplierInvoice, order: PurchaseOrder) -> str:
    """Say what an invoice has that cannot be posted through the order; empty when there is nothing."""
    if reason := owed_otherwise(invoice):
        return reason
    others = [number for number in orders_of(invoice) if number != order.number]
    if others:
        return f"it bills {listed([order.number, *others])}, and one posting bills one order"
    if invoice.charges.exists():
        return "it has charges, which are not on the order"
    if invoice.discount or invoice.rounding:
        return "it has a discount or a rounding of its own, which the order has not"
    ordered = list(order.lines.all())
    for line in invoice.lines.order_by("line"):
        target = _ordered(line, ordered)
        if target is None:
            return f"its line {line.line} is not on the order"
        try:
            in_order_unit(order, target, line.quantity, line.unit, None)
        except ValueError as error:
            return f"its line {line.line} is billed in another unit: {error}"
    return ""


def billed_of(payload: Mapping[str, Any]) -> dict[int, Billed]:
    """Read back out of a payload what is billed, by BC's line number."""
    return {
        int(line["sequence"]): Billed(Decimal(line["quantity"]), Decimal(line["amount"]))
        for line in payload.get("lines", [])
    }


def _ordered(line: InvoiceLine, ordered: list[PurchaseOrderLine]) -> PurchaseOrderLine | None:
    """Find the order line: by its number, else the only one with the item, as matching does."""
    if line.order_line is not None:
        return next((each for each in ordered if each.line == line.order_line), None)
    same = [each for each in ordered if line.item and each.item == line.item]
    return same[0] if len(same) == 1 else None
