"""Couriers: for each kind of document, how it is prepared, looked for and posted in Business Central."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from integration import mapping
from integration.bc import Client
from integration.bc.names import ORDER_NUMBER
from integration.mapping import defaults, traces
from integration.models import DocumentKind, Message
from reconciliation.models import (
    AssetNotice,
    GoodsReceipt,
    GoodsReturn,
    InventoryMovement,
    OrderChange,
    PurchaseOrder,
    ReceiptReversal,
    ServiceConfirmation,
    SupplierInvoice,
)

from . import (
    accepted,
    assets,
    cancellations,
    credit_memos,
    invoices,
    movements,
    order_changes,
    order_invoices,
    orders,
    receipts,
    taken_back,
)
from .base import BeforeWrite, Courier, Posted, Prepared, Standing, Visit, Withdrawn
from .orders import keys_since as keys_in_orders


def visit_invoice(client: Client, message: Message, invoice: SupplierInvoice) -> Visit:
    """Post an invoice through its order, unless BC has a draft of it; finance posts credit memos."""
    if credit_memos.NUMBER in (message.payload or {}):
        return credit_memos.CreditMemoVisit(client, message, invoice)
    through_order = ORDER_NUMBER in (message.payload or {}) and not invoice.bc_id
    kind = order_invoices.OrderInvoiceVisit if through_order else invoices.InvoiceVisit
    return kind(client, message, invoice)


def visit_change(client: Client, message: Message, change: OrderChange) -> Visit:
    """Bring a later version of an order to BC, or its cancellation."""
    cancels = change.kind == OrderChange.Kind.CANCELLED
    kind = cancellations.CancellationVisit if cancels else order_changes.OrderChangeVisit
    return kind(client, message, change)


COURIERS: dict[DocumentKind, Courier] = {
    DocumentKind.PURCHASE_ORDER: Courier(
        PurchaseOrder, orders.chain, orders.prepare, orders.OrderVisit, must_look=False
    ),
    DocumentKind.ORDER_CHANGE: Courier(OrderChange, order_changes.chain, order_changes.prepare, visit_change),
    DocumentKind.GOODS_RECEIPT: Courier(
        GoodsReceipt, accepted.chain, accepted.prepare_receipt, receipts.ReceiptVisit
    ),
    DocumentKind.RECEIPT_REVERSAL: Courier(
        ReceiptReversal,
        taken_back.reversal_chain,
        taken_back.prepare_reversal,
        taken_back.ReversalVisit,
    ),
    DocumentKind.GOODS_RETURN: Courier(
        GoodsReturn, taken_back.return_chain, taken_back.prepare_return, taken_back.ReturnVisit
    ),
    DocumentKind.SERVICE_CONFIRMATION: Courier(
        ServiceConfirmation, accepted.chain, accepted.prepare_confirmation, receipts.ReceiptVisit
    ),
    DocumentKind.INVENTORY_MOVEMENT: Courier(
        InventoryMovement, movements.chain, movements.prepare, movements.MovementVisit, must_look=False
    ),
    DocumentKind.ASSET_NOTICE: Courier(AssetNotice, assets.chain, assets.prepare, assets.AssetVisit),
    DocumentKind.SUPPLIER_INVOICE: Courier(SupplierInvoice, invoices.chain, invoices.prepare, visit_invoice),
}


# The mappings of the head and of the lines that build each kind; a kind that is missing is built by code.
MAPPINGS: dict[str, tuple[str, str]] = {
    DocumentKind.PURCHASE_ORDER: (defaults.ORDER, defaults.ORDER_LINE),
    DocumentKind.ORDER_CHANGE: (defaults.ORDER, defaults.ORDER_LINE),
    DocumentKind.SUPPLIER_INVOICE: (defaults.INVOICE, defaults.INVOICE_LINE),
    DocumentKind.INVENTORY_MOVEMENT: (defaults.MOVEMENT, defaults.MOVEMENT_LINE),
    DocumentKind.ASSET_NOTICE: (defaults.ASSET, ""),
}


def load(message: Message) -> Any:
    """Read the document that a message is about."""
    model = COURIERS[DocumentKind(message.document_kind)].model
    return model._default_manager.select_related("company").get(pk=message.document_id)


def prepare(message: Message, document: Any) -> Prepared:
    """Build what a message sends; it keeps its versions of the mapping, unless it is to be mapped anew."""
    with mapping.holding(_versions(message)), mapping.recording() as reads:
        prepared = COURIERS[DocumentKind(message.document_kind)].prepare(document, message.key)
    return replace(prepared, mapped_from=traces.packed(reads)) if reads else prepared


def _versions(message: Message) -> dict[str, int]:
    if message.remap:
        return {}
    head, line = MAPPINGS.get(message.document_kind, ("", ""))
    known = {head: message.mapping_version, line: message.line_mapping_version}
    return {name: number for name, number in known.items() if name and number is not None}


__all__ = [
    "COURIERS",
    "MAPPINGS",
    "BeforeWrite",
    "Courier",
    "Posted",
    "Prepared",
    "Standing",
    "Visit",
    "Withdrawn",
    "keys_in_orders",
    "load",
    "prepare",
]
