"""What Business Central lets nobody write, and what Tieout writes by itself: no row of a mapping may."""

from __future__ import annotations

# The arrays of lines, which the mapping of the lines fills.
LINES = {"purchaseOrderLines", "purchaseInvoiceLines", "inventoryRequestLines"}

# What Business Central gives by itself: naming it in a write refuses the whole document.
KEYS = {"id", "documentId", "systemId", "lastModifiedDateTime"}
DOCUMENT = KEYS | {
    "number",
    "status",
    "vendorName",
    "payToName",
    "payToContact",
    "payToAddressLine1",
    "payToAddressLine2",
    "payToCity",
    "payToCountry",
    "payToState",
    "payToPostCode",
    "discountAppliedBeforeTax",
    "totalAmountExcludingTax",
    "totalTaxAmount",
    "totalAmountIncludingTax",
}
LINE = KEYS | {
    "discountAppliedBeforeTax",
    "taxPercent",
    "totalTaxAmount",
    "locationCode",
    "quantityPerUnit",
    "orderNumber",
}
READ_ONLY: dict[str, set[str]] = {
    "purchaseOrders": DOCUMENT
    | {"vendorInvoiceNumber", "documentDate", "documentStatus", "externalId", "fullyReceived"},
    "purchaseInvoices": DOCUMENT | {"orderId", "orderNumber", "onHold"},
    "purchaseOrderLines": LINE
    | {
        "amountExcludingTax",
        "amountIncludingTax",
        "invoiceDiscountAllocation",
        "netAmount",
        "netTaxAmount",
        "netAmountIncludingTax",
        "overReceiptPending",
        "overReceiptQuantity",
        "receivedQuantity",
        "invoicedQuantity",
        "receivedNotInvoiced",
    },
    "purchaseInvoiceLines": LINE | {"orderLineSequence", "receiptNumber", "receiptLineSequence"},
    "inventoryRequests": KEYS | {"status", "errorText", "resultDocumentNumber", "resultEntryNumber"},
}
# Where the dimensions of a line go, one row for each: dimensionSetLines.COSTCENTRE.
DIMENSIONS = {"purchaseOrderLines": "dimensionSetLines", "inventoryRequestLines": "dimensions"}
WRITTEN_BY_TIEOUT = {"inventoryRequests": {"externalId"}}
