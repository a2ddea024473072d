"""An invoice of the CAFM is posted through its order: the goods are in stock once, and the order ends."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from integration import connections, outbox, sync
from integration.models import Message
from reconciliation.forms import ChargeForm
from reconciliation.models import SupplierInvoice
from tests import workers
from tests.delivery.house import House, billed, invoice_form, item_line, outcomes, states
from tests.delivery.test_killed_workers import (
    finish,
    kill_during_the_slow_call,
    let_the_lease_run_out,
    slow_call,
)

D = Decimal


def received(house: House, quantity: int = 10, *lines: Any) -> None:
    """Order ten filters and receive so many."""
    house.order("PO-1", *lines)
    house.receipt(accepted=D(quantity))
    house.drain()


def stock(house: House) -> Decimal:
    return sum((D(str(entry["quantity"])) for entry in house.dump("itemLedgerEntries")), D(0))


def invoices(house: House) -> list[dict[str, Any]]:
    return [row for row in house.dump("purchaseInvoices") if row["status"] == "Open"]


def order_line(house: House) -> dict[str, Any]:
    (line,) = (row for row in house.dump("purchaseOrderLines") if row["lineType"] == "Item")
    return line


def amount(row: dict[str, Any], name: str = "totalAmountIncludingTax") -> Decimal:
    return D(str(row[name]))


def refused(message: Message) -> str:
    message.refresh_from_db()
    assert message.state == "rejected", message.error
    assert message.error.startswith("Invoice R-77 cannot be posted through order PO-1: ")
    assert "Get Receipt Lines" in message.error
    return message.error.removeprefix("Invoice R-77 cannot be posted through order PO-1: ")


def test_a_whole_order_is_invoiced_through_it_and_vanishes(house: House) -> None:
    received(house)
    message = house.bill(billed(10))
    (order,) = house.dump("purchaseOrders")

    house.drain()

    assert outcomes(message) == ["posted"]
    assert house.dump("purchaseOrders") == []
    (invoice,) = invoices(house)
    assert (invoice["vendorInvoiceNumber"], invoice["orderNumber"]) == ("R-77", order["number"])
    assert (invoice["invoiceDate"], amount(invoice)) == ("2026-11-02", 125)
    lines = [row for row in house.dump("purchaseInvoiceLines") if D(str(row["quantity"]))]
    assert [row["sequence"] for row in lines] == [10000]
    assert stock(house) == 10
    ours = SupplierInvoice.objects.get()
    assert (ours.status, ours.bc_number, str(ours.bc_id)) == ("posted", invoice["number"], invoice["id"])


def test_a_part_is_invoiced_and_nothing_else_of_the_order(house: House) -> None:
    received(house, 6, item_line(), item_line(line=2))
    house.receipt("GR-2", accepted=D(5), order_lines=[2])
    house.bill()

    house.drain()

    lines = [row for row in house.dump("purchaseOrderLines") if row["lineType"] == "Item"]
    assert [D(str(row["receivedQuantity"])) for row in lines] == [6, 5]
    assert [D(str(row["invoicedQuantity"])) for row in lines] == [4, 0]
    assert [amount(row) for row in invoices(house)] == [50]
    assert stock(house) == 11


def test_two_invoices_on_one_order_are_two_postings(house: House) -> None:
    received(house)
    house.bill(number="R-77")
    house.bill(billed(6), number="R-78")

    house.drain()

    assert [(row["vendorInvoiceNumber"], amount(row)) for row in invoices(house)] == [
        ("R-77", 50),
        ("R-78", 75),
    ]
    assert house.dump("purchaseOrders") == []
    assert stock(house) == 10


def test_receipts_go_on_between_two_invoices(house: House) -> None:
    received(house, 4)
    house.bill(number="R-77")
    house.drain()
    house.receipt("GR-2", accepted=D(6))
    house.bill(billed(6), number="R-78")

    house.drain()

    assert set(states()) == {"done"}
    assert [row["vendorInvoiceNumber"] for row in invoices(house)] == ["R-77", "R-78"]
    assert stock(house) == 10


@pytest.mark.parametrize("status", ["Draft", "Open"])
def test_a_cleared_price_becomes_the_price_of_the_order_line(house: House, status: str) -> None:
    received(house)
    order = house.dump("purchaseOrders")[0]["number"]
    house.sandbox.control.seed({"purchaseOrders": [{"number": order, "status": status}]})
    house.bill(billed(4, "12.75"))

    house.drain()

    assert [amount(row) for row in invoices(house)] == [51]
    assert D(str(order_line(house)["directUnitCost"])) == D("12.75")
    assert house.dump("purchaseOrders")[0]["status"] == status


def test_a_price_is_found_below_the_discount_of_the_order_line(house: House) -> None:
    received(house, 10, item_line(discount_percent=D(10)))
    house.bill(billed(4, "12", amount=D("43.20")))

    house.drain()

    assert [amount(row) for row in invoices(house)] == [D("43.2")]
    assert D(str(order_line(house)["directUnitCost"])) == 12


def test_pieces_are_invoiced_in_the_boxes_of_the_order(house: House) -> None:
    house.order("PO-1", item_line(unit="BOX", quantity=D(3), unit_price=D(150)))
    house.receipt(accepted=D(36))
    house.bill(billed(24, "12.50"))

    house.drain()

    line = order_line(house)
    assert (D(str(line["invoicedQuantity"])), D(str(line["directUnitCost"]))) == (2, 150)
    assert [amount(row) for row in invoices(house)] == [300]
    assert stock(house) == 36


def test_a_line_without_a_number_finds_the_only_line_with_its_item(house: House) -> None:
    received(house)
    house.bill(billed(order_line=None))

    house.drain()

    assert [amount(row) for row in invoices(house)] == [50]


def test_tax_is_added_as_business_central_does(house: House) -> None:
    house.sandbox.control.seed({"vendors": [{"number": "V1", "taxPercent": 19}]})
    received(house)
    house.bill(total=D("59.50"))

    house.drain()

    assert [amount(row) for row in invoices(house)] == [D("59.5")]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "NAV.reopen"),
        ("PATCH", "purchaseOrderLines"),
        ("POST", "NAV.release"),
        ("PATCH", "purchaseOrderHeaders"),
        ("POST", "receiveAndInvoice"),
    ],
)
@pytest.mark.parametrize("quantity", [4, 10])
@pytest.mark.parametrize("fault", ["commit_then_drop", "before_read"])
def test_a_lost_answer_to_any_write_leaves_one_invoice(
    house: House, method: str, path: str, quantity: int, fault: str
) -> None:
    received(house)
    order = house.dump("purchaseOrders")[0]["number"]
    house.sandbox.control.seed({"purchaseOrders": [{"number": order, "status": "Open"}]})
    message = house.bill(billed(quantity, "12.75"))
    house.faults({"fault": fault, "method": method, "path": path, "times": 1})

    house.drain()

    message.refresh_from_db()
    assert (message.state, len(outcomes(message)) > 1) == ("done", True)
    assert [amount(row) for row in invoices(house)] == [quantity * D("12.75")]
    assert stock(house) == 10
    assert [row["status"] for row in house.dump("purchaseOrders")] == (["Open"] if quantity < 10 else [])


@pytest.mark.parametrize(
    ("method", "path", "state"),
    [
        ("PATCH", "purchaseOrderHeaders", "claimed"),
        ("PATCH", "purchaseOrderLines", "claimed"),
        ("POST", "receiveAndInvoice", "sending"),
    ],
)
def test_a_killed_worker_leaves_one_invoice(
    shared_house: House, tmp_path: Path, method: str, path: str, state: str
) -> None:
    house = shared_house
    received(house)
    house.bill(billed(6))
    house.faults(slow_call(method, path))
    log = tmp_path / "workers.log"
    with workers.drain(1, log) as (worker,):
        kill_during_the_slow_call(house, worker)

    (abandoned,) = let_the_lease_run_out()
    finish(1, log)

    assert abandoned.state == state
    assert set(states()) == {"done"}
    assert [amount(row) for row in invoices(house)] == [75]
    assert stock(house) == 10


@pytest.mark.parametrize("is_known", [False, True])
def test_without_the_app_a_person_posts_it_and_a_retry_finds_it(
    house: House, settings: Any, is_known: bool
) -> None:
    settings.BC_APP_URL = settings.BC_APP_URL.replace("bridge", "gone") if is_known else ""
    received(house)
    message = house.bill()

    house.drain()

    assert refused(message).startswith("the Tieout app in Business Central is missing or too old")
    assert house.dump("purchaseInvoices") == []
    post_by_hand(house)
    outbox.retry(message, by=User.objects.create(username="finance"), reason="posted with its receipts")
    house.drain()
    assert outcomes(message)[-1] == "adopted"
    assert len(invoices(house)) == 1


def test_what_a_person_posted_in_bc_is_pulled_and_closes_the_message(house: House) -> None:
    received(house, 3)
    message = house.bill()
    house.drain()
    refused(message)
    connections.client().create("purchaseInvoices", {"vendorNumber": "V1", "vendorInvoiceNumber": "OTHER"})
    sync.pull_entity("invoices")
    post_by_hand(house)

    sync.pull_entity("invoices")
    house.drain()

    message.refresh_from_db()
    (row,) = invoices(house)
    assert (message.state, message.bc_number, message.error) == ("done", row["number"], "")
    assert outcomes(message) == ["refused", "adopted"]
    ours = SupplierInvoice.objects.get(number="R-77")
    assert (ours.status, str(ours.bc_id)) == ("posted", row["id"])


def post_by_hand(house: House, quantity: int = 4) -> None:
    """Post an invoice of that number in BC, as a person does."""
    line = {"lineType": "Account", "lineObjectNumber": "6100", "quantity": quantity, "unitCost": D("12.5")}
    body = {"vendorNumber": "V1", "vendorInvoiceNumber": "R-77", "purchaseInvoiceLines": [line]}
    client = connections.client()
    draft = client.create("purchaseInvoices", body)
    draft = client.get("purchaseInvoices", draft["id"], select=("id",))
    client.act("purchaseInvoices", draft["id"], "post", etag=draft["@odata.etag"])


def test_more_than_was_received_waits_for_a_person_until_the_rest_is_there(house: House) -> None:
    received(house, 3)
    message = house.bill()

    house.drain()

    assert "has 3 PCS received and not yet invoiced, and 4 are billed" in refused(message)
    assert house.dump("purchaseInvoices") == []
    house.receipt("GR-2", accepted=D(1))
    outbox.retry(message, by=User.objects.create(username="clerk"), reason="the fourth has come")
    house.drain()
    assert [amount(row) for row in invoices(house)] == [50]
    assert stock(house) == 4


@pytest.mark.parametrize(
    ("lines", "values", "reason"),
    [
        (
            [billed()],
            {"charges": (ChargeForm(code="freight", amount=D(5)),), "total": D(55)},
            "it has charges",
        ),
        ([billed()], {"discount": D(1), "total": D(49)}, "it has a discount or a rounding of its own"),
        ([billed(), billed(line=2, order_line=7)], {}, "its line 2 is not on the order"),
        ([billed()], {"total": D(60)}, "Business Central would make it 50 with tax, and 60 are billed"),
        (
            [billed(), billed(line=2, order_number="PO-2")],
            {},
            "it bills PO-1, PO-2, and one posting bills one",
        ),
        ([billed()], {"currency": "USD"}, "order 106001 is in EUR there"),
        ([billed(amount=D("50.001"))], {"total": None}, "line 10000 of order 106001 has no price at which 4"),
    ],
)
def test_what_the_order_cannot_carry_goes_to_a_person(
    house: House, lines: list[Any], values: dict[str, Any], reason: str
) -> None:
    received(house)
    message = house.bill(*lines, **values)

    house.drain()

    assert reason in refused(message)
    assert house.dump("purchaseInvoices") == []


def test_an_order_that_somebody_finished_in_bc_leaves_the_invoice_to_a_person(house: House) -> None:
    received(house)
    house.bill(billed(10), number="R-76")
    message = house.bill(billed(4))

    house.drain()

    assert "the order is no longer in Business Central" in refused(message)
    assert [row["vendorInvoiceNumber"] for row in invoices(house)] == ["R-76"]


def test_another_invoice_of_that_number_is_not_taken_for_this_one(house: House) -> None:
    received(house)
    message = house.bill()
    post_by_hand(house, quantity=9)

    house.drain()

    message.refresh_from_db()
    assert message.state == "rejected"
    assert "and it is not this invoice: 112.5, order none" in message.error
    assert D(str(order_line(house)["invoicedQuantity"])) == 0


def test_a_draft_of_that_number_stops_the_posting(house: House) -> None:
    received(house)
    message = house.bill()
    body = {"vendorNumber": "V1", "vendorInvoiceNumber": "R-77"}
    draft = connections.client().create("purchaseInvoices", body)

    house.drain()

    message.refresh_from_db()
    assert message.state == "rejected"
    assert f"has the unposted invoice {draft['number']} with the number R-77" in message.error


def test_goods_without_an_order_are_not_posted_alone(house: House) -> None:
    form = invoice_form("R-77", billed(order_line=None))
    house.record(form)

    house.drain()

    message = Message.objects.get()
    assert message.state == "rejected"
    assert message.error.startswith("Invoice R-77 bills FILTER without naming an order")
    assert house.dump("purchaseInvoices") == []
    assert stock(house) == 0
