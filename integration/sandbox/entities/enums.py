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

APPROVAL_DOCUMENT_TYPE = Enum(
    "approvalDocumentType",
    (
        "Quote",
        "Order",
        "Invoice",
        "Credit_x0020_Memo",
        "Blanket_x0020_Order",
        "Return_x0020_Order",
        BLANK,
        "Payment",
    ),
)
APPROVAL_STATUS = Enum(
    "approvalStatus",
    (
        "Created",
        "Open",
        "Canceled",
        "Rejected",
        "Approved",
        BLANK,
    ),
)
ATTACHMENT_ENTITY_BUFFER_DOCUMENT_TYPE = Enum(
    "attachmentEntityBufferDocumentType",
    (
        BLANK,
        "Journal",
        "Employee",
        "Item",
        "Customer",
        "Vendor",
        "Job",
        "Sales_x0020_Order",
        "Sales_x0020_Quote",
        "Sales_x0020_Credit_x0020_Memo",
        "Sales_x0020_Invoice",
        "Customer_x0020_Statement",
        "Blanket_x0020_Sales_x0020_Order",
        "Sales_x0020_Return_x0020_Order",
        "Sales_x0020_Shipment",
        "Return_x0020_Receipt",
        "Sales_x0020_Archive_x0020_Quote",
        "Sales_x0020_Archive_x0020_Order",
        "Sales_x0020_Archive_x0020_Return",
        "Sales_x0020_Archive_x0020_Blanket_x0020_Order",
        "Purchase_x0020_Invoice",
        "Purchase_x0020_Order",
        "Purchase_x0020_Quote",
        "Purchase_x0020_Credit_x0020_Memo",
        "Blanket_x0020_Purchase_x0020_Order",
        "Purchase_x0020_Receipt",
        "Purchase_x0020_Return_x0020_Order",
        "Purch_x002E__x0020_Return_x0020_Shipment",
        "Purchase_x0020_Archive_x0020_Quote",
        "Purchase_x0020_Archive_x0020_Order",
        "Purchase_x0020_Archive_x0020_Return",
        "Purchase_x0020_Archive_x0020_Blanket_x0020_Order",
        "Assembly_x0020_Order",
        "Posted_x0020_Assembly_x0020_Order",
        "Transfer_x0020_Order",
        "Transfer_x0020_Shipment",
        "Transfer_x0020_Receipt",
        "Phys_x002E__x0020_Inventory_x0020_Order",
        "Posted_x0020_Phys_x002E__x0020_Inventory_x0020_Order",
        "Phys_x002E__x0020_Inventory_x0020_Recording",
        "Posted_x0020_Phys_x002E__x0020_Inventory_x0020_Recording",
        "Inventory_x0020_Shipment",
        "Inventory_x0020_Receipt",
        "Posted_x0020_Inventory_x0020_Shipment",
        "Posted_x0020_Inventory_x0020_Receipt",
        "Posted_x0020_Direct_x0020_Transfer",
    ),
)
COUNTRY_REGION_ADDRESS_FORMAT = Enum(
    "countryRegionAddressFormat",
    (
        "Post_x0020_Code_x002B_City",
        "City_x002B_Post_x0020_Code",
        "City_x002B_County_x002B_Post_x0020_Code",
        "Blank_x0020_Line_x002B_Post_x0020_Code_x002B_City",
        "Custom",
    ),
)
DEFAULT_DIMENSION_PARENT_TYPE = Enum(
    "defaultDimensionParentType",
    (
        BLANK,
        "Customer",
        "Item",
        "Vendor",
        "Employee",
    ),
)
DEFAULT_DIMENSION_VALUE_POSTING_TYPE = Enum(
    "defaultDimensionValuePostingType",
    (
        BLANK,
        "Code_x0020_Mandatory",
        "Same_x0020_Code",
        "No_x0020_Code",
    ),
)
DIMENSION_SET_ENTRY_BUFFER_PARENT_TYPE = Enum(
    "dimensionSetEntryBufferParentType",
    (
        BLANK,
        "Journal_x0020_Line",
        "Sales_x0020_Order",
        "Sales_x0020_Order_x0020_Line",
        "Sales_x0020_Quote",
        "Sales_x0020_Quote_x0020_Line",
        "Sales_x0020_Credit_x0020_Memo",
        "Sales_x0020_Credit_x0020_Memo_x0020_Line",
        "Sales_x0020_Invoice",
        "Sales_x0020_Invoice_x0020_Line",
        "Purchase_x0020_Invoice",
        "Purchase_x0020_Invoice_x0020_Line",
        "General_x0020_Ledger_x0020_Entry",
        "Time_x0020_Registration_x0020_Entry",
        "Sales_x0020_Shipment",
        "Sales_x0020_Shipment_x0020_Line",
        "Purchase_x0020_Receipt",
        "Purchase_x0020_Receipt_x0020_Line",
        "Purchase_x0020_Order",
        "Purchase_x0020_Order_x0020_Line",
        "Purchase_x0020_Credit_x0020_Memo",
        "Purchase_x0020_Credit_x0020_Memo_x0020_Line",
        "Sales_x0020_Return_x0020_Order",
        "Sales_x0020_Return_x0020_Order_x0020_Line",
        "Blanket_x0020_Purchase_x0020_Order",
        "Blanket_x0020_Purchase_x0020_Order_x0020_Line",
        "Blanket_x0020_Sales_x0020_Order",
        "Blanket_x0020_Sales_x0020_Order_x0020_Line",
        "Transfer_x0020_Order",
        "Transfer_x0020_Order_x0020_Line",
        "Transfer_x0020_Shipment",
        "Transfer_x0020_Shipment_x0020_Line",
        "Transfer_x0020_Receipt",
        "Transfer_x0020_Receipt_x0020_Line",
        "Posted_x0020_Direct_x0020_Transfer",
        "Posted_x0020_Direct_x0020_Transfer_x0020_Line",
        "Sales_x0020_Quote_x0020_Archive",
        "Sales_x0020_Quote_x0020_Archive_x0020_Line",
        "Sales_x0020_Order_x0020_Archive",
        "Sales_x0020_Order_x0020_Archive_x0020_Line",
        "Purchase_x0020_Quote_x0020_Archive",
        "Purchase_x0020_Quote_x0020_Archive_x0020_Line",
        "Purchase_x0020_Order_x0020_Archive",
        "Purchase_x0020_Order_x0020_Archive_x0020_Line",
        "Sales_x0020_Return_x0020_Order_x0020_Archive",
        "Sales_x0020_Return_x0020_Order_x0020_Archive_x0020_Line",
        "Purchase_x0020_Return_x0020_Order_x0020_Archive",
        "Purchase_x0020_Return_x0020_Order_x0020_Archive_x0020_Line",
        "Assembly_x0020_Order",
        "Assembly_x0020_Order_x0020_Line",
        "Posted_x0020_Assembly_x0020_Order",
        "Posted_x0020_Assembly_x0020_Order_x0020_Line",
        "Sales_x0020_Blanket_x0020_Order_x0020_Archive",
        "Sales_x0020_Blanket_x0020_Order_x0020_Archive_x0020_Line",
        "Purchase_x0020_Blanket_x0020_Order_x0020_Archive",
        "Purchase_x0020_Blanket_x0020_Order_x0020_Archive_x0020_Line",
        "Physical_x0020_Inventory_x0020_Order",
        "Physical_x0020_Inventory_x0020_Order_x0020_Line",
        "Posted_x0020_Physical_x0020_Inventory_x0020_Order",
        "Posted_x0020_Physical_x0020_Inventory_x0020_Order_x0020_Line",
        "Inventory_x0020_Shipment",
        "Inventory_x0020_Shipment_x0020_Line",
        "Inventory_x0020_Receipt",
        "Inventory_x0020_Receipt_x0020_Line",
        "Posted_x0020_Inventory_x0020_Shipment",
        "Posted_x0020_Inventory_x0020_Shipment_x0020_Line",
        "Posted_x0020_Inventory_x0020_Receipt",
        "Posted_x0020_Inventory_x0020_Receipt_x0020_Line",
        "Purchase_x0020_Return_x0020_Order",
        "Purchase_x0020_Return_x0020_Order_x0020_Line",
        "Purchase_x0020_Quote",
        "Purchase_x0020_Quote_x0020_Line",
    ),
)
EMPLOYEE_STATUS = Enum(
    "employeeStatus",
    (
        "Active",
        "Inactive",
        "Terminated",
    ),
)
GEN_JOURNAL_ACCOUNT_TYPE = Enum(
    "genJournalAccountType",
    (
        "G_x002F_L_x0020_Account",
        "Customer",
        "Vendor",
        "Bank_x0020_Account",
        "Fixed_x0020_Asset",
        "IC_x0020_Partner",
        "Employee",
        "Allocation_x0020_Account",
    ),
)
GEN_JOURNAL_DOCUMENT_TYPE = Enum(
    "genJournalDocumentType",
    (
        BLANK,
        "Payment",
        "Invoice",
        "Credit_x0020_Memo",
        "Finance_x0020_Charge_x0020_Memo",
        "Reminder",
        "Refund",
    ),
)
JOB_QUEUE_PRIORITY = Enum(
    "jobQueuePriority",
    (
        "High",
        "Normal",
        "Low",
    ),
)
JOB_QUEUE_REPORT_OUTPUT_TYPE = Enum(
    "jobQueueReportOutputType",
    (
        "None_x0020__x0028_Processing_x0020_only_x0029_",
        "PDF",
        "Word",
        "Excel",
        "Print",
    ),
)
PHYS_INVT_ORDER_STATUS = Enum(
    "physInvtOrderStatus",
    (
        "Open",
        "Finished",
    ),
)
PICTURE_ENTITY_PARENT_TYPE = Enum(
    "pictureEntityParentType",
    (
        "Customer",
        "Item",
        "Vendor",
        "Employee",
        "Contact",
        "Item_x0020_Variant",
    ),
)
PURCH_CR_MEMO_ENTITY_STATUS = Enum(
    "purchCrMemoEntityStatus",
    (
        "Draft",
        "In_x0020_Review",
        "Open",
        "Canceled",
        "Corrective",
        "Paid",
    ),
)
PURCHASE_DOCUMENT_STATUS = Enum(
    "purchaseDocumentStatus",
    (
        "Open",
        "Released",
        "Pending_x0020_Approval",
        "Pending_x0020_Prepayment",
    ),
)
PURCHASE_DOCUMENT_TYPE = Enum(
    "purchaseDocumentType",
    (
        "Quote",
        "Order",
        "Invoice",
        "Credit_x0020_Memo",
        "Blanket_x0020_Order",
        "Return_x0020_Order",
    ),
)
SALES_HEADER_SHIPPING_ADVICE = Enum(
    "salesHeaderShippingAdvice",
    (
        "Partial",
        "Complete",
    ),
)
TAX_BUFFER_TYPE = Enum(
    "taxBufferType",
    (
        "Sales_x0020_Tax",
        "VAT",
    ),
)
WORKFLOW_APPROVAL_LIMIT_TYPE = Enum(
    "workflowApprovalLimitType",
    (
        "Approval_x0020_Limits",
        "Credit_x0020_Limits",
        "Request_x0020_Limits",
        "No_x0020_Limits",
    ),
)
WORKFLOW_APPROVAL_TYPE = Enum(
    "workflowApprovalType",
    (
        "Workflow_x0020_User_x0020_Group",
        "Sales_x0020_Pers_x002E__x002F_Purchaser",
        "Approver",
    ),
)

# The line types of a document and what a posted line shows for them.
POSTED_LINE_TYPE = {
    "Comment": BLANK,
    "Account": "G_x002F_L_x0020_Account",
    "Item": "Item",
    "Fixed_x0020_Asset": "Fixed_x0020_Asset",
}
