"""Rows applied to a record: which value goes where, and what is said when one cannot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from integration.mapping.apply import Problem, Row, apply
from integration.mapping.transforms import TRANSFORMS, BadValue

D = Decimal


@pytest.mark.parametrize(
    ("name", "value", "parameters", "becomes"),
    [
        ("copy", "PO-1", {}, "PO-1"),
        ("copy", D("1.50"), {}, D("1.50")),
        ("constant", None, {"value": "Item"}, "Item"),
        ("constant", "ignored", {"value": "Item"}, "Item"),
        ("text", "abcdef", {"length": 3}, "abc"),
        ("text", D("1E+3"), {}, "1000"),
        ("text", 7, {}, "7"),
        ("upper", " pcs ", {}, "PCS"),
        ("decimal", "2.345", {"places": 2}, D("2.35")),
        ("decimal", "-2.345", {"places": 2}, D("-2.35")),
        ("decimal", 3, {}, D(3)),
        ("multiply", 3, {"by": 10000}, 30000),
        ("multiply", "1.5", {"by": "0.1"}, D("0.15")),
        ("date", date(2026, 11, 2), {}, "2026-11-02"),
        ("date", datetime(2026, 11, 2, 23, 59, tzinfo=UTC), {}, "2026-11-02"),
        ("date", "2026-11-02", {}, "2026-11-02"),
        ("value_map", "item", {"values": {"item": "Item"}}, "Item"),
        ("value_map", "tool", {"values": {"item": "Item"}, "otherwise": "Account"}, "Account"),
    ],
)
def test_a_transform_gives(name: str, value: Any, parameters: dict[str, Any], becomes: Any) -> None:
    result = TRANSFORMS[name](value, parameters)

    assert result == becomes
    assert type(result) is type(becomes)


@pytest.mark.parametrize(
    ("name", "value", "parameters", "reason"),
    [
        ("constant", "x", {}, "the constant has no parameter `value`"),
        ("decimal", "many", {}, "'many' is not a number"),
        ("decimal", 1.5, {}, "1.5 is not an exact number"),
        ("decimal", True, {}, "True is not an exact number"),
        ("decimal", "NaN", {}, "'NaN' is not a finite number"),
        ("multiply", 3, {}, "the multiplication has no parameter `by`"),
        ("date", "2.11.2026", {}, "'2.11.2026' is not a date"),
        ("value_map", "tool", {"values": {"item": "Item"}}, "'tool' is not among item"),
    ],
)
def test_a_transform_refuses_in_words(name: str, value: Any, parameters: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadValue, match=rf"^{reason.replace('`', '.')}$"):
        TRANSFORMS[name](value, parameters)


def test_rows_build_the_record_in_their_order_and_leave_out_what_is_empty() -> None:
    rows = [
        Row("vendor.number", "vendorNumber", "upper"),
        Row("currency", "currencyCode"),
        Row("ordered", "orderDate", "date"),
        Row("nothing.here", "payToName"),
    ]

    result, problems = apply(rows, {"ordered": date(2026, 11, 2), "currency": "", "vendor": {"number": "v1"}})

    assert list(result.items()) == [("vendorNumber", "V1"), ("orderDate", "2026-11-02")]
    assert problems == []


def test_a_default_stands_in_for_what_is_missing() -> None:
    result, problems = apply([Row("location", "locationCode", "upper", default="main")], {"location": None})

    assert result == {"locationCode": "MAIN"}
    assert problems == []


def test_zero_and_false_are_values_and_not_missing() -> None:
    rows = [Row("discount", "discountAmount", required=True), Row("open", "isOpen", required=True)]

    assert apply(rows, {"discount": 0, "open": False}) == ({"discountAmount": 0, "isOpen": False}, [])


def test_every_problem_is_told_with_field_and_reason_and_the_rest_is_still_built() -> None:
    rows = [
        Row("vendor_number", "vendorNumber", required=True),
        Row("quantity", "quantity", "decimal"),
        Row("number", "number"),
        Row("", "kind", "no such transform", default="x"),
    ]

    result, problems = apply(rows, {"quantity": "many", "number": "PO-1"})

    assert result == {"number": "PO-1"}
    assert problems == [
        Problem("vendorNumber", "vendor_number", "it is required and there is no value"),
        Problem("quantity", "quantity", "'many' is not a number"),
        Problem("kind", "", "there is no transform 'no such transform'"),
    ]
    assert str(problems[0]) == ("vendorNumber (from vendor_number): it is required and there is no value")
    assert str(problems[2]).startswith("kind (from a constant): ")
