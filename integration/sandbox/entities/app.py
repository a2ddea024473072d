"""The route of the AL app: its pages and fields. The AL source is held to this table."""

from integration.sandbox.entities.declare import (
    DECIMAL,
    EntitySet,
    Enum,
    Field,
    Navigation,
    code,
    date,
    decimal,
    enum,
    guid,
    identity,
    integer,
    stamp,
    text,
)
from integration.sandbox.entities.masters import ITEM_UNITS

PUBLISHER, GROUP, VERSION = "tieout", "bridge", "v1.0"

REQUEST_STATUS = Enum("bridgeRequestStatus", ("New", "Posted", "Failed"))
INVENTORY_KIND = Enum("bridgeInventoryKind", ("Consumption", "Adjustment", "Transfer"))

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
        *_OUTCOME,
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
        guid("invoiceId", ro=True, column="documentId"),
        integer("sequence", ro=True),
        code("orderNumber", 20, ro=True),
        integer("orderLineSequence", ro=True),
        code("receiptNumber", 20, ro=True),
        integer("receiptLineSequence", ro=True),
    ),
    key=("documentId", "sequence"),
    table="purchaseInvoiceLines",
)

ORDER_HEADERS = EntitySet(
    name="purchaseOrderHeaders",
    entity="purchaseOrderHeader",
    caption="Purchase Header",
    fields=(
        identity(),
        code("number", 20, ro=True),
        code("vendorNumber", 20, ro=True),
        code("vendorInvoiceNumber", 35),
        date("documentDate"),  # the date of the vendor's document
        date("postingDate"),
        stamp(),
    ),
    key=("number",),
    table="purchaseOrders",
    may_modify=True,
    actions=("release", "reopen"),
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
        code("reasonCode", 10, ro=True),
        code("accountNumber", 20, ro=True),
        text("dimensions", 250, ro=True),
        code("orderNumber", 20, ro=True),
        integer("orderLineSequence", ro=True),
        stamp(),
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
    ITEM_ENTRY_DETAILS,
)
