"""Reversed receipts and returned goods count at once, and a person is told what to do in Business Central."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from integration import outbox
from integration.models import Message
from reconciliation.models import GoodsReceipt
from tests.delivery.house import House, states
from tests.delivery.telling import Teller, in_bc


@pytest.fixture
def cafm(house: House) -> Teller:
    return Teller(house)


def test_a_receipt_that_is_reversed_before_it_is_sent_stays_here(cafm: Teller, house: House) -> None:
    cafm.approve()
    house.drain()
    received = cafm.receive("GR-1", (1, 4))
    reversal = cafm.reverse("GR-1")

    house.drain()

    assert in_bc(house) == {1: (10, 0)}
    assert cafm.fate(received)[0] == "cancelled"
    assert cafm.fate(reversal) == (
        "accepted",
        "The receipt was not in Business Central, so there is nothing to undo there.",
    )


def test_a_reversal_before_its_receipt_waits_and_then_holds(cafm: Teller, house: House) -> None:
    cafm.approve()
    reversal = cafm.reverse("GR-1")
    assert cafm.fate(reversal)[0] == "waiting"
    cafm.receive("GR-1", (1, 4))

    house.drain()

    assert in_bc(house) == {1: (10, 0)}
    assert GoodsReceipt.objects.get().reversed_on is not None
    assert cafm.fate(reversal)[0] == "accepted"


def test_two_reversals_before_their_receipt_both_end_with_it(cafm: Teller, house: House) -> None:
    cafm.approve()
    first, second = cafm.reverse("GR-1"), cafm.reverse("GR-1", number="RV-2")
    cafm.receive("GR-1", (1, 4))

    house.drain()

    assert in_bc(house) == {1: (10, 0)}
    assert [cafm.fate(event)[0] for event in (first, second)] == ["accepted", "accepted"]
    assert states() == ["done", "cancelled", "cancelled"]


def test_a_reversal_before_a_receipt_of_which_nothing_was_accepted_ends_with_it(
    cafm: Teller, house: House
) -> None:
    cafm.approve()
    reversal = cafm.reverse("GR-1")
    cafm.receive("GR-1", (1, 0))

    house.drain()

    assert cafm.fate(reversal)[0] == "accepted"
    assert states() == ["done", "cancelled"]


def test_a_posted_receipt_is_a_persons_to_undo_and_later_ones_wait_for_that(
    cafm: Teller, house: House
) -> None:
    cafm.approve()
    cafm.receive("GR-1", (1, 4))
    house.drain()
    reversal = cafm.reverse("GR-1")
    later = cafm.receive("GR-2", (1, 5))

    house.drain()

    fate, told = cafm.fate(reversal)
    number = GoodsReceipt.objects.get(number="GR-1").bc_number
    assert fate == "rejected"
    assert told.startswith(f"Receipt {number} of order")
    assert "Undo it in Business Central" in told
    assert in_bc(house) == {1: (10, 4)}
    assert cafm.fate(later)[0] == "queued"


def test_a_retry_sees_that_the_receipt_was_undone_and_the_rest_goes_on(cafm: Teller, house: House) -> None:
    cafm.approve()
    cafm.receive("GR-1", (1, 4))
    house.drain()
    reversal = cafm.reverse("GR-1")
    cafm.receive("GR-2", (1, 5))
    house.drain()
    ours = next(each for each in house.dump("purchaseOrderLines") if each["sequence"] == 10_000)
    house.sandbox.control.seed(
        {"purchaseOrderLines": [{"id": ours["id"], "documentId": ours["documentId"], "receivedQuantity": 0}]}
    )
    message = Message.objects.get(document_kind="receipt_reversal")

    outbox.retry(message, by=User.objects.create(username="ines"), reason="undone")
    house.drain()

    assert cafm.fate(reversal)[0] == "posted"
    assert in_bc(house) == {1: (10, 5)}


def test_a_return_is_a_persons_work_with_its_figures(cafm: Teller, house: House) -> None:
    cafm.approve()
    cafm.receive("GR-1", (1, 4))
    returned = cafm.give_back("RT-1", (1, 3))
    after = cafm.receive("GR-2", (1, 2))

    house.drain()

    fate, told = cafm.fate(returned)
    assert fate == "rejected"
    assert told.startswith("3 PCS of line 1 of order")
    assert cafm.fate(after)[0] == "posted"
    message = Message.objects.get(document_kind="goods_return")

    outbox.mark_done_by_hand(
        message, by=User.objects.create(username="ines"), reason="posted", bc_number="RS-9"
    )

    assert cafm.fate(returned) == ("posted", "")
    assert states().count("done") == 4


def test_rejected_goods_that_go_back_are_nobodys_work_in_business_central(cafm: Teller, house: House) -> None:
    cafm.approve()
    cafm.receive("GR-1", (1, 4), rejected=2)

    returned = cafm.give_back("RT-1", (1, 2), rejected=2)

    house.drain()
    fate, told = cafm.fate(returned)
    assert fate == "accepted"
    assert told.startswith("Only rejected goods went back.")
    assert not Message.objects.filter(document_kind="goods_return").exists()


def test_of_what_went_back_only_the_accepted_goods_are_a_persons_work(cafm: Teller, house: House) -> None:
    cafm.approve()
    cafm.receive("GR-1", (1, 4), rejected=2)

    returned = cafm.give_back("RT-1", (1, 3), rejected=2)

    house.drain()
    fate, told = cafm.fate(returned)
    assert fate == "rejected"
    assert told.startswith("1 PCS of line 1 of order")


def test_more_rejected_goods_than_were_rejected_wait_for_a_receipt_that_tells_of_them(
    cafm: Teller, house: House
) -> None:
    cafm.approve()
    cafm.receive("GR-1", (1, 4), rejected=1)
    before = cafm.give_back("RT-1", (1, 1), rejected=1)
    returned = cafm.give_back("RT-2", (1, 2), rejected=2)
    house.drain()
    assert cafm.fate(before)[0] == "accepted"
    assert cafm.fate(returned) == (
        "waiting",
        "It waits for a goods receipt that tells of more rejected goods on line 1 of purchase order PO-1: "
        "3 of them went back, 1 were rejected and goes on by itself once that is there.",
    )

    cafm.receive("GR-2", (1, 3), rejected=2)

    house.drain()
    assert cafm.fate(returned)[0] == "accepted"
    assert cafm.fate(returned)[1].startswith("Only rejected goods went back.")


def test_rejected_goods_may_go_back_before_their_order_is_told_of(cafm: Teller, house: House) -> None:
    returned = cafm.give_back("RT-1", (1, 2), rejected=2)
    assert cafm.fate(returned)[0] in ("queued", "waiting")
    cafm.approve()
    cafm.receive("GR-1", (1, 4), rejected=2)

    house.drain()

    assert cafm.fate(returned)[0] == "accepted"
