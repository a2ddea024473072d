"""BC's values to ours and back: exact numbers, escaped choices, the forms that stand for nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.bc import odata, payloads, reading
from integration.bc.exact_json import dumps, loads
from integration.errors import ProgramError

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=7)
WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=30)
SOME_ID = "6F9619FF-8B86-D011-B42D-00C04FC964FF"


@given(NUMBERS)
def test_a_number_goes_to_bc_and_back_digit_by_digit(number: Decimal) -> None:
    assert loads(dumps({"quantity": number}))["quantity"] == number


def test_no_digit_of_bcs_number_is_lost_and_no_exponent_is_sent() -> None:
    assert loads(b"0.1234567890123456789") == Decimal("0.1234567890123456789")
    assert dumps(Decimal("1E+3")) == b"1000"
    assert dumps(Decimal("0.00000001")) == b"0.00000001"


@pytest.mark.parametrize("body", [{"a": 0.1}, {"a": [{"b": 1.5}]}, [0.1], {"a": Decimal("NaN")}])
def test_what_is_not_exact_is_never_sent(body: Any) -> None:
    with pytest.raises(ProgramError):
        dumps(body)


def test_a_moment_is_sent_in_utc_and_without_a_zone_not_at_all() -> None:
    berlin = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))

    assert dumps(berlin) == b'"2026-05-04T10:00:00.123Z"'
    with pytest.raises(ProgramError):
        dumps(datetime(2026, 5, 4))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("words", "member"),
    [
        ("Non-Inventory", "Non_x002D_Inventory"),
        ("Fixed Asset", "Fixed_x0020_Asset"),
        ("In Review", "In_x0020_Review"),
        ("Positive Adjmt.", "Positive_x0020_Adjmt_x002E_"),
        ("G/L Account", "G_x002F_L_x0020_Account"),
        ("Charge (Item)", "Charge_x0020__x0028_Item_x0029_"),
        ("", "_x0020_"),
        ("Draft", "Draft"),
    ],
)
def test_a_choice_is_escaped_as_bc_does(words: str, member: str) -> None:
    assert odata.escape_member(words) == member
    assert odata.unescape_member(member) == words


@given(WORDS)
def test_every_choice_comes_back_as_it_went(words: str) -> None:
    assert odata.unescape_member(odata.escape_member(words)) == words.strip()


@pytest.mark.parametrize(
    ("convert", "nothing"),
    [
        (reading.as_date, "0001-01-01"),
        (reading.as_date, "0001-01-01T00:00:00Z"),
        (reading.as_date, ""),
        (reading.as_moment, "0001-01-01T00:00:00Z"),
        (reading.as_moment, ""),
        (reading.as_guid, odata.NULL_GUID),
        (reading.as_guid, ""),
        (reading.as_member, "_x0020_"),
        (reading.as_member, " "),
        (reading.as_code, ""),
    ],
)
def test_bcs_forms_of_nothing_come_out_as_none(convert: Any, nothing: str) -> None:
    assert convert(nothing) is None


def test_what_is_something_is_read_in_its_type() -> None:
    assert reading.as_date("2026-05-04") == date(2026, 5, 4)
    assert reading.as_moment("2026-05-04T10:00:00.1234567Z") == datetime(
        2026, 5, 4, 10, 0, 0, 123456, tzinfo=UTC
    )
    assert reading.as_moment("2026-05-04T12:00:00+02:00") == datetime(2026, 5, 4, 10, tzinfo=UTC)
    assert reading.as_moment("2026-05-04T10:00:00") == datetime(2026, 5, 4, 10, tzinfo=UTC)
    assert reading.as_guid(SOME_ID) == SOME_ID.lower()
    assert reading.as_text("") == ""


@pytest.mark.parametrize("value", [1.5, True])
def test_a_float_or_a_flag_is_no_amount(value: Any) -> None:
    with pytest.raises(TypeError):
        reading.as_decimal(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("O'Brien", "'O''Brien'"),
        (True, "true"),
        (7, "7"),
        (Decimal("1.50"), "1.50"),
        (date(2026, 5, 4), "2026-05-04"),
        (datetime(2026, 5, 4, tzinfo=UTC), "2026-05-04T00:00:00.000Z"),
        (odata.Guid(SOME_ID.lower()), SOME_ID.lower()),
        (odata.Member("In Review"), "'In_x0020_Review'"),
    ],
)
def test_a_value_stands_in_a_filter_as_bc_reads_it(value: Any, text: str) -> None:
    assert odata.literal(value) == text


def test_or_across_fields_cannot_be_written_because_bc_refuses_it() -> None:
    with pytest.raises(ProgramError):
        odata.eq("number", "1") | odata.eq("displayName", "1")

    one = odata.any_of("status", ["Draft", "Open"]) & odata.eq("number", "1")
    assert str(one) == "(status eq 'Draft' or status eq 'Open') and number eq '1'"


@pytest.mark.parametrize("name", ["number eq 'x' or number", "a b", "", "a'"])
def test_a_field_name_can_smuggle_nothing_into_a_filter(name: str) -> None:
    with pytest.raises(ProgramError):
        odata.eq(name, "1")


def test_keys_come_before_the_fields_that_they_reset() -> None:
    told = {
        "postingDate": "2026-05-04",
        "purchaseOrderLines": [{"directUnitCost": 1, "quantity": 2, "lineObjectNumber": "1", "sequence": 1}],
        "vendorNumber": "V1",
    }

    written = payloads.in_order("purchaseOrders", told)

    assert list(written) == ["vendorNumber", "postingDate", "purchaseOrderLines"]
    assert list(written["purchaseOrderLines"][0]) == [
        "sequence",
        "lineObjectNumber",
        "quantity",
        "directUnitCost",
    ]


def test_a_field_that_was_not_selected_is_named_and_one_of_the_wrong_form_too() -> None:
    row = {"id": SOME_ID, "name": "CRONUS", "displayName": "CRONUS"}

    with pytest.raises(ProgramError, match="Company came without displayName"):
        reading.read(reading.Company, {"id": SOME_ID, "name": "CRONUS"})
    with pytest.raises(ProgramError, match="postingDate"):
        reading.read(reading.PurchaseReceipt, {"id": SOME_ID, "number": "1", "postingDate": "May"})
    assert reading.read(reading.Company, row | {"somebodysField": 1}).name == "CRONUS"
