"""The documents' tables say how far a document is on its way, which only the outbox knows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from unfold.decorators import display

from integration.models import DocumentKind, Message
from reconciliation.admin import documents as desk
from reconciliation.models import (
    AssetNotice,
    Document,
    GoodsReceipt,
    GoodsReturn,
    InventoryMovement,
    OrderChange,
    PurchaseOrder,
    ReceiptReversal,
    ServiceConfirmation,
    SupplierInvoice,
)

LONGEST = 80
TABLES: dict[type[Document], tuple[type[desk.DocumentAdmin], DocumentKind]] = {
    PurchaseOrder: (desk.PurchaseOrderAdmin, DocumentKind.PURCHASE_ORDER),
    OrderChange: (desk.OrderChangeAdmin, DocumentKind.ORDER_CHANGE),
    GoodsReceipt: (desk.GoodsReceiptAdmin, DocumentKind.GOODS_RECEIPT),
    ReceiptReversal: (desk.ReceiptReversalAdmin, DocumentKind.RECEIPT_REVERSAL),
    GoodsReturn: (desk.GoodsReturnAdmin, DocumentKind.GOODS_RETURN),
    ServiceConfirmation: (desk.ServiceConfirmationAdmin, DocumentKind.SERVICE_CONFIRMATION),
    InventoryMovement: (desk.InventoryMovementAdmin, DocumentKind.INVENTORY_MOVEMENT),
    AssetNotice: (desk.AssetNoticeAdmin, DocumentKind.ASSET_NOTICE),
    SupplierInvoice: (desk.SupplierInvoiceAdmin, DocumentKind.SUPPLIER_INVOICE),
}
TONES = desk.TONES | {"waiting": "warning", "stuck": "danger"}
STUCK = (Message.State.DEAD, Message.State.REJECTED)


class OnItsWay(desk.DocumentAdmin):
    """A document's table in which one that is to be posted shows what its message waits for."""

    kind: DocumentKind

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        latest = Message.objects.filter(document_kind=self.kind, document_id=OuterRef("pk")).order_by("-pk")
        documents: QuerySet[Any] = super().get_queryset(request)
        found: QuerySet[Any] = documents.annotate(
            message_state=Subquery(latest.values("state")[:1]),
            message_waits=Subquery(latest.values("waiting_for")[:1]),
        )
        return found

    @display(description="status", label=TONES, ordering="status")
    def state_of_affairs(self, document: Any) -> tuple[str, str]:
        said: tuple[str, str] = (document.status, document.get_status_display())
        state = getattr(document, "message_state", None)
        if document.status != Document.Status.READY or state is None:
            return said
        if state == Message.State.WAITING:
            return "waiting", _shortened(f"waiting for {document.message_waits or 'a missing record'}")
        if state in STUCK:
            return "stuck", f"{Message.State(state).label}, see Dead letters"
        return said


def _shortened(text: str) -> str:
    first, dot, _ = text.partition(". ")
    told = first if dot else text
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


for _model, (_table, _kind) in TABLES.items():
    admin.site.unregister(_model)
    admin.site.register(_model, type(_table.__name__, (OnItsWay, _table), {"kind": _kind}))
