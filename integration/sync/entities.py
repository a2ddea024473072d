"""What is mirrored: for each entity, where BC keeps it and how its record becomes a row of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integration.bc import names, reading
from integration.mapping import Compiled, mirrors, pulls
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
    """One mirrored list; which of BC's fields becomes which of ours says its mapping."""

    name: str
    entity_set: str
    model: type[Mirror]
    links: tuple[Link, ...] = ()
    complete: Callable[[Values, Company], None] | None = None
    """Puts in what a row alone does not tell."""
    unusable: Callable[[Values], Wrong] | None = None
    known_by: tuple[str, ...] = ("number",)
    """The fields that people call a record by; by the first it can be asked for."""
    needs_app: bool = False
    bears_on_invoices: bool = False
    """Matching reads it: what changes here may clear an exception, or open one."""

    @property
    def id_fields(self) -> frozenset[str]:
        """The fields in which BC tells the id of another record."""
        return frozenset(link.field for link in self.links if link.is_id)

    @property
    def mapping(self) -> Compiled:
        """The version of its mapping that counts now."""
        return pulls.compiled(self.name)

    @property
    def select(self) -> tuple[str, ...]:
        """BC's fields to ask for."""
        return pulls.select(self.mapping)

    def naming(self) -> Callable[[Row], str]:
        """Give what names a row as people know it in BC."""
        mapping = self.mapping
        fields = [pulls.source_of(mapping, field) for field in self.known_by]

        def name_of(row: Row) -> str:
            return " ".join(str(row[field]) for field in fields if row.get(field)) or str(row.get(names.ID))

        return name_of

    def read(self, rows: Sequence[Row], company: Company) -> tuple[Batch, list[Row], list[tuple[Row, str]]]:
        """Read what BC told; gives the rows that make sense, as they are and as columns, and the others."""
        stamps = reading.read_stamps(rows)
        refused = [(rows[place], reason) for place, reason in stamps.wrong.items()]
        good = [row for place, row in enumerate(rows) if place not in stamps.wrong] if refused else list(rows)
        told = pulls.turn(self.mapping, good, mirrors.blanks_of(self.model))
        refused += [(good[place], pulls.sentence(problems)) for place, problems in told.wrong.items()]
        batch = Batch(stamps.ids, stamps.modified_at, {})
        if told.wrong:
            kept = [place for place in range(len(good)) if place not in told.wrong]
            batch, good = batch.only(kept), [good[place] for place in kept]
        batch.columns.update(self._columns(told.columns, company, len(good)))
        unusable = dict(self.unusable(batch.columns)) if self.unusable else {}
        refused += [(good[place], reason) for place, reason in unusable.items()]
        return (
            batch.without(unusable),
            [row for place, row in enumerate(good) if place not in unusable],
            refused,
        )

    def _columns(self, told: Values, company: Company, length: int) -> Values:
        """Give the mirror's own fields; one that no row of the mapping writes stays blank."""
        blanks = mirrors.blanks_of(self.model)
        values = {name: told[name] if name in told else [blank] * length for name, blank in blanks.items()}
        if self.complete is not None:
            self.complete(values, company)
        return values


def empty_item_units(told: Values) -> Wrong:
    rows = zip(told["per_base"], told["unit"], told["item_number"], strict=True)
    for place, (quantity, unit, item) in enumerate(rows):
        if quantity is not None and quantity <= 0:
            yield (
                place,
                f"One {unit} of item {item} holds {quantity} base units. "
                "Correct the item unit in Business Central.",
            )


def own_currency(told: Values, company: Company) -> None:
    """Put the company's own currency in, which BC leaves blank."""
    told["currency"] = [code or company.ledger_currency for code in told["currency"]]


def sides_of_rates(told: Values, company: Company) -> None:
    """BC leaves its local currency blank, and may write its code all the same; here it is always blank."""
    own_currency(told, company)
    others = told["relational_currency"]
    told["relational_currency"] = ["" if each == company.ledger_currency else each for each in others]


def no_rates(told: Values) -> Wrong:
    fields = ("starting_date", "exchange_amount", "relational_amount", "currency")
    rates = zip(*(told[each] for each in fields), strict=True)
    for place, (starting_date, amount, relational, code) in enumerate(rates):
        if starting_date is None:
            yield place, "It has no starting date. Correct the exchange rate in Business Central."
        elif amount is not None and relational is not None and (amount <= 0 or relational <= 0):
            yield (
                place,
                f"{amount} {code} for {relational} is no rate. "
                "Correct the exchange rate in Business Central.",
            )


UNIT = "unit of measure"
CODE = ("code",)
OF_ITEM = Link("item_number", "items", "number", "item", is_part=True)

ENTITIES = {
    each.name: each
    for each in (
        Entity("units", "unitsOfMeasure", Unit, known_by=CODE),
        Entity("currencies", "currencies", Currency, known_by=CODE),
        Entity(
            "exchange-rates",
            "currencyExchangeRates",
            ExchangeRate,
            complete=sides_of_rates,
            unusable=no_rates,
            links=(Link("currency", "currencies", noun="currency"),),
            known_by=("currency", "starting_date"),
            bears_on_invoices=True,
        ),
        Entity("locations", "locations", Location, known_by=CODE),
        Entity("dimensions", "dimensions", Dimension, known_by=CODE),
        Entity(
            "dimension-values",
            "dimensionValues",
            DimensionValue,
            links=(Link("dimension", "dimensions", noun="dimension", is_id=True, is_part=True),),
            known_by=CODE,
        ),
        Entity("accounts", "accounts", Account),
        Entity("fixed-assets", "fixedAssets", FixedAsset),
        Entity("payment-terms", "paymentTerms", PaymentTerms, known_by=CODE),
        Entity(
            "vendors",
            "vendors",
            Vendor,
            complete=own_currency,
            links=(
                Link("currency", "currencies", noun="currency"),
                Link("payment_terms", "payment-terms", noun="payment terms", is_id=True),
            ),
            bears_on_invoices=True,
        ),
        Entity("item-categories", "itemCategories", ItemCategory, known_by=CODE),
        Entity(
            "items",
            "items",
            Item,
            links=(
                Link("base_unit", "units", noun=UNIT),
                Link("category", "item-categories", noun="item category"),
            ),
            bears_on_invoices=True,
        ),
        Entity(
            "item-variants", "itemVariants", ItemVariant, links=(OF_ITEM,), known_by=("item_number", "code")
        ),
        Entity(
            "item-units",
            "itemUnitsOfMeasure",
            ItemUnit,
            unusable=empty_item_units,
            links=(OF_ITEM, Link("unit", "units", noun=UNIT)),
            known_by=("item_number", "unit"),
            needs_app=True,
            bears_on_invoices=True,
        ),
    )
}  # in the order of a pull of all: what is named comes before what names it


PARTS = {
    name: [each.name for each in ENTITIES.values() for link in each.links if link.is_part and link.to == name]
    for name in ENTITIES
}
