"""The item ledger: what posting writes and nobody changes."""

from integration.sandbox.entities.declare import (
    EntitySet,
    code,
    date,
    decimal,
    enum,
    hidden,
    identity,
    integer,
    stamp,
    text,
)
from integration.sandbox.entities.enums import (
    ENTRY_DOCUMENT_TYPE,
    ENTRY_TYPE,
    SOURCE_TYPE,
)

ITEM_LEDGER_ENTRIES = EntitySet(
    name="itemLedgerEntries",
    entity="itemLedgerEntry",
    caption="Item Ledger Entry",
    fields=(
        identity(),
        integer("entryNumber", ro=True),
        code("itemNumber", 20, ro=True),
        date("postingDate", ro=True),
        enum("entryType", ENTRY_TYPE, ro=True),
        code("sourceNumber", 20, ro=True),
        enum("sourceType", SOURCE_TYPE, ro=True),
        code("documentNumber", 20, ro=True),
        enum("documentType", ENTRY_DOCUMENT_TYPE, ro=True),
        text("description", 100, ro=True),
        decimal("quantity", ro=True),
        decimal("salesAmountActual", ro=True),
        decimal("costAmountActual", ro=True),
        stamp(),
        hidden(code("externalDocumentNumber", 35)),
        hidden(code("locationCode", 10)),
        hidden(code("unitOfMeasureCode", 10)),
        hidden(code("lotNumber", 50)),
        hidden(code("reasonCode", 10)),
        hidden(code("accountNumber", 20)),
        hidden(text("dimensions", 250)),
        hidden(code("orderNumber", 20)),
        hidden(integer("orderLineSequence")),
    ),
    key=("entryNumber",),
    indexes=("entryNumber", "itemNumber", "documentNumber", "externalDocumentNumber"),
)

SETS = (ITEM_LEDGER_ENTRIES,)
