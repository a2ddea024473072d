"""The entity sets imitated here, by route; to add a set, declare it and list it here."""

from integration.sandbox.entities import app, finance, invoices, ledgers, masters, orders, platform, receipts
from integration.sandbox.entities.declare import EntitySet

STANDARD = (
    platform.SETS + masters.SETS + finance.SETS + orders.SETS + receipts.SETS + invoices.SETS + ledgers.SETS
)
APP = app.SETS
_UNSEEN = (masters.ITEM_UNITS, finance.NUMBER_SERIES)


def _by_table(sets: tuple[EntitySet, ...]) -> dict[str, EntitySet]:
    return {each.name: each for each in sets if each.table == each.name}


STANDARD_SETS = {each.name: each for each in STANDARD}
APP_SETS = {each.name: each for each in APP}
TABLES = _by_table(STANDARD) | _by_table(APP) | _by_table(_UNSEEN)
"""Every set that has rows of its own, whether or not a route shows it."""

__all__ = ["APP_SETS", "STANDARD_SETS", "TABLES", "EntitySet"]
