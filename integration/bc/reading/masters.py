"""The records of masters: what BC owns and we mirror."""
# ruff: noqa: RUF009 - wire() and nested() make a dataclass field, it is no shared default

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from integration.bc.reading.rows import wire
from integration.bc.reading.values import (
    as_code,
    as_date,
    as_decimal,
    as_flag,
    as_guid,
    as_member,
    as_moment,
    as_text,
)


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
    base_unit: str | None = wire("baseUnitOfMeasureCode", as_code)
    unit_cost: Decimal = wire("unitCost", as_decimal)
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
    decimal_places: str = wire("amountDecimalPlaces", as_text)
    """The fewest and the most, for example 2:2."""
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
