"""More than was ordered: received where an over-receipt code of BC lets it come, else a person's."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from integration import outbox
from integration.couriers import receipts
from integration.models import Message
from tests.delivery.house import House, states
from tests.delivery.telling import Teller, in_bc, line


@pytest.fixture
def cafm(house: House) -> Teller:
    return Teller(house)


def the_receipt() -> Message:
    return Message.objects.get(document_kind="goods_receipt")


def retry(message: Message) -> None:
    outbox.retry(message, by=User.objects.create(username="buyer"), reason="settled there")


def codes(house: House, *, approval: bool = False, **percents: float) -> None:
    told = {"" if name == "default" else name: percent for name, percent in percents.items()}
    house.sandbox.control.settings(over_receipt_percents=told, over_receipts_need_approval=approval)


def test_without_a_code_nothing_is_received_and_a_person_is_told_what_to_do(
    cafm: Teller, house: House
) -> None:
    cafm.approve()
    cafm.receive("GR-1", (1, 12))

    house.drain()

    message = the_receipt()
    assert message.state == "rejected"
    assert message.error == (
        f"Line 10000 of order 106001 has 10 PCS open, but 12 were accepted. {receipts.OVER_RECEIPT}"
    )
    assert in_bc(house) == {1: (10, 0)}
    assert house.dump("purchaseReceipts") == []


@pytest.mark.parametrize("whose", ["default", "FILTER", "V1"])
def test_a_code_lets_come_what_it_allows(cafm: Teller, house: House, whose: str) -> None:
    codes(house, **{whose: 20})
    cafm.approve()
    cafm.receive("GR-1", (1, 12))

    house.drain()

    assert states() == ["done"] * 2
    assert in_bc(house) == {1: (12, 12)}


def test_the_items_code_goes_before_the_default_one(cafm: Teller, house: House) -> None:
    codes(house, default=50, FILTER=10)
    cafm.approve()
    cafm.receive("GR-1", (1, 12))

    house.drain()

    message = the_receipt()
    assert message.state == "rejected"
    assert "more came than the over-receipt code allows, which is 11 in all" in message.error
    assert in_bc(house) == {1: (10, 0)}


def test_what_one_line_may_not_take_no_line_receives(cafm: Teller, house: House) -> None:
    codes(house, default=20)
    cafm.approve(line(1), line(2))
    cafm.receive("GR-1", (1, 11), (2, 13))

    house.drain()

    message = the_receipt()
    assert message.state == "rejected"
    assert "which is 12 in all" in message.error
    assert house.dump("purchaseReceipts") == []


def test_goods_that_come_in_two_parts_are_measured_together(cafm: Teller, house: House) -> None:
    codes(house, default=20)
    cafm.approve()
    cafm.receive("GR-1", (1, 9))
    cafm.receive("GR-2", (1, 3))
    cafm.receive("GR-3", (1, 1))

    house.drain()

    assert states() == ["done", "done", "done", "rejected"]
    assert in_bc(house) == {1: (12, 12)}


def test_a_person_allows_it_and_a_retry_receives(cafm: Teller, house: House) -> None:
    cafm.approve()
    cafm.receive("GR-1", (1, 12))
    house.drain()
    codes(house, default=20)

    retry(the_receipt())
    house.drain()

    assert states() == ["done"] * 2
    assert in_bc(house) == {1: (12, 12)}


def test_what_has_to_be_approved_waits_for_a_person_and_is_received_once(cafm: Teller, house: House) -> None:
    codes(house, default=20, approval=True)
    cafm.approve()
    cafm.receive("GR-1", (1, 12))
    house.drain()
    waiting = the_receipt()
    (ordered,) = [row for row in house.dump("purchaseOrderLines") if row["lineType"] == "Item"]

    house.sandbox.control.seed({"purchaseOrderLines": [{"id": ordered["id"], "overReceiptPending": False}]})
    retry(waiting)
    house.drain()

    assert waiting.state == "rejected"
    assert "over-receipt" in waiting.error
    assert "approve" in waiting.error
    assert states() == ["done"] * 2
    assert in_bc(house) == {1: (12, 12)}
    assert len(house.dump("purchaseReceipts")) == 1


def test_a_later_version_of_the_order_leaves_what_came_above_it(cafm: Teller, house: House) -> None:
    codes(house, default=20)
    cafm.approve(line(1), line(2))
    cafm.receive("GR-1", (1, 12))
    house.drain()
    cafm.change(2, line(1), line(2, quantity=7))

    house.drain()

    assert states() == ["done"] * 3
    assert in_bc(house) == {1: (12, 12), 2: (7, 0)}
