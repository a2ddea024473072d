"""What is mirrored: for each entity, where BC keeps it and how its record becomes a row of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integration.bc import reading
from masterdata.batch import Batch
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

Row = Mapping[str, Any]
Values = dict[str, list[Any]]
"""The mirror's own fields by name, each as a column."""
Wrong = Iterator[tuple[int, str]]
"""Records that make no sense here, by their place: why, and what to do."""

BLOCKED = {"Payment": Vendor.Blocked.PAYMENT, "All": Vendor.Blocked.ALL}


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
    values: Callable[[reading.Columns, Company], Values]
    links: tuple[Link, ...] = ()
    unusable: Callable[[reading.Columns], Wrong] | None = None
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
    def record(self) -> type[Any]:
        return (reading.APP_RECORDS if self.needs_app else reading.RECORDS)[self.entity_set]

    @property
    def select(self) -> tuple[str, ...]:
        return (reading.APP_SELECTS if self.needs_app else reading.SELECTS)[self.entity_set]

    def read(self, rows: Sequence[Row], company: Company) -> tuple[Batch, list[Row], list[tuple[Row, str]]]:
        """Read what BC told; gives the rows that make sense, as they are and as columns, and the others."""
        told, wrong = reading.read_columns(self.record, rows)
        good = [row for place, row in enumerate(rows) if place not in wrong] if wrong else list(rows)
        batch = Batch(told.id, told.modified_at, self.values(told, company))
        unusable = dict(self.unusable(told)) if self.unusable else {}
        refused = [(rows[place], reason) for place, reason in wrong.items()]
        refused += [(good[place], reason) for place, reason in unusable.items()]
        return (
            batch.without(unusable),
            [row for place, row in enumerate(good) if place not in unusable],
            refused,
        )


def unit(told: Any, company: Company) -> Values:
    return {
        "code": told.code,
        "name": told.display_name,
        "international_code": _blanks(told.international_code),
    }


def item(told: Any, company: Company) -> Values:
    return {
        "number": told.number,
        "name": told.display_name,
        "type": _blanks(told.type),
        "base_unit": _blanks(told.base_unit),
        "category": _blanks(told.category),
        "unit_cost": told.unit_cost,
        "blocked": told.is_blocked,
    }


def item_unit(told: Any, company: Company) -> Values:
    return {
        "item_number": told.item_number,
        "unit": told.code,
        "per_base": told.quantity_per_unit,
        "rounding_precision": [precision or 0 for precision in told.rounding_precision],
    }


def empty_item_units(told: Any) -> Wrong:
    for place, quantity in enumerate(told.quantity_per_unit):
        if quantity <= 0:
            yield (
                place,
                f"One {told.code[place]} of item {told.item_number[place]} holds {quantity} base units. "
                "Correct the item unit in Business Central.",
            )


def vendor(told: Any, company: Company) -> Values:
    return {
        "number": told.number,
        "name": told.display_name,
        "currency": _blanks(told.currency, company.ledger_currency),
        "payment_terms": _blanks(told.payment_terms_id),
        "blocked": [BLOCKED.get(blocked or "", Vendor.Blocked.NO).value for blocked in told.blocked],
    }


def account(told: Any, company: Company) -> Values:
    return {
        "number": told.number,
        "name": told.display_name,
        "category": _blanks(told.category),
        "type": _blanks(told.account_type),
        "direct_posting": told.allows_direct_posting,
        "blocked": told.is_blocked,
    }


def currency(told: Any, company: Company) -> Values:
    return {
        "code": told.code,
        "name": told.display_name,
        "decimal_places": told.decimal_places,
        "rounding_precision": told.rounding_precision,
    }


def exchange_rate(told: Any, company: Company) -> Values:
    """BC leaves its local currency blank, and may write its code all the same; here it is always blank."""
    others = _blanks(told.relational_currency)
    return {
        "currency": _blanks(told.currency, company.ledger_currency),
        "starting_date": told.starting_date,
        "exchange_amount": told.exchange_amount,
        "relational_amount": told.relational_amount,
        "relational_currency": ["" if other == company.ledger_currency else other for other in others],
    }


def no_rates(told: Any) -> Wrong:
    rates = zip(told.starting_date, told.exchange_amount, told.relational_amount, told.currency, strict=True)
    for place, (starting_date, amount, relational, code) in enumerate(rates):
        if starting_date is None:
            yield place, "It has no starting date. Correct the exchange rate in Business Central."
        elif amount <= 0 or relational <= 0:
            yield (
                place,
                f"{amount} {code} for {relational} is no rate. "
                "Correct the exchange rate in Business Central.",
            )


def coded(told: Any, company: Company) -> Values:
    """What has a code and a name, and nothing more."""
    return {"code": told.code, "name": told.display_name}


def item_variant(told: Any, company: Company) -> Values:
    return {"item_number": told.item_number, "code": told.code, "name": told.description}


def payment_terms(told: Any, company: Company) -> Values:
    return {
        "code": told.code,
        "name": told.display_name,
        "due_date_formula": told.due_date_formula,
        "discount_date_formula": told.discount_date_formula,
        "discount_percent": told.discount_percent,
    }


def dimension_value(told: Any, company: Company) -> Values:
    return {"dimension": _blanks(told.dimension_id), "code": told.code, "name": told.display_name}


def fixed_asset(told: Any, company: Company) -> Values:
    return {
        "number": told.number,
        "name": told.display_name,
        "class_code": _blanks(told.class_code),
        "subclass_code": _blanks(told.subclass_code),
        "location": _blanks(told.location),
        "serial_number": told.serial_number,
        "under_maintenance": told.is_under_maintenance,
        "blocked": told.is_blocked,
    }


def _blanks(column: list[str | None], instead: str = "") -> list[Any]:
    return [value or instead for value in column]


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
            unusable=no_rates,
            links=(Link("currency", "currencies", noun="currency"),),
            known_by=("currencyCode", "currency"),
            bears_on_invoices=True,
        ),
        Entity("locations", "locations", Location, coded, known_by=CODE),
        Entity("dimensions", "dimensions", Dimension, coded, known_by=CODE),
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
        Entity("item-categories", "itemCategories", ItemCategory, coded, known_by=CODE),
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
            unusable=empty_item_units,
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
