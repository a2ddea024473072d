"""Movements go through the Tieout app in BC, once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from integration import outbox
from integration.mapping import traces
from reconciliation.models import InventoryMovement
from tests.delivery.house import House, outcomes, states

D = Decimal


def consumed(house: House) -> list[Decimal]:
    entries = house.dump("itemLedgerEntries")
    return [D(str(entry["quantity"])) for entry in entries if D(str(entry["quantity"])) < 0]


def stock(house: House) -> None:
    house.order()
    house.receipt(accepted=D(10))
    house.drain()


def test_a_consumption_leaves_the_store_once(house: House) -> None:
    stock(house)
    house.consumption()

    house.drain()

    assert consumed(house) == [-2]
    assert InventoryMovement.objects.get().status == "posted"


def test_lost_answers_consume_once(house: House) -> None:
    stock(house)
    house.faults({"fault": "commit_then_drop", "method": "POST", "path": "inventoryRequests", "times": 2})
    message = house.consumption()

    house.drain()

    assert outcomes(message) == ["unknown", "not_found", "unknown", "adopted"]
    assert consumed(house) == [-2]


def test_a_trace_of_a_movement_tells_its_lines_apart_and_keeps_the_head_once(house: House) -> None:
    message = house.consumption()

    head, *lines = traces.told(message.mapped_from, house.company)

    assert (head.line, [each.line for each in lines]) == (None, [1])
    assert message.mapped_from.count("WO-7") == 1


def test_missing_stock_goes_to_a_person_and_can_be_tried_again(house: House) -> None:
    house.sandbox.control.settings(prevent_negative_inventory=True)
    message = house.consumption()
    house.drain()
    message.refresh_from_db()
    assert message.state == "rejected"
    assert "there is not enough stock" in message.error

    stock(house)
    outbox.retry(message, by=User.objects.create(username="admin"), reason="stock has arrived")
    house.drain()

    message.refresh_from_db()
    assert message.state == "done"
    assert consumed(house) == [-2]


def test_without_the_app_a_movement_waits_with_the_reason(house: House, settings: Any) -> None:
    settings.BC_APP_URL = ""
    message = house.consumption()

    house.drain()

    message.refresh_from_db()
    assert states() == ["waiting"]
    assert message.waiting_for.startswith("the Tieout app in Business Central")
