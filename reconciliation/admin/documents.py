"""The documents to look at, with their lines and their story."""

from __future__ import annotations

from django.contrib import admin
from unfold.decorators import display

from masterdata.read_only import ReadOnlyAdmin, Told
from reconciliation.models import (
    AssetNotice,
    DayTotal,
    Document,
    GoodsReceipt,
    GoodsReceiptLine,
    GoodsReturn,
    GoodsReturnLine,
    InventoryMovement,
    InventoryMovementLine,
    InvoiceCharge,
    InvoiceLine,
    OrderChange,
    OrderCharge,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseRequest,
    PurchaseRequestLine,
    ReceiptReversal,
    ServiceConfirmation,
    ServiceConfirmationLine,
    SupplierInvoice,
)

from .rows import lines

TONES = {
    "ready": "info",
    "posted": "success",
    "recorded": "info",
    "cancelled": "warning",
    "received": "info",
    "blocked": "danger",
    "rejected": "warning",
    "with_order": "info",
    "late": "warning",
    "superseded": "warning",
}


class DocumentAdmin(ReadOnlyAdmin):
    """A document to look at; its status changes through the verbs of documents/."""

    ordering = ["-pk"]
    search_fields = ["number", "bc_number"]
    list_filter = ["status", "received_from"]
    exclude = ["content_hash"]

    def changes(self, record: Document) -> list[Told]:
        """Tell how the document came, what matching said of it, and when it was posted."""
        story = [Told(record.created_at, record.received_from, "recorded")]
        if isinstance(record, SupplierInvoice):
            story += [
                Told(decision.decided_at, "matching", f"judged: {decision.outcome}")
                for decision in record.decisions.select_related(None).only("invoice", "decided_at", "outcome")
            ]
            if record.deleted_at:
                story.append(
                    Told(record.deleted_at, "the pull", "found the draft deleted in Business Central")
                )
        if record.posted_at:
            story.append(Told(record.posted_at, "Business Central", f"posted as {record.bc_number}"))
        return sorted(story, key=lambda line: line.at, reverse=True)

    @display(description="status", label=TONES, ordering="status")
    def state_of_affairs(self, document: Document) -> tuple[str, str]:
        return document.status, document.get_status_display()


@admin.register(PurchaseRequest)
class PurchaseRequestAdmin(DocumentAdmin):
    list_display = ["number", "requested_by", "approved_by", "needed_by", "work_order", "state_of_affairs"]
    search_fields = ["number", "work_order"]
    inlines = [
        lines(
            PurchaseRequestLine,
            ["line", "item", "description", "quantity", "unit", "estimated_unit_price", "currency"],
            "lines",
            "request",
        )
    ]


@admin.register(DayTotal)
class DayTotalAdmin(ReadOnlyAdmin):
    list_display = ["date", "kind", "count", "quantity", "amount", "currency", "received_from"]
    list_filter = ["date", "kind", "received_from"]
    ordering = ["-date", "kind"]


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(DocumentAdmin):
    list_display = [
        "number",
        "vendor_number",
        "order_date",
        "currency",
        "version",
        "state",
        "state_of_affairs",
        "bc_number",
    ]
    list_filter = ["status", "state", "received_from"]
    search_fields = ["number", "bc_number", "vendor_number", "purchase_request"]
    inlines = [
        lines(
            PurchaseOrderLine,
            [
                "line",
                "item",
                "description",
                "quantity",
                "unit",
                "unit_price",
                "discount_percent",
                "expected_on",
                "cancelled",
            ],
            "lines",
            "order",
        ),
        lines(
            OrderChange,
            ["kind", "version", "status", "reason", "received_from", "created_at", "posted_at"],
            "changes and cancellations",
            "order",
        ),
        lines(OrderCharge, ["code", "amount"], "charges", "order"),
    ]


@admin.register(OrderChange)
class OrderChangeAdmin(DocumentAdmin):
    list_display = ["number", "kind", "version", "reason", "state_of_affairs", "bc_number"]
    list_filter = ["status", "kind", "received_from"]


@admin.register(GoodsReceipt)
class GoodsReceiptAdmin(DocumentAdmin):
    list_display = ["number", "order_number", "received_on", "received_by", "state_of_affairs", "bc_number"]
    search_fields = ["number", "order_number", "bc_number"]
    list_filter = ["status", "received_on"]
    list_select_related = True
    inlines = [
        lines(
            GoodsReceiptLine,
            [
                "line",
                "order_line",
                "quantity_received",
                "quantity_accepted",
                "quantity_rejected",
                "reject_reason",
                "unit",
                "location",
            ],
            "lines",
            "receipt",
        )
    ]


@admin.register(ReceiptReversal)
class ReceiptReversalAdmin(DocumentAdmin):
    list_display = ["number", "receipt_number", "reversed_on", "reason", "state_of_affairs", "bc_number"]
    search_fields = ["number", "receipt_number", "bc_number"]


@admin.register(GoodsReturn)
class GoodsReturnAdmin(DocumentAdmin):
    list_display = ["number", "order_number", "returned_on", "reason", "state_of_affairs", "bc_number"]
    search_fields = ["number", "order_number", "bc_number"]
    inlines = [
        lines(
            GoodsReturnLine,
            ["line", "order_line", "quantity", "quantity_rejected", "unit"],
            "lines",
            "goods_return",
        )
    ]


@admin.register(AssetNotice)
class AssetNoticeAdmin(DocumentAdmin):
    list_display = [
        "number",
        "kind",
        "description",
        "serial_number",
        "told_at",
        "state_of_affairs",
        "bc_number",
    ]
    search_fields = ["number", "serial_number", "description", "bc_number"]
    list_filter = ["status", "kind"]


@admin.register(ServiceConfirmation)
class ServiceConfirmationAdmin(DocumentAdmin):
    list_display = ["number", "order_number", "confirmed_on", "confirmed_by", "accepted", "state_of_affairs"]
    search_fields = ["number", "order_number"]
    list_filter = ["status", "accepted"]
    inlines = [
        lines(
            ServiceConfirmationLine,
            ["line", "order_line", "quantity", "unit", "amount"],
            "lines",
            "confirmation",
        )
    ]


@admin.register(InventoryMovement)
class InventoryMovementAdmin(DocumentAdmin):
    list_display = ["number", "kind", "posted_on", "work_order", "state_of_affairs", "bc_number"]
    search_fields = ["number", "work_order", "bc_number"]
    list_filter = ["status", "kind"]
    inlines = [
        lines(
            InventoryMovementLine,
            ["line", "item", "quantity", "unit", "location", "account", "asset"],
            "lines",
            "movement",
        )
    ]


@admin.register(SupplierInvoice)
class SupplierInvoiceAdmin(DocumentAdmin):
    list_display = [
        "number",
        "vendor_name",
        "order_number",
        "invoice_date",
        "due_on",
        "total",
        "currency",
        "state_of_affairs",
        "bc_number",
    ]
    list_filter = ["status", "type", "origin", "match_due"]
    search_fields = ["number", "vendor_name", "vendor_number", "order_number", "bc_number"]
    inlines = [
        lines(
            InvoiceLine,
            [
                "line",
                "order_number",
                "order_line",
                "item",
                "description",
                "quantity",
                "unit",
                "unit_price",
                "discount",
                "amount",
            ],
            "lines",
            "invoice",
        ),
        lines(InvoiceCharge, ["code", "amount"], "charges", "invoice"),
    ]
