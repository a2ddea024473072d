"""A changed or cancelled order comes to the same in Business Central, whatever else happens to it there."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from integration import connections, delivery, outbox
from integration.bc import Client
from integration.bc.transport import Answer, Request, Transport
from integration.models import Message
from reconciliation.models import OrderChange, PurchaseOrder
from tests.delivery.house import House, outcomes, states
from tests.delivery.telling import Teller, in_bc, line

RELEASED = "Open"  # BC's word in its API


@pytest.fixture
def cafm(house: House) -> Teller:
    return Teller(house)


def of_change() -> Message:
    message: Message = Message.objects.filter(document_kind="order_change").latest("pk")
    return message


def edit(house: House, sequence: int, **values: Any) -> None:
    """Change a line in Business Central as a person does."""
    row = next(each for each in house.dump("purchaseOrderLines") if each["sequence"] == sequence)
    connections.client().update("purchaseOrderLines", row["id"], values, etag=row["@odata.etag"])


def release(house: House) -> None:
    """Release the only order, as a person does in Business Central."""
    order = house.dump("purchaseOrders")[0]
    connections.client().act("purchaseOrderHeaders", order["id"], "release", app=True)


def status(house: House) -> str:
    """What BC says of the only order."""
    return str(house.dump("purchaseOrders")[0]["status"])


def test_a_change_before_sending_takes_the_place_of_what_was_in_line(cafm: Teller, house: House) -> None:
    approved = cafm.approve(line(quantity=10))
    changed = cafm.change(2, line(quantity=7), line(2, quantity=3))

    house.drain()

    assert in_bc(house) == {1: (7, 0), 2: (3, 0)}
    assert states() == ["done"]
    assert [cafm.fate(event) for event in (approved, changed)] == [("posted", ""), ("posted", "")]
    assert OrderChange.objects.get().status == "with_order"
    assert len(house.dump("purchaseOrders")) == 1


def test_a_change_after_posting_changes_adds_and_takes_out_lines(cafm: Teller, house: House) -> None:
    cafm.approve(line(1), line(2, quantity=5))
    house.drain()
    changed = cafm.change(2, line(1, quantity=8, price="11"), line(3, quantity=4), expected_on="2026-12-01")

    house.drain()

    assert in_bc(house) == {1: (8, 0), 3: (4, 0)}
    prices = {each["sequence"]: each["directUnitCost"] for each in house.dump("purchaseOrderLines")}
    assert prices[10_000] == 11
    assert house.dump("purchaseOrders")[0]["requestedReceiptDate"] == "2026-12-01"
    assert cafm.fate(changed)[0] == "posted"
    change = OrderChange.objects.get()
    assert (change.status, change.bc_number) == ("posted", house.dump("purchaseOrders")[0]["number"])


def test_a_change_after_a_partial_receipt_keeps_what_came(cafm: Teller, house: House) -> None:
    cafm.approve(line(1), line(2))
    cafm.receive("GR-1", (1, 4), (2, 3))
    house.drain()
    cafm.change(2, line(1, quantity=6))

    house.drain()

    assert in_bc(house) == {1: (6, 4), 2: (3, 3)}
    assert states() == ["done"] * 3


def test_less_than_came_is_a_persons_to_decide(cafm: Teller, house: House) -> None:
    cafm.approve()
    cafm.receive("GR-1", (1, 4))
    house.drain()
    cafm.change(2, line(quantity=3))

    house.drain()

    message = of_change()
    assert message.state == "rejected"
    assert "line 10000 has 4 received, and the new quantity is 3" in message.error
    assert in_bc(house) == {1: (10, 4)}


def test_an_older_version_that_comes_late_is_recorded_and_changes_nothing(cafm: Teller, house: House) -> None:
    cafm.approve()
    cafm.change(3, line(quantity=7))
    late = cafm.change(2, line(quantity=99))
    house.drain()

    assert in_bc(house) == {1: (7, 0)}
    assert PurchaseOrder.objects.get().version == 3
    assert cafm.fate(late) == (
        "accepted",
        "It came too late: a later version or the cancellation of the order is here. Nothing is done.",
    )


def test_a_change_before_its_approval_makes_the_order(cafm: Teller, house: House) -> None:
    cafm.change(2, line(quantity=7))
    late = cafm.approve(line(quantity=10))

    house.drain()

    assert in_bc(house) == {1: (7, 0)}
    assert cafm.fate(late)[0] == "accepted"


def test_a_newer_version_takes_the_place_of_one_that_was_refused(cafm: Teller, house: House) -> None:
    cafm.approve()
    house.drain()
    wrong = cafm.change(2, line(1, unit="BARREL"))
    house.drain()
    assert of_change().state == "rejected"
    cafm.change(3, line(1, quantity=6))

    house.drain()

    assert in_bc(house) == {1: (6, 0)}
    assert cafm.fate(wrong) == ("cancelled", "A later version of the order took its place.")


def test_a_persons_edit_of_another_field_stays(cafm: Teller, house: House) -> None:
    cafm.approve()
    house.drain()
    edit(house, 10_000, description="Air filter, the good one")
    cafm.change(2, line(quantity=7))

    house.drain()

    ours = next(each for each in house.dump("purchaseOrderLines") if each["sequence"] == 10_000)
    assert (ours["description"], int(ours["quantity"])) == ("Air filter, the good one", 7)
    assert states() == ["done", "done"]


def test_a_persons_edit_of_the_same_field_is_not_overwritten(cafm: Teller, house: House) -> None:
    cafm.approve()
    house.drain()
    edit(house, 10_000, quantity=12)
    cafm.change(2, line(quantity=7))

    house.drain()

    assert in_bc(house) == {1: (12, 0)}
    assert "has quantity 12 there, set by somebody, and shall get 7" in of_change().error


@pytest.mark.parametrize("method", ["PATCH", "POST", "DELETE"])
def test_lost_answers_double_nothing(cafm: Teller, house: House, method: str) -> None:
    cafm.approve(line(1), line(2))
    house.drain()
    house.faults({"fault": "commit_then_drop", "method": method, "path": "purchaseOrder", "every": 1})
    cafm.change(2, line(1, quantity=8), line(3, quantity=4))

    house.drain()

    assert in_bc(house) == {1: (8, 0), 3: (4, 0)}
    assert "unknown" in outcomes(of_change())
    assert states() == ["done", "done"]


class Meddling(Transport):
    """The transport itself; right before the first change somebody in Business Central is quicker."""

    def __init__(self, house: House, *, trusted_ca: str) -> None:
        super().__init__(trusted_ca=trusted_ca)
        self.house, self.times = house, 1

    def send(self, request: Request, *, token: str, timeout: tuple[float, float]) -> Answer:
        if request.method == "PATCH" and self.times:
            self.times -= 1
            edit(self.house, 10_000, description="Mine")
        return super().send(request, token=token, timeout=timeout)


def test_somebody_elses_change_in_between_is_read_again_and_stays(cafm: Teller, house: House) -> None:
    cafm.approve()
    house.drain()
    cafm.change(2, line(quantity=7))
    client = Client(connections.connection())
    client.transport = Meddling(house, trusted_ca=client.connection.trusted_ca)

    delivery.drain(until_idle=True, client=client)

    assert in_bc(house) == {1: (7, 0)}
    ours = next(each for each in house.dump("purchaseOrderLines") if each["sequence"] == 10_000)
    assert ours["description"] == "Mine"
    assert outcomes(of_change()) == ["temporary", "posted"]


def test_a_cancellation_before_sending_sends_nothing(cafm: Teller, house: House) -> None:
    approved = cafm.approve()
    cancelled = cafm.cancel()

    house.drain()

    assert house.dump("purchaseOrders") == []
    assert cafm.fate(approved)[0] == "cancelled"
    assert cafm.fate(cancelled)[0] == "cancelled"
    assert PurchaseOrder.objects.get().state == "cancelled"


def test_a_cancellation_while_a_worker_holds_the_order_closes_both(cafm: Teller, house: House) -> None:
    approved = cafm.approve()
    held = outbox.claim(now=timezone.now(), worker="one")
    assert held is not None
    cancelled = cafm.cancel()

    delivery.deliver(held)
    house.drain()

    assert house.dump("purchaseOrders") == []
    assert states() == ["cancelled", "cancelled"]
    assert [cafm.fate(event)[0] for event in (approved, cancelled)] == ["cancelled", "cancelled"]


def test_a_cancellation_before_its_order_waits_and_then_holds(cafm: Teller, house: House) -> None:
    early = cafm.cancel()
    assert cafm.fate(early)[0] == "waiting"

    cafm.approve()
    house.drain()

    assert house.dump("purchaseOrders") == []


def test_an_order_that_is_cancelled_before_anything_came_goes(cafm: Teller, house: House) -> None:
    cafm.approve(line(1), line(2))
    house.drain()
    cancelled = cafm.cancel()

    house.drain()

    assert house.dump("purchaseOrders") == []
    assert cafm.fate(cancelled)[0] == "posted"


def test_what_came_before_a_cancellation_stays(cafm: Teller, house: House) -> None:
    cafm.approve(line(1), line(2))
    house.drain()
    cafm.receive("GR-1", (1, 4))
    cafm.cancel()

    house.drain()

    assert in_bc(house) == {1: (4, 4)}
    assert states() == ["done"] * 3


def test_one_line_is_cancelled_and_a_later_version_does_not_bring_it_back(cafm: Teller, house: House) -> None:
    cafm.approve(line(1), line(2))
    house.drain()
    cafm.cancel(2)
    house.drain()
    cafm.change(2, line(1, quantity=5), line(2, quantity=5))

    house.drain()

    assert in_bc(house) == {1: (5, 0)}


def test_a_released_order_is_a_persons_to_reopen(cafm: Teller, house: House, settings: Any) -> None:
    cafm.approve()
    house.drain()
    release(house)
    settings.BC_APP_URL = ""
    cafm.change(2, line(quantity=7))

    house.drain()

    assert "the order is released there" in of_change().error
    assert in_bc(house) == {1: (10, 0)}


def test_a_released_order_is_reopened_and_released_with_the_app(cafm: Teller, house: House) -> None:
    cafm.approve()
    house.drain()
    release(house)
    cafm.change(2, line(quantity=7))

    house.drain()

    assert in_bc(house) == {1: (7, 0)}
    assert status(house) == RELEASED


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "unavailable", "method": "PATCH", "path": "purchaseOrderLines"},
        {"fault": "unavailable", "method": "POST", "path": "release"},
        {"fault": "unavailable", "method": "POST", "path": "reopen"},
        {"fault": "commit_then_drop", "method": "PATCH", "path": "purchaseOrderLines"},
        {"fault": "commit_then_drop", "method": "POST", "path": "release"},
        {"fault": "commit_then_drop", "method": "POST", "path": "reopen"},
    ],
    ids=lambda fault: f"{fault['fault']} {fault['path']}",
)
def test_what_breaks_off_while_an_order_is_open_is_gone_on_with_and_released(
    cafm: Teller, house: House, fault: dict[str, Any]
) -> None:
    cafm.approve()
    house.drain()
    release(house)
    cafm.change(2, line(quantity=7))
    house.faults(fault | {"times": 1})

    house.drain()

    assert in_bc(house) == {1: (7, 0)}
    assert status(house) == RELEASED
    assert states() == ["done", "done"]
    assert PurchaseOrder.objects.get().reopened_at is None


def test_a_change_that_is_refused_leaves_the_order_released(cafm: Teller, house: House) -> None:
    cafm.approve()
    house.drain()
    release(house)
    cafm.change(2, line(unit="BARREL"))

    house.drain()

    assert of_change().state == "rejected"
    assert in_bc(house) == {1: (10, 0)}
    assert status(house) == RELEASED


def test_an_order_that_was_left_open_by_one_version_is_released_by_the_next(
    cafm: Teller, house: House
) -> None:
    cafm.approve()
    house.drain()
    release(house)
    cafm.change(2, line(unit="BARREL"))
    house.faults({"fault": "lock_conflict", "method": "POST", "path": "release"})
    house.drain()
    assert status(house) == "Draft"
    house.faults()
    cafm.change(3, line(quantity=10))

    house.drain()

    assert in_bc(house) == {1: (10, 0)}
    assert status(house) == RELEASED


def test_an_order_that_a_person_has_open_stays_open(cafm: Teller, house: House) -> None:
    cafm.approve()
    house.drain()
    cafm.change(2, line(quantity=7))

    house.drain()

    assert in_bc(house) == {1: (7, 0)}
    assert status(house) == "Draft"


class EditsWhileOpen(Transport):
    """The transport itself; right after our reopening somebody in Business Central edits the order."""

    def __init__(self, house: House, *, trusted_ca: str) -> None:
        super().__init__(trusted_ca=trusted_ca)
        self.house = house

    def send(self, request: Request, *, token: str, timeout: tuple[float, float]) -> Answer:
        answer = super().send(request, token=token, timeout=timeout)
        if request.url.endswith("reopen"):
            edit(self.house, 10_000, quantity=12)
        return answer


def test_an_edit_between_our_look_and_our_change_of_a_released_order_is_a_persons(
    cafm: Teller, house: House
) -> None:
    cafm.approve()
    house.drain()
    release(house)
    cafm.change(2, line(quantity=7))
    client = Client(connections.connection())
    client.transport = EditsWhileOpen(house, trusted_ca=client.connection.trusted_ca)

    delivery.drain(until_idle=True, client=client)

    assert in_bc(house) == {1: (12, 0)}
    assert "has quantity 12 there, set by somebody, and shall get 7" in of_change().error
    assert status(house) == RELEASED


def test_a_released_order_that_is_cancelled_before_anything_came_goes(cafm: Teller, house: House) -> None:
    cafm.approve(line(1), line(2))
    house.drain()
    release(house)
    cancelled = cafm.cancel()

    house.drain()

    assert house.dump("purchaseOrders") == []
    assert cafm.fate(cancelled)[0] == "posted"


def test_a_change_leaves_our_key_on_the_order(cafm: Teller, house: House) -> None:
    cafm.approve(line(1))
    house.drain()
    before = [each for each in house.dump("purchaseOrderLines") if each["lineType"] == "Comment"]
    cafm.change(2, line(1, quantity=8))

    house.drain()

    after = [each for each in house.dump("purchaseOrderLines") if each["lineType"] == "Comment"]
    assert [each["description"] for each in after] == [each["description"] for each in before]
    assert len(before) == 1
