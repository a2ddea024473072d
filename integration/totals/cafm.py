"""What the CAFM said of a day, in our kinds."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from masterdata.models import Company
from reconciliation.models import DayTotal
from reconciliation.totals import Kind, Told

# The words by which a CAFM may name a kind: ours, or the type of its events without the version.
NAMES: dict[str, Kind] = {kind.value: kind for kind in Kind} | {
    "purchase_request.approved": Kind.REQUEST,
    "purchase_order.approved": Kind.ORDER,
    "goods_receipt.recorded": Kind.RECEIPT,
    "goods_receipt.reversed": Kind.REVERSAL,
    "goods_return.recorded": Kind.RETURN,
    "service.confirmed": Kind.SERVICE,
    "inventory.consumed": Kind.CONSUMPTION,
    "inventory.adjusted": Kind.ADJUSTMENT,
    "inventory.transferred": Kind.TRANSFER,
    "supplier_invoice.received": Kind.INVOICE,
    "asset.registered": Kind.ASSET,
    "asset.changed": Kind.ASSET,
    "asset.retired": Kind.ASSET,
}
USED_TO_TELL = timedelta(days=30)


def kind_of(name: str) -> Kind | None:
    """Know a kind by the CAFM's word for it; None for what is not counted here."""
    return NAMES.get(name.strip().lower().removesuffix(".v1"))


def told(company: Company, day: date) -> dict[Kind, Told]:
    """Add up what all sources said of a day; a kind that none of them names is missing."""
    lines: dict[Kind, list[DayTotal]] = defaultdict(list)
    for row in DayTotal.objects.filter(company=company, date=day).order_by("received_from", "line"):
        if kind := kind_of(row.kind):
            lines[kind].append(row)
    return {kind: _added(rows, company.ledger_currency) for kind, rows in lines.items()}


def uses_to_tell(company: Company, day: date) -> bool:
    """Tell whether the CAFM sends totals at all, so that a day without them is silence."""
    return DayTotal.objects.filter(company=company, date__gte=day - USED_TO_TELL, date__lt=day).exists()


def _added(rows: list[DayTotal], ledger_currency: str) -> Told:
    quantities = [row.quantity for row in rows if row.quantity is not None]
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.amount is not None:
            amounts[row.currency or ledger_currency] += row.amount
    names_all = all(row.numbers or not row.count for row in rows)
    return Told(
        count=sum(row.count for row in rows),
        quantity=sum(quantities, Decimal(0)) if len(quantities) == len(rows) else None,
        amounts=dict(amounts),
        numbers=tuple(number for row in rows for number in row.numbers) if names_all else (),
    )
