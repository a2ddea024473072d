"""The quantities of a receipt's lines are set in one call, as a whole or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration import connections
from integration.bc.reading import PurchaseOrderLine, read
from integration.couriers import together
from integration.errors import ConflictError
from integration.models import Message
from tests.delivery.house import House, item_line, states

D = Decimal
ALL = range(1, 6)


@pytest.fixture
def order(house: House) -> Message:
    """An order of five lines, posted."""
    message = house.order("PO-1", *(item_line(line=line) for line in ALL))
    house.drain()
    message.refresh_from_db()
    house.sandbox.control.forget_requests()
    return message


def lines(house: House) -> list[dict[str, Any]]:
    return [line for line in house.dump("purchaseOrderLines") if line["lineType"] == "Item"]


def counts(house: House) -> dict[str, int]:
    found: dict[str, int] = house.sandbox.control.requests()["counts"]
    return found


@pytest.mark.usefixtures("order")
def test_a_receipt_of_many_lines_takes_as_few_calls_as_one_of_a_single_line(house: House) -> None:
    house.receipt(order_lines=ALL)

    house.drain()

    asked = counts(house)
    assert sum(asked.values()) == 7  # look, date, two rounds of quantities, look again, post, read its number
    assert {name: count for name, count in asked.items() if "batch" in name} == {"POST $batch": 2}
    assert [line["receivedQuantity"] for line in lines(house)] == [4] * 5
    assert house.dump("purchaseInvoices") == []


@pytest.mark.usefixtures("order")
@pytest.mark.parametrize("fault", ["commit_then_drop", "half_body", "before_read", "unavailable"])
def test_a_lost_round_of_quantities_does_no_harm(house: House, fault: str) -> None:
    house.faults({"fault": fault, "path": "$batch", "times": 2})
    house.receipt(order_lines=ALL)

    house.drain()

    assert set(states()) == {"done"}
    assert [line["receivedQuantity"] for line in lines(house)] == [4] * 5
    assert len(house.dump("purchaseReceipts")) == 1
    assert house.dump("purchaseInvoices") == []


def test_of_lines_that_somebody_has_changed_none_is_set_and_the_reason_is_named(
    house: House, order: Message
) -> None:
    client = connections.client()
    found = client.lines("purchaseOrders", str(order.bc_id), "purchaseOrderLines")
    before = [read(PurchaseOrderLine, row) for row in found if row["lineType"] == "Item"]
    client.update("purchaseOrderLines", before[1].id, {"description": "x"}, etag=before[1].etag or "")
    was = [line["receiveQuantity"] for line in lines(house)]

    with pytest.raises(ConflictError, match="the order line"):
        together.set_quantities(client, [(line, {"receiveQuantity": D(1)}) for line in before])

    assert [line["receiveQuantity"] for line in lines(house)] == was
