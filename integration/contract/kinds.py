"""Every kind of document that the CAFM tells: states, both numbers, what it needs, what happens below that.

docs/kinds.md is written from this table by `python -m tests.pages`; tests hold both to the types of event,
the features and the levels of the sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass

from integration.couriers import receipts
from integration.models import DocumentKind
from reconciliation.models import (
    AssetNotice,
    Document,
    GoodsReceipt,
    GoodsReturn,
    InventoryMovement,
    OrderChange,
    PurchaseOrder,
    PurchaseRequest,
    ReceiptReversal,
    ServiceConfirmation,
    SupplierInvoice,
)

from .features import BILLED, CREDITS, DRAFTS, FEATURES, OWN, REQUESTS, Feature

ORDERS_NUMBER = "the order's `number`"
BY_HAND = "Works at every level, by a person: "
EVERYWHERE = "It works at every level."


@dataclass(frozen=True)
class Kind:
    """What becomes of some types of event; `below` is what happens where BC offers less than it needs."""

    events: tuple[str, ...]
    model: type[Document] | None
    theirs: str
    below: str
    ways: tuple[str, ...] = ()
    since: str = ""
    not_carried: str = ""

    @property
    def states(self) -> list[str]:
        """The document's own states, in the words of its screens."""
        if self.model is None:
            return []
        return [str(label) for _, label in self.model._meta.get_field("status").flatchoices]

    @property
    def features(self) -> list[Feature]:
        return [FEATURES[way] for way in self.ways]

    @property
    def needs(self) -> list[str]:
        """What each way takes of BC, in an administrator's words."""
        return list(dict.fromkeys(feature.needs for feature in self.features))


def _way(kind: DocumentKind) -> tuple[str, ...]:
    return (kind.value,)


KINDS = (
    Kind(
        ("purchase_request.approved.v1",),
        PurchaseRequest,
        "none: its order carries the request's number in a comment line",
        "It is kept here at every level. No tenant has a target that can be written: Business Central's API "
        "only reads purchase quotes (from 28.4 on) and has no requisitions.",
        ways=(REQUESTS,),
        not_carried="Estimated prices and dates: what is ordered is what the order says.",
    ),
    Kind(
        ("purchase_order.approved.v1",),
        PurchaseOrder,
        "drawn by BC; ours is kept by a comment line with our key",
        EVERYWHERE,
        ways=_way(DocumentKind.PURCHASE_ORDER),
        not_carried="The line's work order goes as its second description, since lines have no project or "
        "task in the API; as a dimension where a row of the mapping says so. Approver and planned charges "
        "have no field at any level. The API makes no dimension values: the order waits for missing ones.",
    ),
    Kind(
        ("purchase_order.changed.v1", "purchase_order.cancelled.v1"),
        OrderChange,
        ORDERS_NUMBER,
        "A released order cannot be reopened without the app: the change goes to a person, who reopens it; "
        "then a retry makes the change.",
        ways=_way(DocumentKind.ORDER_CHANGE),
        not_carried="Vendor and currency of an order with lines cannot change in BC: a person's to decide.",
    ),
    Kind(
        ("goods_receipt.recorded.v1",),
        GoodsReceipt,
        "`number` of the posted receipt",
        "It works at every level. More than was ordered is received where an over-receipt code of the item, "
        "the vendor or the company lets it come; the API cannot name one. Else it goes to a person. "
        + receipts.OVER_RECEIPT,
        ways=_way(DocumentKind.GOODS_RECEIPT),
        not_carried="Delivery note, lot and serial number, and what was rejected: the standard receipt has "
        "no field for them. They stay here.",
    ),
    Kind(
        ("goods_receipt.reversed.v1",),
        ReceiptReversal,
        "that of the receipt",
        BY_HAND + "neither the standard API nor the app undoes a receipt. A retry sees that it is undone.",
        ways=_way(DocumentKind.RECEIPT_REVERSAL),
    ),
    Kind(
        ("goods_return.recorded.v1",),
        GoodsReturn,
        "that of the return shipment, typed in when it is marked done",
        BY_HAND + "return orders are read-only in the API. It is marked done with its number.",
        ways=_way(DocumentKind.GOODS_RETURN),
        not_carried="Rejected goods that went back: they never were in Business Central. Without "
        "`quantity_rejected` all that went back is taken for accepted goods.",
    ),
    Kind(
        ("service.confirmed.v1",),
        ServiceConfirmation,
        "`number` of the posted receipt",
        EVERYWHERE,
        ways=_way(DocumentKind.SERVICE_CONFIRMATION),
    ),
    Kind(
        ("inventory.consumed.v1", "inventory.adjusted.v1", "inventory.transferred.v1"),
        InventoryMovement,
        "ours, as the document number of the item ledger entries",
        FEATURES[DocumentKind.INVENTORY_MOVEMENT].without,
        ways=_way(DocumentKind.INVENTORY_MOVEMENT),
        not_carried="The work order goes as the external document number, the asset only as a dimension "
        "where a row of the mapping says so, the reason only through a row that makes it a reason code.",
    ),
    Kind(
        ("asset.registered.v1", "asset.changed.v1", "asset.retired.v1"),
        AssetNotice,
        "`number` of the fixed asset: ours, or that of finance's card with the same serial number",
        "Below 23.1 Business Central has no fixed assets in its API: the notices pause and say so. A "
        "disposal is a person's at every level: a retry sees by the blocked card that it is posted.",
        ways=_way(DocumentKind.ASSET_NOTICE),
        since="23.1",
        not_carried="Class and location go only through a row of the mapping, because BC has fixed asset "
        "classes and locations of its own; dates, parent and order line stay here.",
    ),
    Kind(
        ("supplier_invoice.received.v1",),
        SupplierInvoice,
        "`number` of the posted invoice or credit memo",
        f"{FEATURES[BILLED].without} Credit memos are finance's to post at every level; a retry sees them "
        "by the vendor's number from 26.0 on; below that they are marked done by hand.",
        ways=(DRAFTS, BILLED, OWN, CREDITS),
        not_carried="The scan stays a link here.",
    ),
    Kind(("day.totals.v1",), None, "none", "It is kept here at every level; nothing is posted for it."),
)
