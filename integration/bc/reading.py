"""Read Business Central's entities into records: each field says BC's name for it and how it is read.

BC has no null: an absent date is 0001-01-01, an absent id all zeros, an absent choice a blank, an absent
text "". Dates, ids, choices and codes come out as None then; free text stays "". Unknown fields are ignored,
because BC adds some in every update; a used field that is missing is our fault and named.
"""
# ruff: noqa: RUF009 - wire() and nested() make a dataclass field, it is no shared default

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar

from integration.bc.odata import NULL_DATE, NULL_GUID, unescape_member
from integration.errors import ProgramError

Record = TypeVar("Record")
REQUIRED: Any = object()


def as_text(value: Any) -> str:
    """Free text as it is."""
    return str(value)


def as_code(value: Any) -> str | None:
    """A code or number; blank means none."""
    return str(value).strip() or None


def as_guid(value: Any) -> str | None:
    """An id; all zeros means none."""
    lowered = str(value).lower()
    return None if lowered in ("", NULL_GUID) else lowered


def as_member(value: Any) -> str | None:
    """A choice in BC's words; blank means none."""
    return unescape_member(str(value)) or None


def as_line_type(value: Any) -> str:
    """A kind of line. Receipts have other words for it than orders and invoices; here there is one set."""
    words = as_member(value) or "Comment"
    return {"G/L Account": "Account", "Charge (Item)": "Charge"}.get(words, words)


def as_decimal(value: Any) -> Decimal:
    """An amount or quantity, exact."""
    if isinstance(value, float | bool):
        raise TypeError("an exact number was expected")
    return Decimal(value)


def as_int(value: Any) -> int:
    """A count; the documented samples write some as text."""
    return int(value)


def as_flag(value: Any) -> bool:
    """A flag."""
    if not isinstance(value, bool):
        raise TypeError("true or false was expected")
    return value


def as_date(value: Any) -> date | None:
    """A date; 0001-01-01 means none."""
    written = str(value)[:10]
    return None if written in ("", NULL_DATE) else date.fromisoformat(written)


def as_moment(value: Any) -> datetime | None:
    """A moment in UTC; the year 1 means none."""
    written = str(value)
    if not written or written.startswith(NULL_DATE):
        return None
    read_at = datetime.fromisoformat(written)
    if read_at.tzinfo is UTC:
        return read_at
    return read_at.replace(tzinfo=UTC) if read_at.tzinfo is None else read_at.astimezone(UTC)


def as_decimal_places(value: Any) -> int | None:
    """The most decimals of an amount: BC writes "2:2", the fewest and the most."""
    most = str(value).rpartition(":")[2]
    return int(most) if most else None


def wire(name: str, convert: Callable[[Any], Any], *, absent: Any = REQUIRED) -> Any:
    """Declare a record's field: BC's name, how it is read, and what it is where a version lacks it."""
    return _field(name, convert, absent=absent, is_nested=False)


def nested(name: str, convert: Callable[[Any], Any]) -> Any:
    """Declare a record's lines: entities of their own, there only when they were read along ($expand)."""
    return _field(name, convert, absent=(), is_nested=True)


def _field(name: str, convert: Callable[[Any], Any], *, absent: Any, is_nested: bool) -> Any:
    told = {"name": name, "convert": convert, "absent": absent, "is_nested": is_nested}
    return dataclasses.field(metadata=told)


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the environment."""

    id: str = wire("id", as_guid)
    name: str = wire("name", as_text)
    display_name: str = wire("displayName", as_text)


@dataclass(frozen=True, slots=True)
class LedgerSetup:
    """The company's own currency and its open period; `currencies` need not list that currency."""

    local_currency: str | None = wire("localCurrencyCode", as_code)
    posting_from: date | None = wire("allowPostingFrom", as_date)
    posting_to: date | None = wire("allowPostingTo", as_date)


@dataclass(frozen=True, slots=True)
class Item:
    """An item card. Its purchasing block and its purchase unit are not in the API."""

    id: str = wire("id", as_guid)
    number: str = wire("number", as_text)
    display_name: str = wire("displayName", as_text)
    type: str | None = wire("type", as_member)
    category: str | None = wire("itemCategoryCode", as_code)
    is_blocked: bool = wire("blocked", as_flag)
    gtin: str | None = wire("gtin", as_code)
    base_unit: str | None = wire("baseUnitOfMeasureCode", as_code)
    unit_cost: Decimal = wire("unitCost", as_decimal)
    unit_price: Decimal = wire("unitPrice", as_decimal)
    tax_group: str | None = wire("taxGroupCode", as_code)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor card; blocked is None, "Payment" or "All"."""

    id: str = wire("id", as_guid)
    number: str = wire("number", as_text)
    display_name: str = wire("displayName", as_text)
    address_line1: str = wire("addressLine1", as_text)
    address_line2: str = wire("addressLine2", as_text)
    city: str = wire("city", as_text)
    postal_code: str = wire("postalCode", as_text)
    country: str | None = wire("country", as_code)
    email: str = wire("email", as_text)
    phone_number: str = wire("phoneNumber", as_text)
    tax_registration_number: str = wire("taxRegistrationNumber", as_text)
    currency: str | None = wire("currencyCode", as_code)
    payment_terms_id: str | None = wire("paymentTermsId", as_guid)
    blocked: str | None = wire("blocked", as_member)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class ItemCategory:
    """A group of items."""

    id: str = wire("id", as_guid)
    code: str = wire("code", as_text)
    display_name: str = wire("displayName", as_text)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class ItemVariant:
    """One execution of an item."""

    id: str = wire("id", as_guid)
    item_number: str = wire("itemNumber", as_text)
    code: str = wire("code", as_text)
    description: str = wire("description", as_text)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """When an invoice is due; the times are formulas."""

    id: str = wire("id", as_guid)
    code: str = wire("code", as_text)
    display_name: str = wire("displayName", as_text)
    due_date_formula: str = wire("dueDateCalculation", as_text)
    discount_date_formula: str = wire("discountDateCalculation", as_text)
    discount_percent: Decimal = wire("discountPercent", as_decimal)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class Dimension:
    """What amounts are told apart by."""

    id: str = wire("id", as_guid)
    code: str = wire("code", as_text)
    display_name: str = wire("displayName", as_text)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """One value of a dimension, which it names by id."""

    id: str = wire("id", as_guid)
    code: str = wire("code", as_text)
    dimension_id: str | None = wire("dimensionId", as_guid)
    display_name: str = wire("displayName", as_text)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class FixedAsset:
    """A fixed asset's card."""

    id: str = wire("id", as_guid)
    number: str = wire("number", as_text)
    display_name: str = wire("displayName", as_text)
    location: str | None = wire("fixedAssetLocationCode", as_code)
    class_code: str | None = wire("classCode", as_code)
    subclass_code: str | None = wire("subclassCode", as_code)
    is_blocked: bool = wire("blocked", as_flag)
    serial_number: str = wire("serialNumber", as_text)
    is_under_maintenance: bool = wire("underMaintenance", as_flag)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class UnitOfMeasure:
    """A unit, with its UNECE code where BC holds one."""

    id: str = wire("id", as_guid)
    code: str = wire("code", as_text)
    display_name: str = wire("displayName", as_text)
    international_code: str | None = wire("internationalStandardCode", as_code)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class ItemUnit:
    """How many base units one unit of an item holds; only the Tieout app shows it."""

    id: str = wire("id", as_guid)
    item_number: str = wire("itemNumber", as_text)
    code: str = wire("code", as_text)
    quantity_per_unit: Decimal = wire("qtyPerUnitOfMeasure", as_decimal)
    rounding_precision: Decimal | None = wire("qtyRoundingPrecision", as_decimal, absent=None)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment, absent=None)


@dataclass(frozen=True, slots=True)
class Account:
    """A G/L account."""

    id: str = wire("id", as_guid)
    number: str = wire("number", as_text)
    display_name: str = wire("displayName", as_text)
    category: str | None = wire("category", as_member)
    sub_category: str = wire("subCategory", as_text)
    account_type: str | None = wire("accountType", as_member)
    allows_direct_posting: bool = wire("directPosting", as_flag)
    is_blocked: bool = wire("blocked", as_flag)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)

    @property
    def takes_postings(self) -> bool:
        """Whether a document may be posted to it."""
        return self.account_type == "Posting" and self.allows_direct_posting and not self.is_blocked


@dataclass(frozen=True, slots=True)
class Currency:
    """A foreign currency."""

    id: str = wire("id", as_guid)
    code: str = wire("code", as_text)
    display_name: str = wire("displayName", as_text)
    symbol: str = wire("symbol", as_text)
    decimal_places: int | None = wire("amountDecimalPlaces", as_decimal_places)
    rounding_precision: Decimal = wire("amountRoundingPrecision", as_decimal)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """A rate from a day on: local = amount ÷ exchange_amount × relational_amount."""

    id: str = wire("id", as_guid)
    currency: str = wire("currencyCode", as_text)
    starting_date: date | None = wire("startingDate", as_date)
    exchange_amount: Decimal = wire("exchangeRateAmount", as_decimal)
    relational_currency: str | None = wire("relationalCurrencyCode", as_code)
    relational_amount: Decimal = wire("relationalExchangeRateAmount", as_decimal)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)


@dataclass(frozen=True, slots=True)
class Location:
    """A location. Whether it works with warehouse documents is not in the API."""

    id: str = wire("id", as_guid)
    code: str = wire("code", as_text)
    display_name: str = wire("displayName", as_text)
    city: str = wire("city", as_text)
    country: str | None = wire("country", as_code)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment, absent=None)


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


@dataclass(frozen=True, slots=True)
class PurchaseInvoiceLine:
    """A line of an invoice; linked to the order line by sequence, if the invoice was made from the order."""

    id: str = wire("id", as_guid)
    etag: str | None = wire("@odata.etag", as_text, absent=None)
    document_id: str | None = wire("documentId", as_guid)
    sequence: int = wire("sequence", as_int)
    line_type: str = wire("lineType", as_line_type)
    object_number: str | None = wire("lineObjectNumber", as_code)
    description: str = wire("description", as_text)
    unit: str | None = wire("unitOfMeasureCode", as_code)
    unit_cost: Decimal = wire("unitCost", as_decimal)
    quantity: Decimal = wire("quantity", as_decimal)
    discount_amount: Decimal = wire("discountAmount", as_decimal)
    discount_percent: Decimal = wire("discountPercent", as_decimal)
    tax_code: str | None = wire("taxCode", as_code)
    tax_percent: Decimal = wire("taxPercent", as_decimal)
    invoice_discount: Decimal = wire("invoiceDiscountAllocation", as_decimal)
    net_amount: Decimal = wire("netAmount", as_decimal)
    net_tax_amount: Decimal = wire("netTaxAmount", as_decimal)
    net_amount_including_tax: Decimal = wire("netAmountIncludingTax", as_decimal)
    variant_id: str | None = wire("itemVariantId", as_guid, absent=None)
    location_id: str | None = wire("locationId", as_guid, absent=None)


def as_invoice_lines(value: Any) -> tuple[PurchaseInvoiceLine, ...]:
    """The lines read along with an invoice."""
    return tuple(read(PurchaseInvoiceLine, row) for row in value)


@dataclass(frozen=True, slots=True)
class PurchaseInvoice:
    """A draft or posted invoice. Its id survives posting, its number does not."""

    id: str = wire("id", as_guid)
    etag: str | None = wire("@odata.etag", as_text, absent=None)
    number: str = wire("number", as_text)
    status: str | None = wire("status", as_member)
    vendor_invoice_number: str | None = wire("vendorInvoiceNumber", as_code)
    invoice_date: date | None = wire("invoiceDate", as_date)
    posting_date: date | None = wire("postingDate", as_date)
    due_date: date | None = wire("dueDate", as_date)
    vendor_id: str | None = wire("vendorId", as_guid)
    vendor_number: str = wire("vendorNumber", as_text)
    vendor_name: str = wire("vendorName", as_text)
    currency: str | None = wire("currencyCode", as_code)
    order_id: str | None = wire("orderId", as_guid, absent=None)
    order_number: str | None = wire("orderNumber", as_code, absent=None)
    prices_include_tax: bool = wire("pricesIncludeTax", as_flag)
    discount_amount: Decimal = wire("discountAmount", as_decimal)
    total_excluding_tax: Decimal = wire("totalAmountExcludingTax", as_decimal)
    total_tax: Decimal = wire("totalTaxAmount", as_decimal)
    total_including_tax: Decimal = wire("totalAmountIncludingTax", as_decimal)
    modified_at: datetime | None = wire("lastModifiedDateTime", as_moment)
    lines: tuple[PurchaseInvoiceLine, ...] = nested("purchaseInvoiceLines", as_invoice_lines)

    @property
    def is_posted(self) -> bool:
        """Whether it can no longer be changed."""
        return self.status not in (None, "Draft", "In Review")


def read(record: type[Record], row: Mapping[str, Any]) -> Record:
    """Read one entity; raise ProgramError naming the field that is missing or has the wrong form."""
    plan = _plan(record)  # type: ignore[arg-type]  # classes are hashable
    try:
        return record(*[convert(row[name]) for name, convert, _ in plan])
    except (KeyError, ValueError, TypeError, InvalidOperation):
        return _read_field_by_field(record, row)


def _read_field_by_field(record: type[Record], row: Mapping[str, Any]) -> Record:
    """Put in what an older version lacks, or name the field that is wrong; in the usual case nobody looks."""
    values = []
    for name, convert, absent in _plan(record):  # type: ignore[arg-type]  # classes are hashable
        if name not in row:
            if absent is REQUIRED:
                raise ProgramError(
                    f"{record.__name__} came without {name}: it was not selected, or BC dropped it."
                )
            values.append(absent)
            continue
        try:
            values.append(convert(row[name]))
        except (ValueError, TypeError, InvalidOperation) as exc:
            raise ProgramError(f"{record.__name__} came with a {name} that cannot be read: {exc}.") from exc
    return record(*values)


def select_for(record: type[Any]) -> tuple[str, ...]:
    """Return BC's names of the fields a record uses, for $select."""
    return tuple(
        each.metadata["name"]
        for each in dataclasses.fields(record)
        if not each.metadata["name"].startswith("@") and not each.metadata["is_nested"]
    )


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


@cache
def _plan(record: type[Any]) -> Sequence[tuple[str, Callable[[Any], Any], Any]]:
    return [
        (each.metadata["name"], each.metadata["convert"], each.metadata["absent"])
        for each in dataclasses.fields(record)
    ]


SELECTS: dict[str, tuple[str, ...]] = {name: select_for(record) for name, record in RECORDS.items()}
APP_SELECTS: dict[str, tuple[str, ...]] = {name: select_for(record) for name, record in APP_RECORDS.items()}
