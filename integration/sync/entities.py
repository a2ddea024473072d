"""What is mirrored: for each entity, where BC keeps it and how its record becomes a row of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from integration.bc import reading
from masterdata.models import (
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
    Location,
    Mirror,
    PaymentTerms,
    Unit,
    Vendor,
)
from masterdata.upsert import Pulled, Value

Row = Mapping[str, Any]

BLOCKED = {"Payment": Vendor.Blocked.PAYMENT, "All": Vendor.Blocked.ALL}


class Unusable(ValueError):  # noqa: N818 - it reads as a sentence where it is raised
    """BC's record makes no sense here; the message says why and what to do."""


class UnknownEntity(ValueError):  # noqa: N818
    """There is nothing of that name to pull."""


@dataclass(frozen=True)
class Link:
    """A field of a row that names a record of another list; without that record the row waits."""

    field: str
    to: str
    key: str = "code"
    noun: str = ""
    is_id: bool = False
    """BC names the record by its id; the row gets the key."""
    is_part: bool = False
    """The row belongs to that record: where a filter leaves it out, the row is left out with it."""


@dataclass(frozen=True)
class Entity:
    """One mirrored list."""

    name: str
    entity_set: str
    model: type[Mirror]
    pulled: Callable[[Row, Company], Pulled]
    links: tuple[Link, ...] = ()
    known_by: tuple[str, str] = ("number", "number")
    """What people call a record by: BC's field and ours."""
    needs_app: bool = False
    bears_on_invoices: bool = False
    """Matching reads it: what changes here may clear an exception, or open one."""

    @property
    def id_fields(self) -> frozenset[str]:
        """The fields in which BC tells the id of another record."""
        return frozenset(link.field for link in self.links if link.is_id)

    @property
    def select(self) -> tuple[str, ...]:
        return (reading.APP_SELECTS if self.needs_app else reading.SELECTS)[self.entity_set]


def unit(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.UnitOfMeasure, row)
    return _pulled(
        record.id,
        record.modified_at,
        code=record.code,
        name=record.display_name,
        international_code=record.international_code or "",
    )


def item(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.Item, row)
    return _pulled(
        record.id,
        record.modified_at,
        number=record.number,
        name=record.display_name,
        type=record.type or "",
        base_unit=record.base_unit or "",
        category=record.category or "",
        unit_cost=record.unit_cost,
        blocked=record.is_blocked,
    )


def item_unit(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.ItemUnit, row)
    if record.quantity_per_unit <= 0:
        raise Unusable(
            f"One {record.code} of item {record.item_number} holds {record.quantity_per_unit} base units. "
            "Correct the item unit in Business Central."
        )
    return _pulled(
        record.id,
        record.modified_at,
        item_number=record.item_number,
        unit=record.code,
        per_base=record.quantity_per_unit,
        rounding_precision=record.rounding_precision or 0,
    )


def vendor(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.Vendor, row)
    return _pulled(
        record.id,
        record.modified_at,
        number=record.number,
        name=record.display_name,
        currency=record.currency or company.ledger_currency,
        payment_terms=record.payment_terms_id or "",
        blocked=BLOCKED.get(record.blocked or "", Vendor.Blocked.NO).value,
    )


def account(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.Account, row)
    return _pulled(
        record.id,
        record.modified_at,
        number=record.number,
        name=record.display_name,
        category=record.category or "",
        type=record.account_type or "",
        direct_posting=record.allows_direct_posting,
        blocked=record.is_blocked,
    )


def currency(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.Currency, row)
    return _pulled(
        record.id,
        record.modified_at,
        code=record.code,
        name=record.display_name,
        decimal_places=str(row["amountDecimalPlaces"]),  # least and most; the record keeps the most only
        rounding_precision=record.rounding_precision,
    )


def exchange_rate(row: Row, company: Company) -> Pulled:
    """BC leaves its local currency blank, and may write its code all the same; here it is always blank."""
    record = reading.read(reading.ExchangeRate, row)
    if record.starting_date is None:
        raise Unusable("It has no starting date. Correct the exchange rate in Business Central.")
    if record.exchange_amount <= 0 or record.relational_amount <= 0:
        raise Unusable(
            f"{record.exchange_amount} {record.currency} for {record.relational_amount} is no rate. "
            "Correct the exchange rate in Business Central."
        )
    other = record.relational_currency or ""
    return _pulled(
        record.id,
        record.modified_at,
        currency=record.currency or company.ledger_currency,
        starting_date=record.starting_date,
        exchange_amount=record.exchange_amount,
        relational_amount=record.relational_amount,
        relational_currency="" if other == company.ledger_currency else other,
    )


def location(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.Location, row)
    return _pulled(record.id, record.modified_at, code=record.code, name=record.display_name)


def item_category(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.ItemCategory, row)
    return _pulled(record.id, record.modified_at, code=record.code, name=record.display_name)


def item_variant(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.ItemVariant, row)
    return _pulled(
        record.id,
        record.modified_at,
        item_number=record.item_number,
        code=record.code,
        name=record.description,
    )


def payment_terms(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.PaymentTerms, row)
    return _pulled(
        record.id,
        record.modified_at,
        code=record.code,
        name=record.display_name,
        due_date_formula=record.due_date_formula,
        discount_date_formula=record.discount_date_formula,
        discount_percent=record.discount_percent,
    )


def dimension(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.Dimension, row)
    return _pulled(record.id, record.modified_at, code=record.code, name=record.display_name)


def dimension_value(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.DimensionValue, row)
    return _pulled(
        record.id,
        record.modified_at,
        dimension=record.dimension_id or "",
        code=record.code,
        name=record.display_name,
    )


def fixed_asset(row: Row, company: Company) -> Pulled:
    record = reading.read(reading.FixedAsset, row)
    return _pulled(
        record.id,
        record.modified_at,
        number=record.number,
        name=record.display_name,
        class_code=record.class_code or "",
        subclass_code=record.subclass_code or "",
        location=record.location or "",
        serial_number=record.serial_number,
        under_maintenance=record.is_under_maintenance,
        blocked=record.is_blocked,
    )


UNIT = "unit of measure"
CODE = ("code", "code")
ITEM = ("itemNumber", "item_number")
OF_ITEM = Link("item_number", "items", "number", "item", is_part=True)

ENTITIES = {
    each.name: each
    for each in (
        Entity("units", "unitsOfMeasure", Unit, unit, known_by=CODE),
        Entity("currencies", "currencies", Currency, currency, known_by=CODE),
        Entity(
            "exchange-rates",
            "currencyExchangeRates",
            ExchangeRate,
            exchange_rate,
            links=(Link("currency", "currencies", noun="currency"),),
            known_by=("currencyCode", "currency"),
            bears_on_invoices=True,
        ),
        Entity("locations", "locations", Location, location, known_by=CODE),
        Entity("dimensions", "dimensions", Dimension, dimension, known_by=CODE),
        Entity(
            "dimension-values",
            "dimensionValues",
            DimensionValue,
            dimension_value,
            links=(Link("dimension", "dimensions", noun="dimension", is_id=True, is_part=True),),
            known_by=CODE,
        ),
        Entity("accounts", "accounts", Account, account),
        Entity("fixed-assets", "fixedAssets", FixedAsset, fixed_asset),
        Entity("payment-terms", "paymentTerms", PaymentTerms, payment_terms, known_by=CODE),
        Entity(
            "vendors",
            "vendors",
            Vendor,
            vendor,
            links=(
                Link("currency", "currencies", noun="currency"),
                Link("payment_terms", "payment-terms", noun="payment terms", is_id=True),
            ),
            bears_on_invoices=True,
        ),
        Entity("item-categories", "itemCategories", ItemCategory, item_category, known_by=CODE),
        Entity(
            "items",
            "items",
            Item,
            item,
            links=(
                Link("base_unit", "units", noun=UNIT),
                Link("category", "item-categories", noun="item category"),
            ),
            bears_on_invoices=True,
        ),
        Entity("item-variants", "itemVariants", ItemVariant, item_variant, links=(OF_ITEM,), known_by=ITEM),
        Entity(
            "item-units",
            "itemUnitsOfMeasure",
            ItemUnit,
            item_unit,
            links=(OF_ITEM, Link("unit", "units", noun=UNIT)),
            known_by=ITEM,
            needs_app=True,
            bears_on_invoices=True,
        ),
    )
}  # in the order of a pull of all: what is named comes before what names it


PARTS = {
    name: [each.name for each in ENTITIES.values() for link in each.links if link.is_part and link.to == name]
    for name in ENTITIES
}


def _pulled(bc_id: str, modified_at: datetime | None, **values: Value) -> Pulled:
    return Pulled(UUID(bc_id), modified_at, values)
