"""The records of orders and receipts with their lines, as couriers read them back; invoices have mappings."""
# ruff: noqa: RUF009 - wire() and nested() make a dataclass field, it is no shared default

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integration.bc.reading.rows import nested, read, wire
from integration.bc.reading.values import (
    as_code,
    as_date,
    as_decimal,
    as_flag,
    as_guid,
    as_int,
    as_line_type,
    as_member,
    as_moment,
    as_text,
)


@dataclass(frozen=True, slots=True)
class PurchaseOrderLine:
    """A line of an order; quantities and costs are in its own unit."""

    id: str = wire("id", as_guid)
    etag: str | None = wire("@odata.etag", as_text, absent=None)
    sequence: int = wire("sequence", as_int)
    line_type: str = wire("lineType", as_line_type)
    object_number: str | None = wire("lineObjectNumber", as_code)
    description: str = wire("description", as_text)
    unit: str | None = wire("unitOfMeasureCode", as_code)
    quantity: Decimal = wire("quantity", as_decimal)
    direct_unit_cost: Decimal = wire("directUnitCost", as_decimal)
    discount_amount: Decimal = wire("discountAmount", as_decimal)
    discount_percent: Decimal = wire("discountPercent", as_decimal)
    tax_code: str | None = wire("taxCode", as_code)
    tax_percent: Decimal = wire("taxPercent", as_decimal)
    net_amount: Decimal = wire("netAmount", as_decimal)
    net_tax_amount: Decimal = wire("netTaxAmount", as_decimal)
    expected_receipt_date: date | None = wire("expectedReceiptDate", as_date)
    received_quantity: Decimal = wire("receivedQuantity", as_decimal)
    invoiced_quantity: Decimal = wire("invoicedQuantity", as_decimal)
    receive_quantity: Decimal = wire("receiveQuantity", as_decimal)
    invoice_quantity: Decimal = wire("invoiceQuantity", as_decimal)
    variant_id: str | None = wire("itemVariantId", as_guid, absent=None)
    location_id: str | None = wire("locationId", as_guid, absent=None)


def as_order_lines(value: Any) -> tuple[PurchaseOrderLine, ...]:
    """The lines read along with an order."""
    return tuple(read(PurchaseOrderLine, row) for row in value)


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """An order. Status "Draft" is open, "In Review" waits for approval, "Open" is released."""

    id: str = wire("id", as_guid)
    etag: str | None = wire("@odata.etag", as_text, absent=None)
    number: str = wire("number", as_text)
    status: str | None = wire("status", as_member)
    order_date: date | None = wire("orderDate", as_date)
    posting_date: date | None = wire("postingDate", as_date)
    requested_receipt_date: date | None = wire("requestedReceiptDate", as_date)
    vendor_id: str | None = wire("vendorId", as_guid)
    vendor_number: str = wire("vendorNumber", as_text)
    vendor_name: str = wire("vendorName", as_text)
    currency: str | None = wire("currencyCode", as_code)
    prices_include_tax: bool = wire("pricesIncludeTax", as_flag)
    discount_amount: Decimal = wire("discountAmount", as_decimal)
    total_excluding_tax: Decimal = wire("totalAmountExcludingTax", as_decimal)
    total_tax: Decimal = wire("totalTaxAmount", as_decimal)
    total_including_tax: Decimal = wire("totalAmountIncludingTax", as_decimal)
    is_fully_received: bool = wire("fullyReceived", as_flag)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)
    lines: tuple[PurchaseOrderLine, ...] = nested("purchaseOrderLines", as_order_lines)


@dataclass(frozen=True, slots=True)
class PurchaseReceiptLine:
    """A posted receipt line; its sequence is that of the order line it came from."""

    id: str = wire("id", as_guid)
    document_id: str | None = wire("documentId", as_guid)
    sequence: int = wire("sequence", as_int)
    line_type: str = wire("lineType", as_line_type)
    object_number: str | None = wire("lineObjectNumber", as_code)
    description: str = wire("description", as_text)
    unit: str | None = wire("unitOfMeasureCode", as_code)
    unit_cost: Decimal = wire("unitCost", as_decimal)
    quantity: Decimal = wire("quantity", as_decimal)


def as_receipt_lines(value: Any) -> tuple[PurchaseReceiptLine, ...]:
    """The lines read along with a receipt."""
    return tuple(read(PurchaseReceiptLine, row) for row in value)


@dataclass(frozen=True, slots=True)
class PurchaseReceipt:
    """A posted receipt; the order's number is its only link."""

    id: str = wire("id", as_guid)
    number: str = wire("number", as_text)
    order_number: str | None = wire("orderNumber", as_code, absent=None)
    posting_date: date | None = wire("postingDate", as_date)
    vendor_number: str = wire("vendorNumber", as_text)
    vendor_name: str = wire("vendorName", as_text)
    currency: str | None = wire("currencyCode", as_code)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)
    lines: tuple[PurchaseReceiptLine, ...] = nested("purchaseReceiptLines", as_receipt_lines)
