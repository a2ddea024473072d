"""What a document is about in money: in the company's ledger currency, so that causes can be added up."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integration.models import DocumentKind
from masterdata import lookup
from reconciliation.models import PurchaseOrder, PurchaseOrderLine

CENT = Decimal("0.01")
NOTHING = Decimal(0)
LARGEST = Decimal(10) ** 20  # what the column holds


def of(kind: str, document: Any) -> Decimal | None:
    """Say what a document is worth in ledger currency; None where nobody can tell."""
    found = AMOUNTS.get(kind)
    told = found(document) if found is not None else None
    if told is None:
        return None
    amount, currency = told
    day = getattr(document, "order_date", None) or getattr(document, "invoice_date", None)
    return _in_ledger(document, amount, currency, day or timezone.localdate())


def _in_ledger(document: Any, amount: Decimal, currency: str, day: datetime.date) -> Decimal | None:
    try:
        worth = lookup.ledger_amount(document.company, amount, currency, day).quantize(CENT)
    except (lookup.NoRate, ArithmeticError):
        return None
    return worth if abs(worth) < LARGEST else None


Amount = tuple[Decimal, str] | None


def _net(line: PurchaseOrderLine, quantity: Decimal) -> Decimal:
    price = line.unit_price / line.price_base
    return Decimal(quantity * price * (1 - line.discount_percent / 100))


def _of_order(order: PurchaseOrder) -> Amount:
    lines = (line for line in order.lines.all() if not line.cancelled)
    return sum((_net(line, line.quantity) for line in lines), NOTHING), order.currency


def _of_lines(order: PurchaseOrder | None, came: Iterable[tuple[int, Decimal]]) -> Amount:
    """Value what came at the prices of its order; quantities are taken in the order's unit."""
    if order is None:
        return None
    lines = {line.line: line for line in order.lines.all()}
    worth = (_net(lines[number], quantity) for number, quantity in came if number in lines)
    return sum(worth, NOTHING), order.currency


def _of_change(change: Any) -> Amount:
    return _of_order(change.order) if change.order is not None else None


def _of_receipt(receipt: Any) -> Amount:
    came = ((line.order_line, line.quantity_accepted) for line in receipt.lines.all())
    return _of_lines(receipt.order, came)


def _of_reversal(reversal: Any) -> Amount:
    return _of_receipt(reversal.receipt) if reversal.receipt is not None else None


def _of_return(returned: Any) -> Amount:
    went = ((line.order_line, line.quantity_accepted) for line in returned.lines.all())
    return _of_lines(returned.order, went)


def _of_confirmation(confirmation: Any) -> Amount:
    if confirmation.order is None:
        return None
    lines = list(confirmation.lines.all())
    told = sum((line.amount for line in lines if line.amount is not None), NOTHING)
    counted = [(line.order_line, line.quantity) for line in lines if line.amount is None]
    valued = _of_lines(confirmation.order, counted)
    return told + (valued[0] if valued else NOTHING), confirmation.order.currency


def _of_invoice(invoice: Any) -> Amount:
    return None if invoice.total is None else (invoice.total, invoice.currency)


AMOUNTS: dict[str, Callable[[Any], Amount]] = {
    DocumentKind.PURCHASE_ORDER: _of_order,
    DocumentKind.ORDER_CHANGE: _of_change,
    DocumentKind.GOODS_RECEIPT: _of_receipt,
    DocumentKind.RECEIPT_REVERSAL: _of_reversal,
    DocumentKind.GOODS_RETURN: _of_return,
    DocumentKind.SERVICE_CONFIRMATION: _of_confirmation,
    DocumentKind.SUPPLIER_INVOICE: _of_invoice,
}
