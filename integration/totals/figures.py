"""What a document adds up to: as its sender told it, and as it was sent to BC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from integration.bc.names import DIRECT_UNIT_COST, DISCOUNT_PERCENT, LINE_TYPE
from integration.couriers import orders
from integration.models import DocumentKind, Message
from masterdata.models import Company
from reconciliation.models import (
    AssetNotice,
    GoodsReceipt,
    GoodsReturn,
    InventoryMovement,
    PurchaseOrder,
    PurchaseRequest,
    ReceiptReversal,
    ServiceConfirmation,
    SupplierInvoice,
)
from reconciliation.totals import Figures, Kind

NEEDED: dict[type[Any], tuple[str, ...]] = {
    PurchaseRequest: ("lines",),
    PurchaseOrder: ("lines",),
    GoodsReceipt: ("lines", "order__lines"),
    ReceiptReversal: (),
    GoodsReturn: ("lines",),
    ServiceConfirmation: ("lines", "order"),
    InventoryMovement: ("lines",),
    SupplierInvoice: ("lines",),
    AssetNotice: (),
}
COMMENT = "Comment"
HUNDRED = Decimal(100)


def of_nothing(document: Any) -> Figures:
    """Tell no figures: it is only counted."""
    return Figures()


def of_lines(document: Any) -> Figures:
    lines = list(document.lines.all())
    return Figures(_sum(line.quantity for line in lines), lines=len(lines))


def of_request(request: PurchaseRequest) -> Figures:
    lines = list(request.lines.all())
    amount = _sum(
        None if line.estimated_unit_price is None else line.quantity * line.estimated_unit_price
        for line in lines
    )
    currency = next((line.currency for line in lines if line.currency), "")
    return Figures(_sum(line.quantity for line in lines), amount, currency, len(lines))


def of_order(order: PurchaseOrder) -> Figures:
    """An order that is whole no more says other figures than the CAFM did on its day: none are compared."""
    lines = [line for line in order.lines.all() if not line.cancelled]
    if not is_whole(order):
        return Figures(currency=order.currency, lines=len(lines))
    amount = _sum(line.gross - line.discount for line in lines)
    return Figures(_sum(line.quantity for line in lines), amount, order.currency, len(lines))


def is_whole(order: PurchaseOrder) -> bool:
    """Tell whether an order stands as it was approved; a cancellation does not raise its version."""
    return order.version == 1 and not any(line.cancelled for line in order.lines.all())


def all_cancelled(order: PurchaseOrder) -> bool:
    return all(line.cancelled for line in order.lines.all())


def of_receipt(receipt: GoodsReceipt) -> Figures:
    """What was accepted, at the order's price before discounts; unknown where the units differ."""
    lines = list(receipt.lines.all())
    order = receipt.order
    quantity = _sum(line.quantity_accepted for line in lines)
    if order is None or order.version > 1:
        return Figures(quantity, lines=len(lines))
    ordered = {line.line: line for line in order.lines.all()}
    amount = _sum(_value(line, ordered.get(line.order_line)) for line in lines)
    return Figures(quantity, amount, order.currency, len(lines))


def _value(line: Any, ordered: Any) -> Decimal | None:
    if ordered is None or line.unit not in ("", ordered.unit):
        return None
    value: Decimal = line.quantity_accepted * ordered.unit_price / ordered.price_base
    return value


def of_confirmation(confirmation: ServiceConfirmation) -> Figures:
    lines = list(confirmation.lines.all())
    currency = confirmation.order.currency if confirmation.order else ""
    return Figures(
        _sum(line.quantity for line in lines), _sum(line.amount for line in lines), currency, len(lines)
    )


def of_invoice(invoice: SupplierInvoice) -> Figures:
    """The lines without tax, as BC adds them up."""
    lines = list(invoice.lines.all())
    amount = _sum(line.amount for line in lines)
    return Figures(_sum(line.quantity for line in lines), amount, invoice.currency, len(lines))


def sent_by(
    kind: Kind, company: Company, rows: list[Any], messages: Mapping[int, Message]
) -> dict[int, Figures]:
    """Give what was sent of each document, by its key; nothing is known of what was changed since."""
    if kind is Kind.ORDER:
        return {row.pk: _order_sent(row, messages.get(row.pk)) for row in rows}
    if kind is Kind.INVOICE:
        return {row.pk: of_invoice(row) for row in rows}
    if kind is Kind.CREDIT_MEMO:
        return {row.pk: replace(of_invoice(row), quantity=None) for row in rows}
    if kind in (Kind.RECEIPT, Kind.SERVICE):
        prices = _prices(company, {row.order_number for row in rows})
        return {row.pk: _received(row, messages.get(row.pk), prices.get(row.order_number)) for row in rows}
    return {row.pk: Figures() for row in rows}


def _order_sent(order: PurchaseOrder, message: Message | None) -> Figures:
    payload = message.payload if message and is_whole(order) else None
    lines = _order_lines(payload)
    if not lines:
        return Figures(currency=order.currency)
    quantity = _sum(_number(line, "quantity") for line in lines)
    amount = _sum(_line_value(line) for line in lines)
    return Figures(quantity, amount, order.currency, len(lines))


def _order_lines(payload: Any) -> list[dict[str, Any]]:
    return [line for line in (payload or {}).get(orders.LINES, []) if line.get(LINE_TYPE) != COMMENT]


def _line_value(line: Mapping[str, Any]) -> Decimal | None:
    quantity, cost = _number(line, "quantity"), _number(line, DIRECT_UNIT_COST)
    if quantity is None or cost is None:
        return None
    return quantity * cost * (1 - (_number(line, DISCOUNT_PERCENT) or Decimal(0)) / HUNDRED)


def _prices(company: Company, numbers: set[str]) -> dict[str, tuple[str, dict[int, Decimal]]]:
    """Give currency and unit prices of orders as they were sent, while no later version changed them."""
    known = PurchaseOrder.objects.filter(company=company, number__in=numbers, version=1)
    currencies = {order.pk: (order.number, order.currency) for order in known}
    sent = Message.objects.filter(document_kind=DocumentKind.PURCHASE_ORDER, document_id__in=currencies)
    prices = {}
    for document_id, payload in sent.order_by("pk").values_list("document_id", "payload"):
        number, currency = currencies[document_id]
        costs = {int(line["sequence"]): _number(line, DIRECT_UNIT_COST) for line in _order_lines(payload)}
        prices[number] = (currency, {each: cost for each, cost in costs.items() if cost is not None})
    return prices


def _received(row: Any, message: Message | None, prices: tuple[str, dict[int, Decimal]] | None) -> Figures:
    lines = (message.payload or {}).get("lines", []) if message else []
    if not lines or getattr(row, "reversed_on", None):
        return Figures()
    quantity = _sum(Decimal(line["quantity"]) for line in lines)
    if prices is None:
        return Figures(quantity, lines=len(lines))
    currency, costs = prices
    amount = _sum(
        Decimal(line["quantity"]) * costs[int(line["sequence"])] if int(line["sequence"]) in costs else None
        for line in lines
    )
    return Figures(quantity, amount, currency, len(lines))


def _number(line: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(str(line[name])) if line.get(name) is not None else None


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """Add up; None as soon as one of them is not known."""
    told = list(values)
    return None if None in told else sum((each for each in told if each is not None), Decimal(0))
