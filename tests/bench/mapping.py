"""The mapping engine on an order of five lines, beside Python that was written by hand to do the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integration.mapping import compiled, defaults
from tests.bench.measuring import Result, compare

ORDERS = 2000
LINES = 5
GOAL = 0.2  # of the rate of Python that was written by hand
FIVE_PLACES = Decimal("0.00001")
LINE_TYPES = {"item": "Item", "account": "Account", "fixed_asset": "Fixed_x0020_Asset"}

ORDER: dict[str, Any] = {
    "number": "PO-1",
    "vendor_number": "v0042",
    "currency": "EUR",
    "order_date": date(2026, 11, 2),
    "expected_on": date(2026, 11, 9),
    "location": "MAIN",
    "purchase_request": "",
    "approved_by": "kim",
}
ORDER_LINES: list[dict[str, Any]] = [
    {
        "line": number,
        "kind": "item",
        "object_type": "item",
        "object_number": f"f{number}",
        "item": f"F{number}",
        "account": "",
        "asset": "",
        "description": "Air filter, washable, for the north hall",
        "location": "MAIN",
        "location_id": "57370f79-aa76-4585-a6b3-ff0444ebd507",
        "unit": "pcs",
        "quantity": Decimal("12.00000"),
        "unit_price": Decimal("19.99000"),
        "discount_percent": Decimal("2.50000"),
        "work_order": "WO-7",
        "expected_on": date(2026, 11, 9),
        "dimensions": {},
        "order": ORDER,
    }
    for number in range(1, LINES + 1)
]


def map_order(house: Any) -> list[Result]:
    """Build orders through the shipped mappings, and by hand; both give the same."""
    head, line = compiled(defaults.ORDER), compiled(defaults.ORDER_LINE)

    def ours() -> int:
        for _ in range(ORDERS):
            head.apply(ORDER)
            for each in ORDER_LINES:
                line.apply(each)
        return ORDERS

    def theirs() -> int:
        for _ in range(ORDERS):
            order_by_hand(ORDER)
            for each in ORDER_LINES:
                line_by_hand(each)
        return ORDERS

    assert head.apply(ORDER) == (order_by_hand(ORDER), [])
    assert [line.apply(each) for each in ORDER_LINES] == [(line_by_hand(each), []) for each in ORDER_LINES]
    result = compare("map_vs_hand", "orders of 5 lines/s", "hand-written Python", ours, theirs)
    return [replace(result, goal=GOAL)]


def order_by_hand(order: Mapping[str, Any]) -> dict[str, Any]:
    """What the mapping of the head does, in Python."""
    written: dict[str, Any] = {"vendorNumber": order["vendor_number"].strip().upper()}
    if order["currency"]:
        written["currencyCode"] = order["currency"].strip().upper()
    written["orderDate"] = order["order_date"].isoformat()
    written["postingDate"] = order["order_date"].isoformat()
    if order["expected_on"]:
        written["requestedReceiptDate"] = order["expected_on"].isoformat()
    return written


def line_by_hand(line: Mapping[str, Any]) -> dict[str, Any]:
    """What the mapping of a line does, in Python."""
    written: dict[str, Any] = {
        "sequence": line["line"] * 10000,
        "lineType": LINE_TYPES[line["object_type"]],
        "lineObjectNumber": line["object_number"].strip().upper(),
    }
    if line["description"]:
        written["description"] = line["description"][:100]
    if line["location_id"]:
        written["locationId"] = line["location_id"]
    if line["unit"]:
        written["unitOfMeasureCode"] = line["unit"].strip().upper()
    written["quantity"] = line["quantity"].quantize(FIVE_PLACES, ROUND_HALF_UP)
    written["directUnitCost"] = line["unit_price"]
    if line["discount_percent"]:
        written["discountPercent"] = line["discount_percent"].quantize(FIVE_PLACES, ROUND_HALF_UP)
    if line["expected_on"]:
        written["expectedReceiptDate"] = line["expected_on"].isoformat()
    if line["work_order"]:
        written["description2"] = line["work_order"][:50]
    return written
