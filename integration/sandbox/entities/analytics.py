"""API queries of Microsoft's Power BI Reports app: read only, without ids of their own.

Only the columns that a bridge reads; the app has more.
"""

from integration.sandbox.entities.declare import DECIMAL, EntitySet, Field, code, date, integer

ITEM_LEDGER_ENTRIES = EntitySet(
    name="itemLedgerEntries",
    entity="itemLedgerEntry",
    caption="Item Ledger Entry",
    fields=(
        integer("entryNo", ro=True, column="entryNumber"),
        code("itemNo", 20, ro=True, column="itemNumber"),
        date("postingDate", ro=True),
        code("documentNo", 20, ro=True, column="documentNumber"),
        code("locationCode", 10, ro=True),
        code("unitOfMeasureCode", 10, ro=True),
        code("lotNo", 50, ro=True, column="lotNumber"),
        Field("quantity", DECIMAL, read_only=True),
    ),
    key=("entryNumber",),
    table="itemLedgerEntries",
)

PURCHASE_LINES = EntitySet(
    name="purchaseLines",
    entity="purchaseLine",
    caption="Purchase Line",
    fields=(
        code("orderNo", 20, ro=True, column="orderNumber"),
        integer("lineNo", ro=True, column="sequence"),
        Field("quantity", DECIMAL, read_only=True),
        Field("qtyReceived", DECIMAL, read_only=True, column="receivedQuantity"),
        Field("quantityInvoiced", DECIMAL, read_only=True, column="invoicedQuantity"),
        Field("qtyRcdNotInvd", DECIMAL, read_only=True, column="receivedNotInvoiced"),
    ),
    key=("documentId", "sequence"),
    table="purchaseOrderLines",
)

SETS = (ITEM_LEDGER_ENTRIES, PURCHASE_LINES)
