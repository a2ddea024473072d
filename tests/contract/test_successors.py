"""Who took the place of a name that is gone."""

from __future__ import annotations

import pytest

from integration.bc import FieldType
from integration.contract import successors
from integration.contract.shapes import ANY

DATE, TEXT, NUMBER = "Edm.Date", "Edm.String", "Edm.Decimal"


def fields(**types: str) -> dict[str, FieldType]:
    return {name: FieldType(name, type_name) for name, type_name in types.items()}


BEFORE = fields(requestedReceiptDate=DATE, orderDate=DATE, number=TEXT, quantity=NUMBER)


@pytest.mark.parametrize(
    ("there", "likeliest"),
    [
        (fields(requestedDeliveryDate=DATE, shipmentDate=DATE), "requestedDeliveryDate"),
        (fields(requestedReceiptText=TEXT, receiptDateRequested=DATE), "receiptDateRequested"),
        (fields(requestedReceiptDates=TEXT), ""),  # of another type
        (fields(phoneNumber=TEXT, taxPercent=NUMBER, dueDate=DATE), ""),  # not alike
        ({}, ""),
    ],
)
def test_the_likeliest_successor_has_the_type_and_a_like_name(there, likeliest):
    found = successors.of_field("requestedReceiptDate", takes=ANY, there=there, before=BEFORE)

    assert found == likeliest


def test_a_name_that_was_always_there_is_a_less_likely_successor_than_a_new_one():
    there = fields(orderDates=DATE, orderDay=DATE)
    before = fields(orderDate=DATE, orderDates=DATE)

    found = successors.of_field("orderDate", takes=ANY, there=there, before=before)

    assert successors.similarity("orderDate", "orderDates") > successors.similarity("orderDate", "orderDay")
    assert found == "orderDay"


def test_a_name_that_is_used_already_is_no_successor():
    there = fields(receiptDate=DATE)

    assert successors.of_field("receiptDay", takes=ANY, there=there, before={}) == "receiptDate"
    assert successors.of_field("receiptDay", takes=ANY, there=there, before={}, used={"receiptDate"}) == ""
