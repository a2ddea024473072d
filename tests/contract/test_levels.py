"""What works at each level and version of a tenant, and what an administrator reads of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from integration import connections, sync
from integration.bc import Level
from integration.contract import checking
from integration.contract.features import FEATURES
from integration.contract.kinds import KINDS
from integration.models import Message, SyncRun
from integration.sandbox.settings import LEVELS, VERSIONS
from tests.delivery.house import prepare_house

pytestmark = pytest.mark.django_db

# What documents need is the table of kinds' to say; of the pulls one needs the app.
WAYS = {feature.key: feature for kind in KINDS for feature in kind.features}
NEEDS_APP = {key: feature.without for key, feature in WAYS.items() if feature.needs_app} | {
    "pull:item-units": (
        "Business Central shows the conversions of item units only through the Tieout app, which this "
        "connection does not have. Orders and receipts in the base unit work; for other units, install the "
        "app and set BC_APP_URL."
    ),
}
PULLS = {f"pull:{name}" for name in sync.ENTITIES}
STANDARD = {"company", *PULLS, *WAYS} - set(NEEDS_APP)
OFFERS = {"standard": Level.STANDARD, "analytics": Level.ANALYTICS, "app": Level.APP}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("level", LEVELS)
def test_each_level_and_version_says_what_works_and_what_waits(tenant: Any, level: str, version: str):
    from tests import mappings

    tenant(level, version)
    mappings.install()

    checked = checking.check()

    said = {each.feature.key: (each.state, each.sentence) for each in checked.standings}
    waits = {key: ("works", "") if level == "app" else ("waits", text) for key, text in NEEDS_APP.items()}
    assert checked.level is OFFERS[level]
    assert checked.ok
    assert said == dict.fromkeys(STANDARD, ("works", "")) | waits
    assert [each.sentence for each in checked.findings] == []


def test_every_feature_is_spoken_of_here():
    assert set(FEATURES) == STANDARD | set(NEEDS_APP)
    assert set(NEEDS_APP) == {"pull:item-units", "inventory_movement", "supplier_invoice:order"}


def test_what_a_kind_says_of_a_lower_level_is_what_an_administrator_reads():
    for kind in KINDS:
        for feature in kind.features:
            assert feature.without in kind.below


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("level", LEVELS)
def test_documents_and_pulls_do_what_the_level_says(tenant: Any, level: str, version: str):
    house = prepare_house(tenant(level, version))
    checking.check()
    order, receipt, movement = house.order(), house.receipt(), house.consumption()
    invoice = house.invoice()
    house.drain()
    bill = house.bill(number="R-88")

    house.drain()
    for entity in sync.ENTITIES:
        sync.pull_one(connections.client(), house.company, entity)

    for each in (order, receipt, movement, bill):
        each.refresh_from_db()
    cleared = Message.objects.get(document_kind="supplier_invoice", document_id=invoice.pk)
    assert [each.state for each in (order, receipt, cleared)] == ["done"] * 3
    assert movement.state == ("done" if level == "app" else "waiting")
    waits_for = NEEDS_APP["inventory_movement"].removeprefix("This waits for ").removesuffix(".")
    assert movement.waiting_for == ("" if level == "app" else waits_for)
    assert set(SyncRun.objects.values_list("state", flat=True)) == {"done"}
    assert bill.state == ("done" if level == "app" else "rejected")
    without_app = "the Tieout app in Business Central is missing or too old"
    assert (without_app in bill.error) == (level != "app")
    notes = [issue.reason for issue in SyncRun.objects.get(entity="item-units").issues.all()]
    assert notes == ([] if level == "app" else [NEEDS_APP["pull:item-units"]])


def test_an_app_that_was_taken_away_pauses_movements_until_it_is_back(tenant: Any):
    house = prepare_house(tenant())
    checking.check()
    house.sandbox.control.settings(level="standard")  # its address stays set

    checked = checking.check()
    order, movement = house.order(), house.consumption()
    house.drain()

    order.refresh_from_db(), movement.refresh_from_db()
    assert not checked.ok
    assert (order.state, movement.state) == ("done", "waiting")
    assert movement.waiting_for == (
        "The Tieout app does not answer at the address set in BC_APP_URL. Posting inventory movements is "
        "paused until it does. Install or publish it in Business Central, or correct the address."
    )
    assert checked.changes[0] == "The level was with the Tieout app and is standard only."

    house.sandbox.control.settings(level="app")
    checking.check()
    house.drain()

    movement.refresh_from_db()
    assert movement.state == "done"
