"""The route of the AL app: its pages and fields. The AL source is held to this table."""

from integration.sandbox.entities.declare import (
    DECIMAL,
    GUID,
    INT,
    STRING,
    EntitySet,
    Enum,
    Field,
    Navigation,
    boolean,
    changed_at,
    code,
    date,
    decimal,
    enum,
    guid,
    identity,
    integer,
    row_version,
    stamp,
    text,
)
from integration.sandbox.entities.enums import (
    GEN_JOURNAL_DOCUMENT_TYPE,
    PURCHASE_DOCUMENT_STATUS,
    PURCHASE_DOCUMENT_TYPE,
    PURCHASE_LINE_TYPE,
)
from integration.sandbox.entities.masters import ITEM_UNITS

PUBLISHER, GROUP, VERSION = "tieout", "bridge", "v1.0"

REQUEST_STATUS = Enum("bridgeRequestStatus", ("New", "Posted", "Failed"))
INVENTORY_KIND = Enum("bridgeInventoryKind", ("Consumption", "Adjustment", "Transfer"))


def _enum_column(name: str, kind: Enum, column: str) -> Field:
    return Field(name, kind.type_name, read_only=True, enum=kind, column=column)


# What the bridge tells about one request: New until `process` posts it (Posted) or is refused (Failed).
_OUTCOME = (
    enum("status", REQUEST_STATUS, ro=True),
    text("errorText", 2048, ro=True),
    code("resultDocumentNumber", 20, ro=True),
    stamp(),
)

RECEIPT_REQUESTS = EntitySet(
    name="receiptRequests",
    entity="receiptRequest",
    caption="Bridge Receipt Request",
    fields=(
        identity(),
        text("externalId", 50),  # the sender's own key; unique
        code("orderNumber", 20),
        date("postingDate"),
        code("vendorShipmentNumber", 35),
        *_OUTCOME,
    ),
    key=("externalId",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
    required=("externalId", "orderNumber"),
    indexes=("externalId", "orderNumber"),
    navigations=(Navigation("receiptRequestLines", "receiptRequestLines", "id", "requestId"),),
    actions=("process",),
)

RECEIPT_REQUEST_LINES = EntitySet(
    name="receiptRequestLines",
    entity="receiptRequestLine",
    caption="Bridge Receipt Request Line",
    fields=(
        identity(),
        guid("requestId"),
        integer("orderLineSequence"),
        decimal("quantity"),
        code("unitOfMeasureCode", 10),  # blank: the unit of the order line
    ),
    key=("requestId", "orderLineSequence"),
    may_insert=True,
    may_modify=True,
    may_delete=True,
    required=("orderLineSequence",),
    indexes=("requestId",),
    parent=("receiptRequests", "requestId"),
)

INVENTORY_REQUESTS = EntitySet(
    name="inventoryRequests",
    entity="inventoryRequest",
    caption="Bridge Inventory Request",
    fields=(
        identity(),
        text("externalId", 50),  # the sender's own key; unique
        enum("kind", INVENTORY_KIND),
        date("postingDate"),
        code("documentNumber", 20),  # blank: drawn from the number series
        code("externalDocumentNumber", 35),  # blank: the external id, cut to 35 characters
        code("reasonCode", 10),
        *_OUTCOME[:-1],
        Field("resultEntryNumber", "Edm.Int64", read_only=True),  # the last item ledger entry
        stamp(),
    ),
    key=("externalId",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
    required=("externalId",),
    indexes=("externalId", "documentNumber"),
    navigations=(Navigation("inventoryRequestLines", "inventoryRequestLines", "id", "requestId"),),
    actions=("process",),
)

INVENTORY_REQUEST_LINES = EntitySet(
    name="inventoryRequestLines",
    entity="inventoryRequestLine",
    caption="Bridge Inventory Request Line",
    fields=(
        identity(),
        guid("requestId"),
        integer("lineNumber"),
        code("itemNumber", 20),
        decimal("quantity"),  # Consumption: positive leaves the store; Adjustment: signed; Transfer: positive
        code("unitOfMeasureCode", 10),  # blank: the base unit
        code("locationCode", 10),
        code("newLocationCode", 10),  # Transfer only
        code("accountNumber", 20),
        text("dimensions", 250),  # "CODE=VALUE;CODE=VALUE"
    ),
    key=("requestId", "lineNumber"),
    may_insert=True,
    may_modify=True,
    may_delete=True,
    required=("lineNumber", "itemNumber"),
    indexes=("requestId",),
    parent=("inventoryRequests", "requestId"),
)

INVOICE_LINE_LINKS = EntitySet(
    name="purchaseInvoiceLineLinks",
    entity="purchaseInvoiceLineLink",
    caption="Purch. Inv. Line",
    fields=(
        identity(),
        Field("invoiceId", GUID, read_only=True, computed=True, column="documentId"),
        code("invoiceNumber", 20, ro=True),
        integer("sequence", ro=True),
        code("orderNumber", 20, ro=True),
        integer("orderLineSequence", ro=True),
        code("receiptNumber", 20, ro=True),
        integer("receiptLineSequence", ro=True),
        changed_at(),
        row_version(),
    ),
    key=("invoiceNumber", "sequence"),
    indexes=("invoiceNumber",),
)

ORDER_HEADERS = EntitySet(
    name="purchaseOrderHeaders",
    entity="purchaseOrderHeader",
    caption="Purchase Header",
    fields=(
        identity(),
        text("externalId", 50),  # the sender's own key; taken for ever
        code("number", 20, ro=True),
        code("vendorNumber", 20),
        code("vendorInvoiceNumber", 35),
        date("documentDate"),  # the date of the vendor's document
        date("postingDate"),
        _enum_column("status", PURCHASE_DOCUMENT_STATUS, "documentStatus"),
        stamp(),
        row_version(),
    ),
    key=("number",),
    table="purchaseOrders",
    may_insert=True,
    may_modify=True,
    actions=("release", "reopen"),
)

ORDER_KEYS = EntitySet(
    name="orderKeys",
    entity="orderKey",
    caption="Bridge Order Key",
    fields=(identity(), text("externalId", 50), guid("orderId"), code("orderNumber", 20)),
    key=("externalId",),
)

ORDER_LINKS = EntitySet(
    name="purchaseOrderLinks",
    entity="purchaseOrderLink",
    caption="Purchase Line",
    fields=(
        identity(),
        enum("documentType", PURCHASE_DOCUMENT_TYPE, ro=True),
        code("documentNumber", 20, ro=True),
        integer("sequence", ro=True),
        _enum_column("lineType", PURCHASE_LINE_TYPE, "objectType"),
        code("lineObjectNumber", 20, ro=True),
        decimal("quantity", ro=True),
        code("unitOfMeasureCode", 10, ro=True),
        decimal("receivedQuantity", ro=True),
        decimal("invoicedQuantity", ro=True),
        decimal("receivedNotInvoicedQuantity", ro=True, column="receivedNotInvoiced"),
        code("orderNumber", 20, ro=True),
        integer("orderLineSequence", ro=True),
        code("receiptNumber", 20, ro=True),
        integer("receiptLineSequence", ro=True),
        changed_at(),
        row_version(),
    ),
    key=("documentType", "documentNumber", "sequence"),
    indexes=("documentNumber",),
)

INVOICE_HEADERS = EntitySet(
    name="purchaseInvoiceHeaders",
    entity="purchaseInvoiceHeader",
    caption="Purchase Header",
    fields=(
        identity(),
        code("number", 20, ro=True),
        code("vendorNumber", 20, ro=True),
        code("vendorInvoiceNumber", 35, ro=True),
        date("postingDate", ro=True),
        date("dueDate", ro=True),
        code("onHold", 3, ro=True),
        stamp(),
        row_version(),
    ),
    key=("number",),
    indexes=("number",),
    actions=("setHold", "clearHold"),
)

VENDOR_LEDGER_ENTRIES = EntitySet(
    name="vendorLedgerEntries",
    entity="vendorLedgerEntry",
    caption="Vendor Ledger Entry",
    fields=(
        identity(),
        integer("entryNumber", ro=True),
        code("vendorNumber", 20, ro=True),
        date("postingDate", ro=True),
        enum("documentType", GEN_JOURNAL_DOCUMENT_TYPE, ro=True),
        code("documentNumber", 20, ro=True),
        code("externalDocumentNumber", 35, ro=True),
        code("currencyCode", 10, ro=True),
        decimal("amount", ro=True),
        decimal("remainingAmount", ro=True),
        date("dueDate", ro=True),
        boolean("open", ro=True),
        code("onHold", 3, ro=True),
        stamp(),
        row_version(),
    ),
    key=("entryNumber",),
    indexes=("vendorNumber", "documentNumber", "externalDocumentNumber"),
    actions=("setHold", "clearHold"),
)

RECEIPT_LINE_DETAILS = EntitySet(
    name="receiptLineDetails",
    entity="receiptLineDetail",
    caption="Purch. Rcpt. Line",
    fields=(
        identity(),
        code("receiptNumber", 20, ro=True),
        integer("sequence", ro=True),
        enum("lineType", PURCHASE_LINE_TYPE, ro=True),
        code("lineObjectNumber", 20, ro=True),
        date("postingDate", ro=True),
        Field("vendorShipmentNumber", STRING, 35, is_code=True, read_only=True, computed=True),
        code("orderNumber", 20, ro=True),
        integer("orderLineSequence", ro=True),
        code("locationCode", 10, ro=True),
        code("unitOfMeasureCode", 10, ro=True),
        decimal("quantity", ro=True),
        decimal("invoicedQuantity", ro=True),
        decimal("receivedNotInvoicedQuantity", ro=True, column="receivedNotInvoiced"),
        boolean("correction", ro=True),
        changed_at(),
        row_version(),
    ),
    key=("receiptNumber", "sequence"),
    indexes=("receiptNumber", "orderNumber"),
)

STOCK_BY_LOCATION = EntitySet(
    name="stockByLocation",
    entity="stockByLocation",
    caption="Item Ledger Entry",
    fields=(
        code("itemNumber", 20, ro=True),
        code("variantCode", 10, ro=True),
        code("locationCode", 10, ro=True),
        decimal("quantity", ro=True),
    ),
    key=("itemNumber", "variantCode", "locationCode"),
    indexes=("itemNumber",),
)

POSTING_PERIODS = EntitySet(
    name="postingPeriods",
    entity="postingPeriod",
    caption="Accounting Period",
    fields=(
        identity(),
        date("startingDate", ro=True),
        text("name", 10, ro=True),
        boolean("newFiscalYear", ro=True),
        boolean("closed", ro=True),
        boolean("dateLocked", ro=True),
        stamp(),
        row_version(),
    ),
    key=("startingDate",),
    table="accountingPeriods",
)

DELETED_RECORDS = EntitySet(
    name="deletedRecords",
    entity="deletedRecord",
    caption="Bridge Deleted Record",
    fields=(
        identity(),
        Field("entryNumber", "Edm.Int64", read_only=True),
        integer("tableNumber", ro=True),
        text("tableName", 30, ro=True),
        guid("recordId", ro=True),
        text("recordNumber", 100, ro=True),
        stamp("deletedDateTime"),
        stamp(),
        row_version(),
    ),
    key=("entryNumber",),
    indexes=("recordId",),
)

ITEM_ENTRY_DETAILS = EntitySet(
    name="itemLedgerEntryDetails",
    entity="itemLedgerEntryDetail",
    caption="Item Ledger Entry",
    fields=(
        identity(),
        integer("entryNumber", ro=True),
        code("itemNumber", 20, ro=True),
        code("documentNumber", 20, ro=True),
        code("externalDocumentNumber", 35, ro=True),
        code("locationCode", 10, ro=True),
        code("unitOfMeasureCode", 10, ro=True),
        Field("quantity", DECIMAL, read_only=True),
        Field("reasonCode", STRING, 10, is_code=True, read_only=True, computed=True),
        code("accountNumber", 20, ro=True),
        text("dimensions", 250, ro=True, computed=True),
        Field("orderNumber", STRING, 20, is_code=True, read_only=True, computed=True),
        Field("orderLineSequence", INT, read_only=True, computed=True),
        stamp(),
        row_version(),
    ),
    key=("entryNumber",),
    table="itemLedgerEntries",
)

SETS = (
    ITEM_UNITS,
    RECEIPT_REQUESTS,
    RECEIPT_REQUEST_LINES,
    INVENTORY_REQUESTS,
    INVENTORY_REQUEST_LINES,
    INVOICE_LINE_LINKS,
    ORDER_HEADERS,
    ORDER_LINKS,
    INVOICE_HEADERS,
    VENDOR_LEDGER_ENTRIES,
    RECEIPT_LINE_DETAILS,
    STOCK_BY_LOCATION,
    POSTING_PERIODS,
    DELETED_RECORDS,
    ITEM_ENTRY_DETAILS,
)
