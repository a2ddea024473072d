"""Which record reads which entity set, and the fields that are asked of it."""

from typing import Any

from integration.bc.reading.documents import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseReceipt,
    PurchaseReceiptLine,
)
from integration.bc.reading.masters import (
    Company,
    LedgerSetup,
)
from integration.bc.reading.rows import select_for

RECORDS: dict[str, type[Any]] = {
    "companies": Company,
    "generalLedgerSetup": LedgerSetup,
    "purchaseOrders": PurchaseOrder,
    "purchaseOrderLines": PurchaseOrderLine,
    "purchaseReceipts": PurchaseReceipt,
    "purchaseReceiptLines": PurchaseReceiptLine,
}

SELECTS: dict[str, tuple[str, ...]] = {name: select_for(record) for name, record in RECORDS.items()}
