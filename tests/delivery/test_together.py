"""The quantities of a receipt's lines are set in one call, as a whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from integration import connections, delivery
from integration.bc import Client
from integration.bc.reading import PurchaseOrderLine, read
from integration.bc.transport import Answer, Request, Transport
from integration.couriers import together
from integration.errors import ConflictError
from integration.models import Message
from tests.delivery.house import House, item_line, outcomes, states

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


class Forgetful(Transport):
    """The transport itself; the answer to a batch tells too little of its parts."""

    def __init__(self, told: Callable[[list[Any]], list[Any]], *, trusted_ca: str) -> None:
        super().__init__(trusted_ca=trusted_ca)
        self.told, self.times = told, 2

    def send(self, request: Request, *, token: str, timeout: tuple[float, float]) -> Answer:
        answer = super().send(request, token=token, timeout=timeout)
        if request.url.endswith("$batch") and self.times:
            self.times -= 1
            responses = self.told(json.loads(answer.body)["responses"])
            return Answer(200, answer.headers, json.dumps({"responses": responses}).encode())
        return answer


@pytest.mark.usefixtures("order")
@pytest.mark.parametrize(
    "told",
    [
        lambda responses: [],
        lambda responses: responses[:2],
        lambda responses: [{"id": each["id"], "status": 204} for each in responses],
    ],
    ids=["nothing", "some", "without lines"],
)
def test_a_batch_that_tells_too_little_is_a_lost_answer_that_counts(house: House, told: Any) -> None:
    message = house.receipt(order_lines=ALL)
    client = Client(connections.connection())
    client.transport = Forgetful(told, trusted_ca=client.connection.trusted_ca)

    delivery.drain(until_idle=True, client=client)

    assert outcomes(message) == ["temporary", "temporary", "posted"]
    assert [line["receivedQuantity"] for line in lines(house)] == [4] * 5
    assert house.dump("purchaseInvoices") == []
