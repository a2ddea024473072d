"""Dimensions, cost tags and the work order of a line reach Business Central, and follow its changes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integration import connections, outbox, sync
from integration.mapping import Row
from integration.models import DocumentKind, Message
from masterdata.models import Dimension, DimensionValue
from reconciliation import documents, forms
from tests import mappings
from tests.delivery.house import DAY, House, states
from tests.delivery.telling import Teller, line

D = Decimal
DIMENSIONS = {
    "dimensions": [{"code": "COSTCENTRE"}, {"code": "BUILDING"}, {"code": "WORKORDER"}],
    "dimensionValues": [
        {"dimensionCode": "COSTCENTRE", "code": "100"},
        {"dimensionCode": "COSTCENTRE", "code": "200"},
        {"dimensionCode": "BUILDING", "code": "N"},
        {"dimensionCode": "WORKORDER", "code": "WO-7"},
    ],
}
COST = {"costcentre": "100", "building": "n"}


@pytest.fixture
def cafm(house: House) -> Teller:
    house.sandbox.control.seed(DIMENSIONS)
    for table in DIMENSIONS:
        sync.pull_entity({"dimensions": "dimensions", "dimensionValues": "dimension-values"}[table])
    return Teller(house)


def of_lines(house: House) -> dict[int, dict[str, str]]:
    """The dimensions of BC's order lines, by our line number."""
    told: dict[int, dict[str, str]] = {}
    rows = house.dump("dimensionSetLines")
    for each in house.dump("purchaseOrderLines"):
        if each["lineType"] != "Comment":
            mine = {row["code"]: row["valueCode"] for row in rows if row["parentId"] == each["id"]}
            told[each["sequence"] // 10_000] = mine
    return told


def consume(house: House, **values: Any) -> Message:
    told: dict[str, Any] = {"line": 1, "item": "FILTER", "quantity": D(1), "unit": "PCS"} | values
    form = forms.MovementForm(
        kind="consumption",
        number="C-1",
        posted_on=DAY,
        lines=(forms.MovementLineForm(location="MAIN", **told),),
        work_order="WO-7",
    )
    movement = documents.record_movement(house.company, form, source="/cafm/test")
    return outbox.enqueue(DocumentKind.INVENTORY_MOVEMENT, movement)


def write_row(name: str, source: str, target: str) -> None:
    """Add a row to a mapping as an administrator does."""
    mappings.add_row(name, Row(source, target))


def test_an_order_line_carries_its_dimensions_and_its_work_order(cafm: Teller, house: House) -> None:
    cafm.approve(line(1, dimensions=COST, work_order="WO-8801"), line(2))

    house.drain()

    assert of_lines(house) == {1: {"BUILDING": "N", "COSTCENTRE": "100"}, 2: {}}
    told = {each["sequence"]: each["description2"] for each in house.dump("purchaseOrderLines")}
    assert (told[10_000], told[20_000]) == ("WO-8801", "")


def test_a_dimension_value_that_is_not_there_is_waited_for_by_name(cafm: Teller, house: House) -> None:
    cafm.approve(line(dimensions={"COSTCENTRE": "300", "FLOOR": "2"}))
    house.drain()
    message = Message.objects.get()
    assert message.state == "waiting"
    assert message.waiting_for == ("dimension FLOOR; dimension value COSTCENTRE 300 in Business Central")

    company = house.company
    Dimension.objects.create(company=company, code="FLOOR", row_hash=b"")
    for code, value in (("FLOOR", "2"), ("COSTCENTRE", "300")):
        DimensionValue.objects.create(company=company, dimension=code, code=value, row_hash=b"")
    house.sandbox.control.seed({"dimensions": [{"code": "FLOOR"}]})
    house.sandbox.control.seed(
        {
            "dimensionValues": [
                {"dimensionCode": "FLOOR", "code": "2"},
                {"dimensionCode": "COSTCENTRE", "code": "300"},
            ]
        }
    )
    outbox.recheck_waiting(now=timezone.now() + timedelta(hours=1))
    house.drain()

    assert of_lines(house) == {1: {"COSTCENTRE": "300", "FLOOR": "2"}}


def test_a_lost_answer_gives_each_dimension_once(cafm: Teller, house: House) -> None:
    house.faults({"fault": "commit_then_drop", "method": "POST", "path": "purchaseOrders", "times": 1})
    cafm.approve(line(dimensions=COST))

    house.drain()

    assert len(house.dump("purchaseOrders")) == 1
    assert of_lines(house) == {1: {"BUILDING": "N", "COSTCENTRE": "100"}}


def test_a_change_sets_adds_and_takes_off_dimensions(cafm: Teller, house: House) -> None:
    cafm.approve(line(1, dimensions=COST), line(2, dimensions={"COSTCENTRE": "100"}), line(3))
    house.drain()
    cafm.change(
        2, line(1, dimensions={"COSTCENTRE": "200"}), line(2), line(3, dimensions={"BUILDING": "N"}), line(4)
    )

    house.drain()

    assert states() == ["done"] * 2
    assert of_lines(house) == {1: {"COSTCENTRE": "200"}, 2: {}, 3: {"BUILDING": "N"}, 4: {}}


def test_a_change_of_dimensions_whose_answers_are_lost_comes_to_the_same(cafm: Teller, house: House) -> None:
    cafm.approve(line(1, dimensions=COST))
    house.drain()
    house.faults({"fault": "commit_then_drop", "path": "dimensionSetLines", "every": 1, "times": 2})
    cafm.change(2, line(1, dimensions={"COSTCENTRE": "200", "WORKORDER": "WO-7"}))

    house.drain()

    assert states() == ["done"] * 2
    assert of_lines(house) == {1: {"COSTCENTRE": "200", "WORKORDER": "WO-7"}}


def test_what_a_person_set_is_left_unless_the_version_wants_another(cafm: Teller, house: House) -> None:
    cafm.approve(line(1, dimensions={"COSTCENTRE": "100"}))
    house.drain()
    order_line = next(each for each in house.dump("purchaseOrderLines") if each["lineType"] == "Item")
    there = house.dump("dimensionSetLines")[0]
    below = ("purchaseOrderLines", order_line["id"], "dimensionSetLines")
    client = connections.client()
    (shown,) = client.lines(*below, select=("id", "code", "valueCode"))
    client.update_line(*below, shown["id"], {"valueCode": "200"}, etag=shown["@odata.etag"])

    cafm.change(2, line(1, quantity=8, dimensions={"COSTCENTRE": "100"}))
    house.drain()
    assert of_lines(house) == {1: {"COSTCENTRE": "200"}}

    cafm.change(3, line(1, quantity=8))
    house.drain()
    message = Message.objects.latest("pk")
    assert message.state == "rejected"
    assert "line 10000 has COSTCENTRE 200 there, set by somebody" in message.error
    assert there["valueCode"] == "100"


def test_a_row_of_the_mapping_writes_a_dimension_from_any_field(cafm: Teller, house: House) -> None:
    write_row("purchase order line → BC", "work_order", "dimensionSetLines.WORKORDER")
    write_row("purchase order line → BC", "dimensions.kst", "dimensionSetLines.COSTCENTRE")

    cafm.approve(line(1, work_order="wo-7", dimensions={"kst": "200"}))
    house.drain()

    assert of_lines(house) == {1: {"COSTCENTRE": "200", "WORKORDER": "WO-7"}}


def test_a_movement_is_booked_in_base_units_with_its_work_order_and_dimensions(
    cafm: Teller, house: House
) -> None:
    write_row("inventory movement line → BC", "asset", "dimensions.WORKORDER")
    consume(house, quantity=D(2), unit="BOX", asset="WO-7", dimensions=COST)

    house.drain()

    (entry,) = house.dump("itemLedgerEntries")
    assert (D(str(entry["quantity"])), entry["unitOfMeasureCode"]) == (D(-24), "PCS")
    assert entry["externalDocumentNumber"] == "WO-7"
    assert entry["dimensions"] == "BUILDING=N;COSTCENTRE=100;WORKORDER=WO-7"
    sent = Message.objects.get().payload["inventoryRequestLines"][0]
    assert (sent["quantity"], sent["unitOfMeasureCode"]) == (24, "PCS")


def test_a_movement_in_a_unit_without_a_factor_waits_and_says_so(cafm: Teller, house: House) -> None:
    message = consume(house, unit="PALLET")

    house.drain()

    message.refresh_from_db()
    assert message.state == "waiting"
    assert message.waiting_for.startswith("Item FILTER has no conversion from PALLET to PCS.")
    assert house.dump("itemLedgerEntries") == []


def test_a_movement_waits_for_a_dimension_value_too(cafm: Teller, house: House) -> None:
    message = consume(house, dimensions={"COSTCENTRE": "999"})

    house.drain()

    message.refresh_from_db()
    assert (message.state, message.waiting_for) == (
        "waiting",
        "dimension value COSTCENTRE 999 in Business Central",
    )
