"""The entity sets imitated here, by route; to add a set, declare it and list it here."""

from functools import lru_cache

from integration.sandbox.entities import (
    analytics,
    app,
    credit_memos,
    dimension_use,
    files,
    finance,
    invoices,
    journals,
    ledgers,
    masters,
    order_archives,
    orders,
    oversight,
    people,
    platform,
    purchase_quotes,
    purchase_returns,
    receipts,
    setup,
    stock_documents,
    transfers,
)
from integration.sandbox.entities.declare import STRING, EntitySet, Field, is_in
from integration.sandbox.entities.drift import NONE, Drift

STANDARD: tuple[EntitySet, ...] = (
    *platform.SETS,
    *masters.SETS,
    *setup.SETS,
    *people.SETS,
    *finance.SETS,
    *dimension_use.SETS,
    *orders.SETS,
    *receipts.SETS,
    *invoices.SETS,
    *credit_memos.SETS,
    *journals.SETS,
    *ledgers.SETS,
    *oversight.SETS,
    *files.SETS,
    *purchase_quotes.SETS,
    *purchase_returns.SETS,
    *order_archives.SETS,
    *transfers.SETS,
    *stock_documents.SETS,
)
ANALYTICS = analytics.SETS
APP = app.SETS
_UNSEEN = (masters.ITEM_UNITS, finance.NUMBER_SERIES, app.ORDER_KEYS)
EXTENSION_FIELD = Field("somebodysField", STRING, 30, read_only=True, computed=True, is_kept=False)


def _by_table(sets: tuple[EntitySet, ...]) -> dict[str, EntitySet]:
    return {each.name: each for each in sets if each.table == each.name}


STANDARD_SETS = {each.name: each for each in STANDARD}
ANALYTICS_SETS = {each.name: each for each in ANALYTICS}
APP_SETS = {each.name: each for each in APP}
TABLES = _by_table(STANDARD) | _by_table(APP) | _by_table(_UNSEEN)
"""Every set that has rows of its own, whether or not a route shows it."""

STANDARD_ROUTE = "v2.0"
ANALYTICS_ROUTE = "microsoft/analytics/v1.0"
APP_ROUTE = f"{app.PUBLISHER}/{app.GROUP}/{app.VERSION}"
_ROUTES = {STANDARD_ROUTE: STANDARD, ANALYTICS_ROUTE: ANALYTICS, APP_ROUTE: APP}
_AT_LEVEL = {
    "standard": (STANDARD_ROUTE,),
    "analytics": (STANDARD_ROUTE, ANALYTICS_ROUTE),
    "app": (STANDARD_ROUTE, ANALYTICS_ROUTE, APP_ROUTE),
}


def routes(level: str) -> tuple[str, ...]:
    """The routes that a tenant of this level has."""
    return _AT_LEVEL[level]


@lru_cache(maxsize=32)
def served(
    route: str, version: str, *, has_extension: bool = False, drift: Drift = NONE
) -> dict[str, EntitySet]:
    """The sets of a route as a version shows them."""
    extra = (EXTENSION_FIELD,) if has_extension and route == STANDARD_ROUTE else ()
    return {
        each.name: each if each in platform.SETS else drift.apply(each.at(version, *extra))
        for each in _ROUTES[route]
        if is_in(each.since, version)
    }


def shows(entity_set: str, name: str) -> bool:
    """Whether a set of that name shows such a field on any route."""
    found = [each for sets in _ROUTES.values() for each in sets if each.name == entity_set]
    return any(name == field.name for each in found if each not in platform.SETS for field in each.shown)


__all__ = [
    "ANALYTICS_ROUTE",
    "ANALYTICS_SETS",
    "APP_ROUTE",
    "APP_SETS",
    "STANDARD_ROUTE",
    "STANDARD_SETS",
    "TABLES",
    "EntitySet",
    "routes",
    "served",
    "shows",
]
