"""Which record reads which entity set, and the fields that are asked of it."""

from typing import Any

from integration.bc.reading.documents import (
    PurchaseInvoice,
    PurchaseInvoiceLine,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseReceipt,
    PurchaseReceiptLine,
)
from integration.bc.reading.masters import (
    Account,
    Company,
    Currency,
    Dimension,
    DimensionValue,
    ExchangeRate,
    FixedAsset,
    Item,
    ItemCategory,
    ItemUnit,
    ItemVariant,
    LedgerSetup,
    Location,
    PaymentTerms,
    UnitOfMeasure,
    Vendor,
)
from integration.bc.reading.rows import select_for

RECORDS: dict[str, type[Any]] = {
    "companies": Company,
    "generalLedgerSetup": LedgerSetup,
    "items": Item,
    "vendors": Vendor,
    "itemCategories": ItemCategory,
    "itemVariants": ItemVariant,
    "paymentTerms": PaymentTerms,
    "dimensions": Dimension,
    "dimensionValues": DimensionValue,
    "fixedAssets": FixedAsset,
    "unitsOfMeasure": UnitOfMeasure,
    "accounts": Account,
    "currencies": Currency,
    "currencyExchangeRates": ExchangeRate,
    "locations": Location,
    "purchaseOrders": PurchaseOrder,
    "purchaseOrderLines": PurchaseOrderLine,
    "purchaseReceipts": PurchaseReceipt,
    "purchaseReceiptLines": PurchaseReceiptLine,
    "purchaseInvoices": PurchaseInvoice,
    "purchaseInvoiceLines": PurchaseInvoiceLine,
}
APP_RECORDS: dict[str, type[Any]] = {"itemUnitsOfMeasure": ItemUnit}

SELECTS: dict[str, tuple[str, ...]] = {name: select_for(record) for name, record in RECORDS.items()}
APP_SELECTS: dict[str, tuple[str, ...]] = {name: select_for(record) for name, record in APP_RECORDS.items()}
