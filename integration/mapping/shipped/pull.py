"""The shipped mappings of what Business Central tells: its lists to our mirrors, and its invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Rows = Sequence[Sequence[Any]]

BLOCKED = "vendor blocked"
VALUE_MAPS: dict[str, dict[str, Any]] = {
    BLOCKED: {"_x0020_": "", " ": "", "Payment": "payment", "All": "all"},
}
NUMBERED: Rows = (
    ("number", "number", "text", {}, True),
    ("displayName", "name", "text", {}, False),
)
CODED: Rows = (
    ("code", "code", "text", {}, True),
    ("displayName", "name", "text", {}, False),
)

# What of an invoice's choices matters here; whatever else BC has is posted, or bills something else. A choice
# may come with its space written out or not.
DRAFTS = ("Draft", "In_x0020_Review", "In Review", "_x0020_", " ")
STATES = {"values": dict.fromkeys(DRAFTS, "draft"), "otherwise": "posted"}
COMMENTS = ("Comment", "_x0020_", " ")
KINDS = {"values": {"Item": "item"} | dict.fromkeys(COMMENTS, "comment"), "otherwise": "other"}
NONE = {"default": "_x0020_"}

# By our name of a list: BC's entity set, and (source, target, transform, parameters, required, more).
# Every list is read with its id and the moment of its last change; these are no matter of a mapping.
PULL: Mapping[str, tuple[str, Rows]] = {
    "units": (
        "unitsOfMeasure",
        (*CODED, ("internationalStandardCode", "international_code", "code", {}, False)),
    ),
    "currencies": (
        "currencies",
        (
            *CODED,
            ("amountDecimalPlaces", "decimal_places", "text", {}, False),
            ("amountRoundingPrecision", "rounding_precision", "decimal", {}, True),
        ),
    ),
    "exchange-rates": (
        "currencyExchangeRates",
        (
            ("currencyCode", "currency", "text", {}, False),
            ("startingDate", "starting_date", "bc_day", {}, False),
            ("exchangeRateAmount", "exchange_amount", "decimal", {}, True),
            ("relationalExchangeRateAmount", "relational_amount", "decimal", {}, True),
            ("relationalCurrencyCode", "relational_currency", "code", {}, False),
        ),
    ),
    "locations": ("locations", CODED),
    "dimensions": ("dimensions", CODED),
    "dimension-values": (
        "dimensionValues",
        (*CODED, ("dimensionId", "dimension", "bc_id", {}, False)),
    ),
    "accounts": (
        "accounts",
        (
            *NUMBERED,
            ("category", "category", "bc_choice", {}, False),
            ("accountType", "type", "bc_choice", {}, False),
            ("directPosting", "direct_posting", "boolean", {}, True),
            ("blocked", "blocked", "boolean", {}, True),
        ),
    ),
    "fixed-assets": (
        "fixedAssets",
        (
            *NUMBERED,
            ("classCode", "class_code", "code", {}, False),
            ("subclassCode", "subclass_code", "code", {}, False),
            ("fixedAssetLocationCode", "location", "code", {}, False),
            ("serialNumber", "serial_number", "text", {}, False),
            ("underMaintenance", "under_maintenance", "boolean", {}, True),
            ("blocked", "blocked", "boolean", {}, True),
        ),
    ),
    "payment-terms": (
        "paymentTerms",
        (
            *CODED,
            ("dueDateCalculation", "due_date_formula", "text", {}, False),
            ("discountDateCalculation", "discount_date_formula", "text", {}, False),
            ("discountPercent", "discount_percent", "decimal", {}, True),
        ),
    ),
    "vendors": (
        "vendors",
        (
            *NUMBERED,
            ("currencyCode", "currency", "code", {}, False),
            ("paymentTermsId", "payment_terms", "bc_id", {}, False),
            ("blocked", "blocked", "value_map", {"map": BLOCKED}, False),
        ),
    ),
    "item-categories": ("itemCategories", CODED),
    "items": (
        "items",
        (
            *NUMBERED,
            ("type", "type", "bc_choice", {}, False),
            ("baseUnitOfMeasureCode", "base_unit", "code", {}, False),
            ("itemCategoryCode", "category", "code", {}, False),
            ("unitCost", "unit_cost", "decimal", {}, True),
            ("blocked", "blocked", "boolean", {}, True),
        ),
    ),
    "item-variants": (
        "itemVariants",
        (
            ("itemNumber", "item_number", "text", {}, True),
            ("code", "code", "text", {}, True),
            ("description", "name", "text", {}, False),
        ),
    ),
    "item-units": (
        "itemUnitsOfMeasure",
        (
            ("itemNumber", "item_number", "text", {}, True),
            ("code", "unit", "text", {}, True),
            ("qtyPerUnitOfMeasure", "per_base", "decimal", {}, True),
            ("qtyRoundingPrecision", "rounding_precision", "decimal", {}, False, {"default": "0"}),
        ),
    ),
    "invoices": (
        "purchaseInvoices",
        (
            ("number", "bc_number", "text", {}, True),
            ("vendorInvoiceNumber", "number", "code", {}, False),
            ("status", "state", "value_map", STATES, True, NONE),
            ("vendorNumber", "vendor_number", "text", {}, False),
            ("vendorName", "vendor_name", "text", {}, False),
            ("currencyCode", "currency", "code", {}, False),
            ("invoiceDate", "invoice_date", "bc_day", {}, False),
            ("dueDate", "due_on", "bc_day", {}, False),
            ("orderNumber", "order_number", "code", {}, False),
            ("pricesIncludeTax", "prices_include_tax", "boolean", {}, True),
            ("totalAmountExcludingTax", "net", "decimal", {}, True),
            ("totalTaxAmount", "tax", "decimal", {}, True),
            ("totalAmountIncludingTax", "total", "decimal", {}, True),
        ),
    ),
    "invoice-lines": (
        "purchaseInvoiceLines",
        (
            ("sequence", "sequence", "decimal", {}, True),
            ("description", "description", "text", {}, False),
            ("lineType", "kind", "value_map", KINDS, True, NONE),
            ("lineObjectNumber", "object_number", "code", {}, False),
            ("unitOfMeasureCode", "unit", "code", {}, False),
            ("quantity", "quantity", "decimal", {}, True),
            ("unitCost", "unit_price", "decimal", {}, True),
            ("discountAmount", "discount", "decimal", {}, True),
            ("invoiceDiscountAllocation", "invoice_discount", "decimal", {}, True),
            ("taxPercent", "tax_percent", "decimal", {}, True),
            ("netAmount", "amount", "decimal", {}, True),
            ("netTaxAmount", "tax", "decimal", {}, True),
        ),
    ),
}
