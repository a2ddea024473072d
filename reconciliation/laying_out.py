"""Lay rows out as facts: what an order, a receipt or a release says, in the words of the matching engine."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from masterdata.models import ItemUnit, Vendor

from . import agreements
from .matching import facts
from .matching.exact import to_cents, trimmed
from .models import (
    Document,
    GoodsReceipt,
    GoodsReceiptLine,
    GoodsReturn,
    GoodsReturnLine,
    InvoiceCharge,
    OrderCharge,
    PurchaseOrder,
    PurchaseOrderLine,
    ServiceConfirmation,
    ServiceConfirmationLine,
)
from .models.order import discount_of


def order(
    row: PurchaseOrder, lines: Iterable[PurchaseOrderLine], charges: Iterable[OrderCharge]
) -> facts.Order:
    cancelled = row.status == Document.Status.CANCELLED
    order = facts.Order(
        number=row.number,
        vendor=row.vendor_number,
        currency=row.currency,
        date=row.order_date,
        state=facts.OrderState.CANCELLED if cancelled else row.state,
        version=row.version,
        lines=tuple(order_line(line, row) for line in lines),
        charges=tuple(facts.Charge(charge.code, trimmed(charge.amount)) for charge in charges),
    )
    return agreements.with_agreed(order, row)


def order_line(row: PurchaseOrderLine, order: PurchaseOrder) -> facts.OrderLine:
    line = facts.OrderLine(
        line=row.line,
        quantity=trimmed(row.quantity),
        unit_price=trimmed(row.unit_price),
        kind=row.kind,
        item=row.item,
        description=row.description,
        unit=row.unit,
        price_base=trimmed(row.price_base),
        discount=trimmed(to_cents(discount_of(row))),  # BC keeps a line's discount in cents
        delivery_date=row.expected_on or order.expected_on,
        level=row.match_level or None,
    )
    return agreements.with_agreed_line(line, row)


def receipt(row: GoodsReceipt, lines: Iterable[GoodsReceiptLine]) -> facts.Receipt:
    return facts.Receipt(
        number=row.number,
        order=row.order_number,
        date=row.received_on,
        reversed=row.reversed_on is not None or row.status == Document.Status.CANCELLED,
        lines=tuple(
            facts.ReceiptLine(
                order_line=line.order_line,
                received=trimmed(line.quantity_received),
                accepted=trimmed(line.quantity_accepted),
                rejected=trimmed(line.quantity_rejected),
                unit=line.unit,
                price_quantity=maybe(line.price_quantity),
            )
            for line in lines
        ),
    )


def goods_return(row: GoodsReturn, lines: Iterable[GoodsReturnLine]) -> facts.Return:
    return facts.Return(
        number=row.number,
        order=row.order_number,
        date=row.returned_on,
        lines=tuple(
            facts.ReturnLine(
                order_line=line.order_line,
                quantity=trimmed(line.quantity),
                unit=line.unit,
                rejected=maybe(line.quantity_rejected),
            )
            for line in lines
        ),
    )


def confirmation(row: ServiceConfirmation, lines: Iterable[ServiceConfirmationLine]) -> facts.Confirmation:
    return facts.Confirmation(
        number=row.number,
        order=row.order_number,
        accepted=row.accepted and row.status != Document.Status.CANCELLED,
        lines=tuple(
            facts.ConfirmationLine(
                order_line=line.order_line,
                quantity=maybe(line.quantity),
                amount=maybe(line.amount),
                unit=line.unit,
            )
            for line in lines
        ),
    )


def charges(rows: Iterable[InvoiceCharge]) -> tuple[facts.Charge, ...]:
    return tuple(facts.Charge(row.code, trimmed(row.amount)) for row in rows)


def unit(row: ItemUnit) -> facts.ItemUnit:
    return facts.ItemUnit(row.item_number, row.unit, trimmed(row.per_base))


def vendor(number: str, row: Vendor | None, family: str) -> facts.Vendor:
    """Lay out a vendor, which may be known only as one of a family."""
    return facts.Vendor(number, family=family, blocked=row.blocked if row else "")


def override_of(row: dict[str, Any]) -> facts.Override:
    """Read what a release covers, as it is stored with the release."""
    return facts.Override(
        code=row["code"],
        line=row.get("line"),
        subject=row.get("subject") or None,
        quantity=_figure(row.get("quantity")),
        amount=_figure(row.get("amount")),
        currency=row.get("currency"),
    )


def _figure(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def maybe(figure: Decimal | None) -> Decimal | None:
    return None if figure is None else trimmed(figure)
