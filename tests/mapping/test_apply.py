"""Rows applied to a record: which value goes where, and what is said when one cannot."""

from __future__ import annotations

from datetime import date

from integration.mapping.apply import Problem, Row
from integration.mapping.compiling import apply


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
