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

# What a stand-in for Business Central has to know of each document to act as Business Central does.
TO_STAND_IN: dict[str, tuple[str, ...]] = {
    **SELECTS,
    "purchaseInvoices": (
        "id",
        "number",
        "status",
        "postingDate",
        "invoiceDate",
        "dueDate",
        "vendorInvoiceNumber",
        "vendorNumber",
        "payToVendorNumber",
        "currencyCode",
        "orderNumber",
        "pricesIncludeTax",
        "discountAmount",
        "lastModifiedDateTime",
    ),
    "purchaseInvoiceLines": (
        "id",
        "sequence",
        "lineType",
        "lineObjectNumber",
        "description",
        "unitOfMeasureCode",
        "quantity",
        "unitCost",
        "discountAmount",
        "discountPercent",
        "taxPercent",
    ),
}
