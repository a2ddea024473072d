"""The enum types of the entity sets imitated here, members escaped as BC sends them."""

from integration.sandbox.entities.declare import Enum

BLANK = "_x0020_"

ITEM_TYPE = Enum("itemType", ("Inventory", "Service", "Non_x002D_Inventory"))
VENDOR_BLOCKED = Enum("vendorBlocked", (BLANK, "Payment", "All"))
ACCOUNT_TYPE = Enum("glAccountType", ("Posting", "Heading", "Total", "Begin_x002D_Total", "End_x002D_Total"))
ACCOUNT_CATEGORY = Enum(
    "glAccountCategory",
    (BLANK, "Assets", "Liabilities", "Equity", "Income", "Cost_x0020_of_x0020_Goods_x0020_Sold", "Expense"),
)
ORDER_STATUS = Enum("purchaseOrderEntityBufferStatus", ("Draft", "In_x0020_Review", "Open"))
INVOICE_STATUS = Enum(
    "invoiceEntityAggregateStatus",
    (BLANK, "Draft", "In_x0020_Review", "Open", "Paid", "Canceled", "Corrective"),
)
LINE_TYPE = Enum(
    "invoiceLineAggLineType",
    ("Comment", "Account", "Item", "Resource", "Fixed_x0020_Asset", "Charge", "Allocation_x0020_Account"),
)
PURCHASE_LINE_TYPE = Enum(
    "purchaseLineType",
    (
        BLANK,
        "G_x002F_L_x0020_Account",
        "Item",
        "Resource",
        "Fixed_x0020_Asset",
        "Charge_x0020__x0028_Item_x0029_",
        "Allocation_x0020_Account",
    ),
)
ENTRY_TYPE = Enum(
    "itemLedgerEntryType",
    (
        "Purchase",
        "Sale",
        "Positive_x0020_Adjmt_x002E_",
        "Negative_x0020_Adjmt_x002E_",
        "Transfer",
        "Consumption",
        "Output",
        BLANK,
        "Assembly_x0020_Consumption",
        "Assembly_x0020_Output",
    ),
)
ENTRY_DOCUMENT_TYPE = Enum(
    "itemLedgerDocumentType",
    (
        BLANK,
        "Sales_x0020_Shipment",
        "Sales_x0020_Invoice",
        "Sales_x0020_Return_x0020_Receipt",
        "Sales_x0020_Credit_x0020_Memo",
        "Purchase_x0020_Receipt",
        "Purchase_x0020_Invoice",
        "Purchase_x0020_Return_x0020_Shipment",
        "Purchase_x0020_Credit_x0020_Memo",
        "Transfer_x0020_Shipment",
        "Transfer_x0020_Receipt",
        "Service_x0020_Shipment",
        "Service_x0020_Invoice",
        "Service_x0020_Credit_x0020_Memo",
        "Posted_x0020_Assembly",
        "Inventory_x0020_Receipt",
        "Inventory_x0020_Shipment",
        "Direct_x0020_Transfer",
    ),
)
SOURCE_TYPE = Enum("analysisSourceType", (BLANK, "Customer", "Vendor", "Item"))

# The line types of a document and what a posted line shows for them.
POSTED_LINE_TYPE = {
    "Comment": BLANK,
    "Account": "G_x002F_L_x0020_Account",
    "Item": "Item",
    "Fixed_x0020_Asset": "Fixed_x0020_Asset",
}
