"""A tenant whose fields a release took away, renamed or shortened, on the wire: no reading is doctored."""

from __future__ import annotations

import json
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integration import connections, sync
from integration.contract import Paused, checking
from integration.mapping import Row, defaults
from tests import mappings
from tests.delivery.house import House, prepare_house

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(tenant: Any) -> House:
    house = prepare_house(tenant())
    mappings.add_row(defaults.ORDER, Row("", "shipToName", "constant", {"value": "Store"}))
    checking.check()
    return house


def check() -> dict[str, Any]:
    out = StringIO()
    with suppress(CommandError):  # its exit code when something is paused
        call_command("check_contract", "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_a_renamed_field_stops_one_pull_names_its_successor_and_goes_on_when_it_is_back(house: House):
    house.sandbox.control.settings(renamed_fields={"vendors.currencyCode": "currencyCodeOfVendor"})

    told = check()
    with pytest.raises(Paused, match=r"vendors\.currencyCode"):
        sync.pull_one(connections.client(), house.company, "vendors")
    items = sync.pull_one(connections.client(), house.company, "items")

    assert [each["key"] for each in told["features"] if each["state"] == "paused"] == ["pull:vendors"]
    assert [(each["name"], each["successor"]) for each in told["findings"]] == [
        ("currencyCode", "currencyCodeOfVendor")
    ]
    assert told["changes"] == ["vendors lost currencyCode.", "vendors has new: currencyCodeOfVendor."]
    assert items.state == "done"

    house.sandbox.control.settings(renamed_fields={})

    assert check()["ok"]
    assert sync.pull_one(connections.client(), house.company, "vendors").state == "done"


@pytest.mark.parametrize("version", ["24", "28.0", "28.4", "29"])
def test_a_removed_mapped_field_lets_orders_of_any_version_wait_until_it_is_back(house: House, version: str):
    house.sandbox.control.settings(version=version, removed_fields=["purchaseOrders.shipToName"])
    order, movement = house.order(), house.consumption()

    told = check()
    house.drain()

    order.refresh_from_db(), movement.refresh_from_db()
    assert [each["key"] for each in told["features"] if each["state"] == "paused"] == ["purchase_order"]
    assert (order.state, movement.state) == ("waiting", "done")
    assert house.dump("purchaseOrders") == []

    house.sandbox.control.settings(removed_fields=[])
    assert check()["ok"]
    house.drain()

    order.refresh_from_db()
    assert order.state == "done"
    assert [row["shipToName"] for row in house.dump("purchaseOrders")] == ["Store"]


def test_a_removed_field_that_no_check_has_seen_yet_lets_the_order_wait_and_not_fail(house: House):
    house.sandbox.control.settings(removed_fields=["purchaseOrders.shipToName"])
    order = house.order()

    house.drain()  # BC refuses the unknown name
    told = check()

    order.refresh_from_db()
    assert [each["name"] for each in told["findings"]] == ["shipToName"]
    assert order.state == "waiting"


def test_a_shortened_field_is_told_and_pauses_nothing(house: House):
    house.sandbox.control.settings(shortened_fields={"purchaseOrderLines.description": 20})

    told = check()

    assert told["ok"]
    assert [(each["kind"], each["name"]) for each in told["findings"]] == [("shorter", "description")]
    assert "holds 20 characters" in told["findings"][0]["sentence"]
