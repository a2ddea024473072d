"""What an invoice line comes to: as computed from its price, and as billed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from .exact import to_cents
from .facts import ZERO, Charge, Invoice, InvoiceLine, InvoiceType

# A stated amount this near to the computed one is the computed one, written in cents.
ROUNDED_TO_CENTS = Decimal("0.005")


def total_of(charges: Iterable[Charge]) -> Decimal:
    return sum((charge.amount for charge in charges), ZERO)


def computed_amount(line: InvoiceLine) -> Decimal | None:
    """Compute the line from its own price; `None` where it states none or only corrects one."""
    if line.unit_price is None or line.price_base <= 0 or not priced_quantity(line):
        return None
    gross = priced_quantity(line) * line.unit_price / line.price_base
    return gross - line.discount + total_of(line.charges)


def priced_quantity(line: InvoiceLine) -> Decimal:
    return line.price_quantity or line.quantity


def stated_amount(line: InvoiceLine) -> Decimal:
    """Give what the supplier writes at the end of the line."""
    if line.amount is not None:
        return line.amount
    return computed_amount(line) or ZERO


def billed_amount(line: InvoiceLine) -> Decimal:
    """Give what the line bills, without the crumb that writing it in cents leaves."""
    computed = computed_amount(line)
    if computed is None:
        return line.amount or ZERO
    if line.amount is None or abs(line.amount - computed) <= ROUNDED_TO_CENTS:
        return computed
    return line.amount


def goods_total(invoice: Invoice) -> Decimal:
    """Add up the lines as stated."""
    return sum((stated_amount(line) for line in invoice.lines), ZERO)


def retained_of(invoice: Invoice) -> Decimal:
    """Give what is kept back until the work is proven; a release of it keeps nothing back."""
    if not invoice.retention_percent or not invoice.total or invoice.type == InvoiceType.RETENTION_RELEASE:
        return ZERO
    return to_cents(invoice.total * invoice.retention_percent / 100)


def sign_of(invoice: Invoice) -> int:
    """Tell how a document counts: a credit memo's figures are positive and count negative."""
    return -1 if invoice.type == InvoiceType.CREDIT_MEMO else 1


def bills_goods(invoice: Invoice) -> bool:
    """Tell whether a document consumes an order; advances and released retentions do not."""
    return invoice.type in (InvoiceType.INVOICE, InvoiceType.CREDIT_MEMO)
