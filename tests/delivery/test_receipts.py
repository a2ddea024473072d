"""Receipts are received on their order, never invoiced, and never twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from integration.models import Message
from masterdata.models import ItemUnit
from reconciliation.models import GoodsReceipt, ServiceConfirmation
from tests.delivery.house import House, item_line, outcomes, states
from tests.delivery.test_backlog import lengthen

D = Decimal
MANY = 3_000
READ = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s"


def received(house: House) -> list[Decimal]:
    lines = house.dump("purchaseOrderLines")
    return [D(str(line["receivedQuantity"])) for line in lines if line["lineType"] != "Comment"]


def test_a_receipt_is_received_and_not_invoiced(house: House) -> None:
    house.order()
    house.receipt(accepted=D(4), rejected=D(1))

    house.drain()

    assert states() == ["done", "done"]
    assert received(house) == [4]
    (receipt,) = house.dump("purchaseReceipts")
    assert receipt["postingDate"] == "2026-11-05"
    assert house.dump("purchaseInvoices") == []
    ours = GoodsReceipt.objects.get()
    assert (ours.status, ours.bc_number) == ("posted", receipt["number"])


def test_a_receipt_reads_the_messages_of_its_order_and_no_others(house: House) -> None:
    house.order()
    first = house.receipt("GR-1", accepted=D(4))
    house.drain()
    lengthen(first, to=MANY)
    house.receipt("GR-2", accepted=D(6))
    before = messages_read()

    house.drain()

    read = messages_read() - before
    assert received(house) == [10]
    assert Message.objects.filter(state="done").count() == MANY + 1
    assert read < 100


def messages_read() -> int:
    """Count the messages that this transaction has read so far."""
    with connection.cursor() as cursor:
        cursor.execute(READ, [Message._meta.db_table])
        return int(cursor.fetchone()[0])


def test_lines_without_arrival_are_not_received(house: House) -> None:
    house.order("PO-1", item_line(), item_line(line=2))
    house.receipt(accepted=D(4), order_lines=[2])

    house.drain()

    assert received(house) == [0, 4]


def test_several_receipts_add_up(house: House) -> None:
    house.order()
    house.receipt("GR-1", accepted=D(4))
    house.receipt("GR-2", accepted=D(6))

    house.drain()

    assert received(house) == [10]
    assert len({each["number"] for each in house.dump("purchaseReceipts")}) == 2
    assert len(set(GoodsReceipt.objects.values_list("bc_number", flat=True))) == 2


def test_pieces_are_received_in_the_boxes_of_the_order(house: House) -> None:
    house.order("PO-1", item_line(unit="BOX", quantity=D(3)))
    house.receipt(accepted=D(24), unit="PCS")

    house.drain()

    assert received(house) == [2]


def test_a_receipt_without_conversion_waits_for_it(house: House) -> None:
    ItemUnit.objects.all().delete()
    house.order("PO-1", item_line())
    message = house.receipt(accepted=D(1), unit="BOX")

    house.drain()

    message.refresh_from_db()
    assert message.state == "waiting"
    assert "no conversion from BOX to PCS" in message.waiting_for


@pytest.mark.parametrize(
    "fault", ["commit_then_drop", "error_500_after_commit", "gateway_timeout_after_commit"]
)
def test_a_lost_answer_does_not_receive_twice(house: House, fault: str) -> None:
    house.order()
    house.faults({"fault": fault, "method": "POST", "path": "receiveAndInvoice", "every": 1})
    message = house.receipt(accepted=D(4))

    house.drain()

    assert outcomes(message) == ["unknown", "adopted"]
    assert received(house) == [4]
    assert len(house.dump("purchaseReceipts")) == 1


def test_a_lost_answer_while_quantities_are_set_does_no_harm(house: House) -> None:
    house.order()
    house.faults({"fault": "commit_then_drop", "method": "PATCH", "times": 2})
    house.receipt(accepted=D(4))

    house.drain()

    assert received(house) == [4]
    assert house.dump("purchaseInvoices") == []


def test_a_receipt_waits_for_its_order(house: House) -> None:
    message = house.receipt()
    house.drain()
    message.refresh_from_db()
    assert message.waiting_for == "purchase order PO-1 from the CAFM"

    house.order()
    house.drain()

    assert states() == ["done", "done"]
    assert received(house) == [4]


def test_nothing_accepted_is_done_without_posting(house: House) -> None:
    house.order()
    house.receipt(accepted=D(0), rejected=D(5))

    house.drain()

    assert states() == ["done", "done"]
    assert house.dump("purchaseReceipts") == []
    assert GoodsReceipt.objects.get().status == "recorded"


def test_more_than_ordered_goes_to_a_person(house: House) -> None:
    house.order()
    message = house.receipt(accepted=D(12))

    house.drain()

    message.refresh_from_db()
    assert message.state == "rejected"
    assert "has 10 PCS open, but 12 were accepted" in message.error
    assert received(house) == [0]


def test_a_stuck_order_holds_its_receipts_and_no_others(house: House) -> None:
    house.order("PO-1", vendor="V2")
    house.receipt("GR-1", "PO-1")
    house.order("PO-2")
    house.receipt("GR-2", "PO-2")

    house.drain()

    assert states() == ["rejected", "ready", "done", "done"]


def test_a_receipt_of_an_order_that_is_finished_in_bc_is_known_by_its_receipts(
    house: House, settings: Any
) -> None:
    house.order()
    house.drain()
    order = house.dump("purchaseOrders")[0]
    house.sandbox.control.seed({"purchaseOrders": [{"number": order["number"], "vendorInvoiceNumber": "X1"}]})
    from integration import connections

    client = connections.client()
    fresh = client.get("purchaseOrders", order["id"], select=("id",))
    client.act("purchaseOrders", order["id"], "receiveAndInvoice", etag=fresh["@odata.etag"])
    assert house.dump("purchaseOrders") == []

    message = house.receipt(accepted=D(10))
    house.drain()

    assert outcomes(message) == ["adopted"]
    assert len(house.dump("purchaseReceipts")) == 1


def test_a_confirmed_amount_is_received_as_its_part_of_the_line(house: House) -> None:
    service = item_line(kind="service", item="", account="6100", unit="", quantity=D(1), unit_price=D(1200))
    house.order("PO-1", service)
    house.confirmation()

    house.drain()

    assert states() == ["done", "done"]
    assert received(house) == [D("0.25")]


def test_a_service_that_was_not_accepted_is_only_recorded(house: House) -> None:
    house.order()
    house.confirmation(accepted=False)

    house.drain()

    assert states() == ["done", "done"]
    assert received(house) == [0]
    assert ServiceConfirmation.objects.get().status == "recorded"
