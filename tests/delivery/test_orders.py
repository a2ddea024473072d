"""Orders reach Business Central once."""

from __future__ import annotations

import time
import uuid
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from integration import connections, outbox
from integration.models import Message
from masterdata.models import Vendor
from reconciliation.models import PurchaseOrder
from tests import mappings
from tests.delivery.house import House, item_line, outcomes, states


def test_an_order_arrives_with_its_lines_and_our_key(house: House) -> None:
    message = house.order("PO-1", item_line(), item_line(line=2, unit="BOX", quantity=Decimal(3)))

    report = house.drain()

    assert report.as_dict()["outcomes"] == {"posted": 1}
    order, *others = house.dump("purchaseOrders")
    assert not others
    assert order["vendorNumber"] == "V1"
    lines = house.dump("purchaseOrderLines")
    assert [(each["sequence"], each["lineType"]) for each in lines] == [
        (1, "Comment"),
        (10000, "Item"),
        (20000, "Item"),
    ]
    assert lines[0]["description"] == f"Tieout {message.key}"
    assert [each["locationCode"] for each in lines[1:]] == ["MAIN", "MAIN"]
    ours = PurchaseOrder.objects.get(number="PO-1")
    assert (ours.status, ours.bc_number, str(ours.bc_id)) == ("posted", order["number"], order["id"])


def test_a_lost_answer_is_found_and_not_repeated(house: House) -> None:
    house.faults({"fault": "commit_then_drop", "method": "POST", "path": "purchaseOrders", "every": 1})
    message = house.order()

    house.drain()

    assert outcomes(message) == ["unknown", "adopted"]
    assert states() == ["done"]
    assert len(house.dump("purchaseOrders")) == 1


def test_a_call_that_never_arrived_is_sent_again_after_the_outcome_is_settled(house: House) -> None:
    house.faults({"fault": "before_read", "method": "POST", "path": "purchaseOrders", "times": 1})
    message = house.order()

    house.drain()

    assert outcomes(message)[0] == "unknown"
    assert outcomes(message)[-1] == "posted"
    assert set(outcomes(message)[1:-1]) == {"not_found"}
    assert len(house.dump("purchaseOrders")) == 1


def test_a_refused_vendor_goes_to_a_person_in_plain_words(house: House) -> None:
    message = house.order(vendor="V2")

    house.drain()

    message.refresh_from_db()
    assert message.state == "rejected"
    assert message.error == (
        "Business Central refused the purchase order: the vendor is blocked. "
        "Unblock the vendor in BC, then send it again."
    )
    assert outcomes(message) == ["refused"]
    assert house.dump("purchaseOrders") == []


def test_a_retry_by_hand_sends_it_once_the_vendor_is_free(house: House) -> None:
    message = house.order(vendor="V2")
    house.drain()
    house.sandbox.control.seed({"vendors": [{"number": "V2", "blocked": "_x0020_"}]})
    person = User.objects.create(username="admin")

    outbox.retry(message, by=person, reason="unblocked")
    house.drain()

    assert outcomes(message) == ["refused", "by_hand", "posted"]
    assert len(house.dump("purchaseOrders")) == 1


def test_an_unknown_vendor_waits_until_the_mirror_has_it(house: House) -> None:
    message = house.order(vendor="V9")
    house.drain()
    message.refresh_from_db()
    assert (message.state, message.waiting_for) == ("waiting", "vendor V9 in Business Central")

    house.sandbox.control.seed({"vendors": [{"number": "V9"}]})
    Vendor.objects.create(company=house.company, number="V9", row_hash=b"")
    house.drain()

    assert states() == ["done"]


def test_throttling_and_locks_are_waited_out(house: House) -> None:
    house.faults(
        {"fault": "throttle", "method": "POST", "path": "purchaseOrders", "times": 1, "retry_after": 1},
        {"fault": "lock_conflict", "method": "POST", "path": "purchaseOrders", "times": 2},
    )
    message = house.order()

    house.drain()

    assert outcomes(message) == ["not_sent", "temporary", "temporary", "posted"]
    message.refresh_from_db()
    assert message.attempts == 3  # the throttled call cost none
    assert len(house.dump("purchaseOrders")) == 1


def test_a_renamed_target_changes_what_the_next_order_carries(house: House) -> None:
    mappings.drop_row("purchase order line → BC", "description2")
    mappings.change_row("purchase order line → BC", "description", target="description2")

    house.order()
    house.drain()

    line = house.dump("purchaseOrderLines")[1]
    assert line["description2"] == "Air filter"


def test_a_lost_order_is_found_when_the_mapping_leaves_the_day_to_bc(house: House) -> None:
    mappings.drop_row("purchase order → BC", "orderDate")
    house.faults({"fault": "commit_then_drop", "method": "POST", "path": "purchaseOrders", "times": 1})
    message = house.order()

    house.drain()

    assert outcomes(message) == ["unknown", "adopted"]
    assert len(house.dump("purchaseOrders")) == 1


def test_a_field_bc_does_not_know_stops_the_order_and_nothing_else(house: House) -> None:
    name = "purchase order → BC"
    mappings.change_row(name, "requestedReceiptDate", target="wishedFor", required=True)
    house.order("PO-1")
    mappings.change_row(name, "wishedFor", required=False)
    house.order("PO-2")

    house.drain()

    assert states() == ["rejected", "done"]
    stuck = Message.objects.get(document_number="PO-1")
    assert "wishedFor" in stuck.error


def test_wrong_credentials_stop_the_lane_and_cost_no_attempt(house: House, settings: Any) -> None:
    settings.BC_CLIENT_SECRET = "wrong"
    message = house.order()

    report = house.drain()

    assert report.stopped
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("ready", 0)


def test_an_expired_token_is_renewed_and_costs_nothing(house: House) -> None:
    house.order("PO-1")
    house.drain()
    old = connections.client().tokens.current()
    house.sandbox.control.settings(tokens_before=time.time())
    message = house.order("PO-2")

    house.drain()

    assert outcomes(message) == ["posted"]
    assert connections.client().tokens.current() != old
    assert len(house.dump("purchaseOrders")) == 2


def test_a_lock_that_stays_goes_to_a_person_after_eight_attempts(house: House) -> None:
    house.faults({"fault": "lock_conflict", "method": "POST", "path": "purchaseOrders"})
    message = house.order()

    house.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("dead", 8)
    assert outcomes(message) == ["temporary"] * 8
    assert house.dump("purchaseOrders") == []


def test_nothing_is_posted_into_another_company(house: House) -> None:
    message = house.order()
    house.company.bc_id = uuid.uuid4()
    house.company.save()

    report = house.drain()

    assert "connected to another Business Central than that of the company CRONUS" in report.stopped
    assert outcomes(message) == ["not_sent"]
    assert states() == ["ready"]
    assert house.dump("purchaseOrders") == []
