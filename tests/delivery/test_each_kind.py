"""What each kind of event comes to in BC, in the cases that no other file of this room tells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.models import InboxEvent, Message
from reconciliation.models import GoodsReceipt, InventoryMovement, PurchaseRequest, ServiceConfirmation
from tests.delivery.house import House, states
from tests.delivery.telling import Teller, in_bc, line

D = Decimal
Entry = tuple[Decimal, str]


@pytest.fixture
def cafm(house: House) -> Teller:
    return Teller(house)


def move(cafm: Teller, kind: str, quantity: str, *, at: str = "MAIN", **values: Any) -> InboxEvent:
    told = {"line": 1, "item": "FILTER", "quantity": quantity, "unit": "PCS"}
    told |= {"location": at} if at else {}
    return cafm.tell(
        f"inventory.{kind}", {"number": "M-1", "posted_on": "2026-11-05", "lines": [told]} | values
    )


def ledger(house: House) -> list[Entry]:
    rows = house.dump("itemLedgerEntries")
    return sorted((D(str(row["quantity"])), row["locationCode"]) for row in rows)


def counted(cafm: Teller, *lines: tuple[int, str, str, str], number: str = "GR-1") -> InboxEvent:
    """Tell of a receipt: order line, received, accepted and rejected."""
    told = [
        {
            "line": position,
            "order_line": order_line,
            "quantity_received": received,
            "quantity_accepted": accepted,
            "quantity_rejected": rejected,
            "unit": "PCS",
        }
        for position, (order_line, received, accepted, rejected) in enumerate(lines, start=1)
    ]
    data = {"number": number, "purchase_order": "PO-1", "received_on": "2026-11-05", "received_by": "gate"}
    return cafm.tell("goods_receipt.recorded", data | {"lines": told})


def test_a_request_is_kept_and_its_order_names_it_beside_our_key(cafm: Teller, house: House) -> None:
    wanted = {"line": 1, "description": "Filters", "quantity": "4", "unit": "PCS"}
    told = cafm.tell(
        "purchase_request.approved",
        {
            "number": "PR-7",
            "requested_by": "jo",
            "approved_by": "mira",
            "approved_at": "2026-11-01T08:00:00Z",
            "lines": [wanted],
        },
    )
    cafm.approve(purchase_request="PR-7")
    house.drain()
    cafm.change(2, line(quantity=7), purchase_request="PR-7")

    house.drain()

    assert PurchaseRequest.objects.get().status == "recorded"
    assert cafm.fate(told) == (
        "accepted",
        "Kept here: Business Central takes no requests. The order that follows names this one.",
    )
    assert states() == ["done"] * 2
    assert in_bc(house) == {1: (7, 0)}
    comments = [
        row["description"] for row in house.dump("purchaseOrderLines") if row["lineType"] == "Comment"
    ]
    key = Message.objects.get(document_kind="purchase_order").key
    assert comments == [f"Tieout {key}", "Purchase request PR-7"]


def test_an_order_of_a_request_is_cancelled_whole(cafm: Teller, house: House) -> None:
    cafm.approve(purchase_request="PR-7")
    house.drain()
    cafm.cancel()

    house.drain()

    assert states() == ["done"] * 2
    assert house.dump("purchaseOrders") == []


def test_only_what_was_accepted_is_received(cafm: Teller, house: House) -> None:
    cafm.approve(line(1), line(2))
    counted(cafm, (1, "6", "4", "2"), (2, "3", "0", "3"))

    house.drain()

    assert in_bc(house) == {1: (10, 4), 2: (10, 0)}
    assert ledger(house) == [(D(4), "MAIN")]


def test_several_counts_of_one_order_line_are_received_as_one(cafm: Teller, house: House) -> None:
    cafm.approve()
    counted(cafm, (1, "2", "2", "0"), (1, "3", "3", "0"))

    house.drain()

    assert in_bc(house) == {1: (10, 5)}
    assert len(house.dump("purchaseReceipts")) == 1


def test_a_receipt_of_which_all_was_rejected_posts_nothing(cafm: Teller, house: House) -> None:
    cafm.approve()
    told = counted(cafm, (1, "6", "0", "6"))

    house.drain()

    assert GoodsReceipt.objects.get().status == "recorded"
    assert cafm.fate(told)[0] == "accepted"
    assert in_bc(house) == {1: (10, 0)}


def test_a_service_that_was_not_accepted_posts_nothing(cafm: Teller, house: House) -> None:
    cafm.approve(line(kind="service", item="CALLOUT", unit="H"))
    house.drain()
    data = {"number": "SC-1", "purchase_order": "PO-1", "confirmed_on": "2026-11-05", "confirmed_by": "site"}
    confirmed = [{"line": 1, "order_line": 1, "quantity": "4", "unit": "H"}]

    told = cafm.tell("service.confirmed", data | {"accepted": False, "lines": confirmed})
    house.drain()

    assert ServiceConfirmation.objects.get().status == "recorded"
    assert cafm.fate(told)[0] == "accepted"
    assert in_bc(house) == {1: (10, 0)}


def test_a_service_is_confirmed_in_parts(cafm: Teller, house: House) -> None:
    cafm.approve(line(kind="service", item="CALLOUT", unit="H"))
    data = {"purchase_order": "PO-1", "confirmed_on": "2026-11-05", "confirmed_by": "site", "accepted": True}
    for number, hours in (("SC-1", "4"), ("SC-2", "2.5")):
        confirmed = [{"line": 1, "order_line": 1, "quantity": hours, "unit": "H"}]
        cafm.tell("service.confirmed", data | {"number": number, "lines": confirmed})

    house.drain()

    (ordered,) = [row for row in house.dump("purchaseOrderLines") if row["lineType"] == "Item"]
    assert D(str(ordered["receivedQuantity"])) == D("6.5")
    assert len(house.dump("purchaseReceipts")) == 2


@pytest.mark.parametrize(
    ("kind", "quantity", "values", "entries"),
    [
        ("consumed", "2", {"work_order": "WO-7"}, [(D(-2), "MAIN")]),
        ("consumed", "-2", {"work_order": "WO-7"}, [(D(2), "MAIN")]),
        ("adjusted", "3", {"reason": "counted"}, [(D(3), "MAIN")]),
        ("adjusted", "-3", {"reason": "counted"}, [(D(-3), "MAIN")]),
        (
            "transferred",
            "5",
            {"at": "", "from_location": "MAIN", "to_location": "VAN"},
            [(D(-5), "MAIN"), (D(5), "VAN")],
        ),
    ],
    ids=["consumed", "back to stock", "found", "lost", "transferred"],
)
@pytest.mark.parametrize("lost", [False, True], ids=["fair", "answer lost"])
def test_a_movement_is_booked_once(
    cafm: Teller,
    house: House,
    lost: bool,
    kind: str,
    quantity: str,
    values: dict[str, Any],
    entries: list[Entry],
) -> None:
    if lost:
        house.faults({"fault": "commit_then_drop", "method": "POST", "path": "inventoryRequests", "times": 2})
    told = move(cafm, kind, quantity, **values)

    house.drain()

    assert ledger(house) == entries
    assert cafm.fate(told) == ("posted", "")
    movement = InventoryMovement.objects.get()
    assert (movement.number, movement.bc_number) == ("M-1", "M-1")
