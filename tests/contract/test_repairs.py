"""Business Central renames, shortens, removes and retypes mapped fields: what waits, and the fix."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from integration import connections
from integration.bc import FieldType, Metadata
from integration.contract import checking
from integration.mapping import Row, defaults, traces
from integration.models import ContractFinding, FieldMapping, Message
from reconciliation import roles
from tests import factories, mappings
from tests.contract.conftest import with_field, without
from tests.delivery.house import House, prepare_house, states
from tests.desk.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(tenant: Any) -> House:
    house = prepare_house(tenant())
    mappings.add_row(defaults.ORDER, Row("", "shipToName", "constant", {"value": "Store"}))
    checking.check()
    return house


@pytest.fixture
def ines(house: House) -> Client:
    return signed_in("")


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN, username))
    return client


def order_mapping() -> FieldMapping:
    return FieldMapping.objects.get(name=defaults.ORDER)


def approved(ines: Client) -> Any:
    """Hand the draft in, and let another person approve it."""
    at = f"/mappings/{order_mapping().pk}/draft"
    ines.post(f"{at}/hand-in/", {"note": "Business Central changed"})
    seen = order_mapping().versions.open().get().revision
    told = {"seen": seen, "override_reason": "The metadata here is doctored"}
    return signed_in("ivan").post(f"{at}/approve/", told, follow=True)


def fix(ines: Client, finding: ContractFinding) -> Any:
    return ines.post(f"/mappings/{order_mapping().pk}/repair/{finding.pk}/", follow=True)


def test_a_renamed_field_is_repaired_on_the_screen_and_the_backlog_drains(house: House, ines: Client) -> None:
    house.sandbox.control.settings(renamed_fields={"purchaseOrders.shipToName": "deliverToName"})
    checking.check()
    for number in range(1, 4):
        house.order(f"PO-{number}")
    movement = house.consumption()
    house.drain()
    movement.refresh_from_db()
    waiting = states()

    page = words(ines.get(f"/mappings/{order_mapping().pk}/"))
    fix(ines, ContractFinding.objects.open().get())
    answer = approved(ines)
    house.drain()

    assert waiting.count("waiting") == 3
    assert movement.state == "done"
    assert "Paused: purchaseOrders.shipToName, missing." in page
    assert "Perhaps it is called deliverToName now." in page
    assert "3 documents wait" in page
    assert "counts now." in words(answer)
    assert set(states()) == {"done"}
    orders = house.dump("purchaseOrders")
    assert [each["shipToName"] for each in orders] == ["Store"] * 3


def test_a_shortened_field_pauses_nothing_and_its_fix_cuts(house: House, ines: Client) -> None:
    mappings.change_row(
        defaults.ORDER, "shipToName", source="approved_by", transform="text", parameters={"length": 100}
    )
    house.sandbox.control.settings(shortened_fields={"purchaseOrders.shipToName": 20})
    checking.check()
    finding = ContractFinding.objects.open().get()

    fix(ines, finding)
    approved(ines)

    assert (finding.kind, finding.pauses) == ("shorter", False)
    assert mappings.current(defaults.ORDER).rows[-1].parameters == {"length": 20}
    assert not ContractFinding.objects.open().exists()


def test_documents_wait_for_a_removed_field_or_go_on_without_it(house: House, ines: Client) -> None:
    house.sandbox.control.settings(removed_fields=["purchaseOrders.shipToName"])
    checking.check()
    house.order()
    house.drain()
    before = states()

    ines.post(f"/mappings/{order_mapping().pk}/goes-on/", {"goes_on": "on"})
    house.drain()

    finding = ContractFinding.objects.open().get()
    assert before == ["waiting"]
    assert states() == ["done"]
    assert not finding.pauses
    assert "goes on without it, as was chosen there." in finding.sentence
    assert len(house.dump("purchaseOrders")) == 1
    message = Message.objects.get()
    head = traces.told(message.mapped_from, message.company)[0]
    left_out = {each.row.target: each.result for each in head.rows if each.left_out == traces.GONE}
    assert left_out == {"shipToName": None}


def test_a_removed_field_is_switched_off_by_its_fix(house: House, ines: Client) -> None:
    mappings.add_row(defaults.ORDER, Row("", "purchaser", "constant", {"value": "MK"}))
    house.sandbox.control.settings(removed_fields=["purchaseOrders.purchaser"])
    checking.check()

    fix(ines, ContractFinding.objects.open().get())
    approved(ines)

    assert not mappings.current(defaults.ORDER).rows[-1].enabled
    assert not ContractFinding.objects.open().exists()


def test_a_retyped_field_pauses_and_its_fix_writes_the_new_type(house: House, ines: Client) -> None:
    offered: Metadata = connections.client().metadata()
    retyped = with_field(
        without(offered, "purchaseOrders", "requestedReceiptDate"),
        "purchaseOrders",
        FieldType("requestedReceiptDate", "Edm.String", 30),
    )
    checking.settle(retyped, expects_app=True)
    finding = ContractFinding.objects.open().get(mapping=defaults.ORDER)

    fix(ines, finding)
    approved(ines)

    row = next(row for row in mappings.current(defaults.ORDER).rows if row.target == "requestedReceiptDate")
    assert (finding.kind, finding.pauses) == ("type", True)
    assert row.transform == "text"
    assert not ContractFinding.objects.open().filter(mapping=defaults.ORDER).exists()
