"""The shipped mappings of our records to Business Central."""

from __future__ import annotations

from typing import Any

ORDER = "purchase order → BC"
ORDER_LINE = "purchase order line → BC"
INVOICE = "supplier invoice → BC"
INVOICE_LINE = "supplier invoice line → BC"
MOVEMENT = "inventory movement → BC"
MOVEMENT_LINE = "inventory movement line → BC"
ASSET = "asset → BC"


LINE_TYPES, MOVEMENT_KINDS = "line types", "movement kinds"
VALUE_MAPS: dict[str, dict[str, Any]] = {
    LINE_TYPES: {"item": "Item", "account": "Account", "fixed_asset": "Fixed_x0020_Asset"},
    MOVEMENT_KINDS: {"consumption": "Consumption", "adjustment": "Adjustment", "transfer": "Transfer"},
}

# (source, target, transform, parameters, required). BC validates fields in the order received and lets a
# later one overwrite what an earlier one defaulted: keys, then unit, then quantity, then price.
PUSH: dict[str, tuple[str, str, list[tuple[str, str, str, dict[str, Any], bool]]]] = {
    ORDER: (
        "purchase_order",
        "purchaseOrders",
        [
            ("vendor_number", "vendorNumber", "upper", {}, True),
            ("currency", "currencyCode", "upper", {}, False),
            ("order_date", "orderDate", "date", {}, True),
            ("order_date", "postingDate", "date", {}, False),
            ("expected_on", "requestedReceiptDate", "date", {}, False),
        ],
    ),
    ORDER_LINE: (
        "purchase_order.line",
        "purchaseOrderLines",
        [
            ("line", "sequence", "multiply", {"by": 10000}, True),
            ("object_type", "lineType", "value_map", {"map": LINE_TYPES}, True),
            ("object_number", "lineObjectNumber", "upper", {}, True),
            ("description", "description", "text", {"length": 100}, False),
            ("location_id", "locationId", "copy", {}, False),
            ("unit", "unitOfMeasureCode", "upper", {}, False),
            ("quantity", "quantity", "decimal", {"places": 5}, True),
            ("unit_price", "directUnitCost", "decimal", {}, True),
            ("discount_percent", "discountPercent", "decimal", {"places": 5}, False),
            ("expected_on", "expectedReceiptDate", "date", {}, False),
            ("work_order", "description2", "text", {"length": 50}, False),
        ],
    ),
    INVOICE: (
        "supplier_invoice",
        "purchaseInvoices",
        [
            ("vendor_number", "vendorNumber", "upper", {}, True),
            ("currency", "currencyCode", "upper", {}, False),
            ("invoice_date", "invoiceDate", "date", {}, True),
            ("invoice_date", "postingDate", "date", {}, False),
            ("due_on", "dueDate", "date", {}, False),
            ("number", "vendorInvoiceNumber", "text", {"length": 35}, True),
        ],
    ),
    INVOICE_LINE: (
        "supplier_invoice.line",
        "purchaseInvoiceLines",
        [
            ("line", "sequence", "multiply", {"by": 10000}, True),
            ("object_type", "lineType", "value_map", {"map": LINE_TYPES}, True),
            ("object_number", "lineObjectNumber", "upper", {}, True),
            ("description", "description", "text", {"length": 100}, False),
            ("unit", "unitOfMeasureCode", "upper", {}, False),
            ("quantity", "quantity", "decimal", {"places": 5}, True),
            ("unit_price", "unitCost", "decimal", {}, True),
            ("discount", "discountAmount", "decimal", {}, False),
        ],
    ),
    MOVEMENT: (
        "inventory_movement",
        "inventoryRequests",
        [
            ("kind", "kind", "value_map", {"map": MOVEMENT_KINDS}, True),
            ("posted_on", "postingDate", "date", {}, True),
            ("number", "documentNumber", "text", {"length": 20}, True),
            ("work_order", "externalDocumentNumber", "text", {"length": 35}, False),
        ],
    ),
    MOVEMENT_LINE: (
        "inventory_movement.line",
        "inventoryRequestLines",
        [
            ("line", "lineNumber", "multiply", {"by": 10000}, True),
            ("item", "itemNumber", "upper", {}, True),
            ("base_quantity", "quantity", "decimal", {"places": 5}, True),
            ("base_unit", "unitOfMeasureCode", "upper", {}, False),
            ("location", "locationCode", "upper", {}, False),
            ("to_location", "newLocationCode", "upper", {}, False),
            ("account", "accountNumber", "upper", {}, False),
        ],
    ),
    ASSET: (
        "asset_notice",
        "fixedAssets",
        [
            ("number", "number", "upper", {}, True),
            ("description", "displayName", "text", {"length": 100}, False),
            ("serial_number", "serialNumber", "text", {"length": 50}, False),
        ],
    ),
}
