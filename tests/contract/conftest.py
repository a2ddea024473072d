"""A tenant of any level and version, and its metadata with something taken away or renamed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from integration.bc import EntitySet, FieldType, Metadata
from integration.sandbox.launch import Running

Tenant = Callable[..., Running]


@pytest.fixture
def tenant(db: None, sandbox: Running, settings: Any) -> Iterator[Tenant]:
    """Make the tenant one of this level and version, and connect Tieout to what it has."""
    from config.local import business_central
    from tests.delivery.conftest import hurry

    app_url = settings.BC_APP_URL
    hurry(settings)

    def become(level: str = "app", version: str = "28.4", **quirks: Any) -> Running:
        sandbox.control.settings(level=level, version=version, **quirks)
        settings.BC_APP_URL = app_url if level == "app" else ""
        return sandbox

    assert business_central.environment(sandbox.connection)["BC_APP_URL"] == app_url
    yield become
    sandbox.control.settings(level="app", version="28.4")


def without(offered: Metadata, entity_set: str, *fields: str, app: bool = False) -> Metadata:
    """Take fields away from a set, or the whole set."""
    sets = dict(offered.app if app else offered.standard)
    if fields:
        kept = {name: each for name, each in sets[entity_set].fields.items() if name not in fields}
        assert len(kept) == len(sets[entity_set].fields) - len(fields)
        sets[entity_set] = dataclasses.replace(sets[entity_set], fields=kept)
    else:
        del sets[entity_set]
    return dataclasses.replace(offered, **{"app" if app else "standard": sets})


def with_field(offered: Metadata, entity_set: str, field: FieldType) -> Metadata:
    """Give a set a field, or change the one of that name."""
    changed: EntitySet = offered.standard[entity_set]
    changed = dataclasses.replace(changed, fields={**changed.fields, field.name: field})
    return dataclasses.replace(offered, standard={**offered.standard, entity_set: changed})
