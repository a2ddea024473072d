"""Who owns what: each kind of record has one owner, and whoever else wants to change it is refused.

The page of owners, the refusal of events and the mirrors' lists all come from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .models import (
    Account,
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


class Owner(StrEnum):
    BC = "Business Central"
    CAFM = "CAFM"
    SHARED = "shared"


class Direction(StrEnum):
    DOWN = "Business Central → CAFM"
    UP = "CAFM → Business Central"
    BOTH = "CAFM ⇄ Business Central"
    HERE = "Business Central → here"
    FROM_CAFM = "CAFM → here"


@dataclass(frozen=True)
class Ownership:
    """Who owns one kind of record, and which way it goes."""

    subject: str
    """How events of the CAFM begin that are about it."""
    title: str
    owner: Owner
    direction: Direction
    pull: str = ""
    """The list that brings it from Business Central."""
    model: type[Mirror] | None = None
    rule: str = ""


def _mirrored(subject: str, title: str, pull: str, model: type[Mirror]) -> Ownership:
    return Ownership(subject, title, Owner.BC, Direction.DOWN, pull, model)


_TABLE = (
    _mirrored("item", "items", "items", Item),
    _mirrored("item_variant", "item variants", "item-variants", ItemVariant),
    _mirrored("item_category", "item categories", "item-categories", ItemCategory),
    _mirrored("unit", "units of measure", "units", Unit),
    _mirrored("item_unit", "item units", "item-units", ItemUnit),
    _mirrored("vendor", "vendors", "vendors", Vendor),
    _mirrored("payment_terms", "payment terms", "payment-terms", PaymentTerms),
    _mirrored("account", "the chart of accounts", "accounts", Account),
    _mirrored("currency", "currencies", "currencies", Currency),
    _mirrored("exchange_rate", "exchange rates", "exchange-rates", ExchangeRate),
    _mirrored("location", "locations", "locations", Location),
    _mirrored("dimension", "dimensions", "dimensions", Dimension),
    _mirrored("dimension_value", "dimension values", "dimension-values", DimensionValue),
    _mirrored("fixed_asset", "fixed assets", "fixed-assets", FixedAsset),
    Ownership(
        "supplier_invoice",
        "supplier invoices",
        Owner.BC,
        Direction.HERE,
        "invoices",
        rule="The CAFM may send a copy that it received; it is matched here and posted in Business Central.",
    ),
    Ownership(
        "asset",
        "assets",
        Owner.CAFM,
        Direction.UP,
        rule="The CAFM keeps the asset; Business Central keeps its fixed asset, which is mirrored apart.",
    ),
    Ownership("purchase_request", "purchase requests", Owner.CAFM, Direction.UP),
    Ownership(
        "purchase_order",
        "purchase orders",
        Owner.SHARED,
        Direction.BOTH,
        rule="The CAFM creates, changes and cancels them; Business Central validates and posts them.",
    ),
    Ownership(
        "goods_receipt",
        "goods receipts",
        Owner.SHARED,
        Direction.UP,
        rule="The CAFM says what arrived; Business Central values it.",
    ),
    Ownership(
        "goods_return",
        "goods returns",
        Owner.SHARED,
        Direction.UP,
        rule="The CAFM says what went back; Business Central values it.",
    ),
    Ownership(
        "service",
        "service confirmations",
        Owner.SHARED,
        Direction.UP,
        rule="The CAFM says what was done; Business Central values it.",
    ),
    Ownership(
        "inventory",
        "inventory movements",
        Owner.SHARED,
        Direction.UP,
        rule="The CAFM counts the pieces; Business Central values them.",
    ),
    Ownership("day", "day totals", Owner.CAFM, Direction.FROM_CAFM, rule="They are compared here."),
)

REGISTERED = {each.subject: each for each in _TABLE}
MODELS: dict[str, type[Mirror]] = {each.pull: each.model for each in _TABLE if each.model}
"""Where each list that is mirrored is kept, by the name that its address has."""
MIRRORED = tuple(MODELS)


def refusal(event_type: str) -> str:
    """Tell why the CAFM may not send an event of this type; "" when its subject is not Business Central's."""
    owned = REGISTERED.get(event_type.partition(".")[0])
    return _refusal(event_type, owned) if owned and owned.owner == Owner.BC else ""


def refusal_of_list(name: str, method: str) -> str:
    """Tell why the CAFM may not write to a mirrored list."""
    return _refusal(method, next(each for each in _TABLE if each.pull == name))


def _refusal(attempt: str, owned: Ownership) -> str:
    return (
        f"{attempt} would change {owned.title}, which belong to Business Central. Change them "
        "there; the change comes back with the next pull."
    )
