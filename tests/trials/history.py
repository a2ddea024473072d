"""Invoices of the past: ten filters ordered at 5.00 and received, billed at any price."""

from __future__ import annotations

from decimal import Decimal

from reconciliation import reconcile
from reconciliation.models import SupplierInvoice, Tolerance
from tests.factories import Desk, billed, ordered


def billed_at(
    desk: Desk, number: str, price: str, *, vendor: str = "V10", judge: bool = True
) -> SupplierInvoice:
    order = f"PO-{number}"
    desk.order(order, ordered(), vendor=vendor)
    desk.receive("10", order=order)
    invoice = desk.invoice(number, billed(price=price), order_number=order, vendor=vendor)
    if judge:
        reconcile.match_due()
    return invoice


def allow(desk: Desk, percent: str | None, *, amount: str | None = "50") -> None:
    """Let the draft say how much dearer an invoice may be."""
    limits = Tolerance.objects.filter(
        company=desk.company, check_name__in=["price", "line_total", "total"], code=""
    )
    limits.update(
        upper_percent=None if percent is None else Decimal(percent),
        upper_amount=None if amount is None else Decimal(amount),
    )
