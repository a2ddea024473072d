"""More than was ordered: what an over-receipt code lets come, and what it does to the order."""

import pytest

from tests.sandbox.conftest import Client
from tests.sandbox.test_app_route import process, receipt_request
from tests.sandbox.test_orders import only_item_line, receive

NO_CODE = "You cannot receive more than 10 units."
BEYOND = "The selected Over-Receipt Code - OVER, allows you to receive up to 11 units."


def codes(bc: Client, approval: bool = False, **percents: float) -> None:
    told = {"" if name == "default" else name: percent for name, percent in percents.items()}
    bc.running.control.settings(over_receipt_percents=told, over_receipts_need_approval=approval)


def ask(bc: Client, order, quantity: float) -> str:
    path = f"purchaseOrderLines({only_item_line(bc, order)['id']})"
    return bc.refuse("PATCH", path, json={"receiveQuantity": quantity}, headers={"If-Match": "*"})[2]


@pytest.mark.parametrize(
    ("percents", "message"),
    [
        ({}, NO_CODE),
        ({"OTHER": 50}, NO_CODE),
        ({"default": 10}, BEYOND),
        ({"FILTER": 10, "V1": 50, "default": 50}, BEYOND),
        ({"V1": 10, "default": 50}, BEYOND),
    ],
)
def test_above_the_code_nothing_more_comes(bc, percents, message):
    order = bc.order({"quantity": 10})
    codes(bc, **percents)

    assert ask(bc, order, 12) == message
    assert only_item_line(bc, order)["quantity"] == 10


def test_what_comes_above_the_order_raises_it(bc):
    order = bc.order({"quantity": 10})
    codes(bc, default=10)

    receive(bc, order, line10000=11)

    line = only_item_line(bc, order)
    assert (line["quantity"], line["receivedQuantity"], line["amountExcludingTax"]) == (11, 11, 137.5)


def test_the_percentage_is_of_what_was_ordered_at_first(bc):
    order = bc.order({"quantity": 10})
    codes(bc, default=10)
    receive(bc, order, line10000=11)

    assert ask(bc, order, 0.1) == BEYOND


def test_what_has_to_be_approved_is_not_posted_before(bc):
    order = bc.order({"quantity": 10})
    codes(bc, default=10, approval=True)
    line = only_item_line(bc, order)
    bc.change(f"purchaseOrderLines({line['id']})", {"receiveQuantity": 11})
    path = f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice"

    refused = bc.refuse("POST", path)

    assert refused[2] == "There are lines with over-receipt required for approval."
    assert bc.rows("purchaseReceipts") == []


def test_the_app_receives_by_the_same_codes(bc, app):
    order = bc.order({"quantity": 10})
    codes(bc, default=10)

    process(app, "receiptRequests", receipt_request(app, order, {"orderLineSequence": 10000, "quantity": 11}))

    line = only_item_line(bc, order)
    assert (line["quantity"], line["receivedQuantity"]) == (11, 11)
