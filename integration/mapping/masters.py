"""The master data that the transform `look_up` may ask: our mirror of a company, each record asked once."""

from __future__ import annotations

from functools import cache
from typing import Any

from masterdata.models import Account, Company, Currency, FixedAsset, Item, Location, Unit, Vendor

from .apply import Masters
from .transforms import MASTERS, BadValue

MODELS: dict[str, tuple[Any, str]] = {
    "vendor": (Vendor, "number"),
    "item": (Item, "number"),
    "unit": (Unit, "code"),
    "account": (Account, "number"),
    "location": (Location, "code"),
    "currency": (Currency, "code"),
    "fixed asset": (FixedAsset, "number"),
}


def of(company: Company) -> Masters:
    """Give a way to look master records of a company up."""

    @cache
    def find(master: str, give: str, key: str) -> Any:
        if give not in MASTERS[master]:
            raise BadValue(f"a {master} has no {give}; it has {', '.join(MASTERS[master])}")
        model, known_by = MODELS[master]
        found = model._default_manager.filter(
            company=company, deleted_at=None, **{f"{known_by}__iexact": key}
        )
        value = found.order_by("pk").values_list(give, flat=True).first()
        return value or None

    return find
