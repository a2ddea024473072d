"""Look in Business Central for a document by the number that a person gives."""

from __future__ import annotations

from dataclasses import dataclass

from integration.bc import Client, odata
from integration.bc.names import DOCUMENT_NUMBER
from integration.models import DocumentKind


@dataclass(frozen=True)
class Kept:
    """Where BC keeps documents of a kind; `ends` says why one may have left that list."""

    entity_set: str
    field: str = "number"
    ends: str = ""


FINISHED = "An order that is received and invoiced in full leaves the list of orders."

KEPT: dict[str, Kept] = {
    DocumentKind.PURCHASE_ORDER: Kept("purchaseOrders", ends=FINISHED),
    DocumentKind.ORDER_CHANGE: Kept("purchaseOrders", ends=FINISHED),
    DocumentKind.GOODS_RECEIPT: Kept("purchaseReceipts"),
    DocumentKind.SERVICE_CONFIRMATION: Kept("purchaseReceipts"),
    DocumentKind.SUPPLIER_INVOICE: Kept("purchaseInvoices"),
    DocumentKind.ASSET_NOTICE: Kept("fixedAssets"),
    DocumentKind.INVENTORY_MOVEMENT: Kept("itemLedgerEntries", DOCUMENT_NUMBER),
}
"""The kinds whose documents the API shows; undone receipts and returns it does not."""


def is_shown(kind: str) -> bool:
    """Tell whether BC's API shows documents of this kind at all."""
    return kind in KEPT


def is_there(client: Client, kind: str, number: str) -> bool:
    """Tell whether BC has a document with this number, read as it is now."""
    kept = KEPT[kind]
    rows = client.rows(
        kept.entity_set,
        select=(kept.field,),
        filter=odata.eq(kept.field, number),
        page_size=1,
        read_only=False,
    )
    return any(True for _ in rows)
