"""Many rows read at once mean what each of them means alone."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.bc import exact_json, reading
from integration.errors import ProgramError

ID = "0b3d1e6a-7a0e-4a0b-9d53-5a0d3c2f1e4b"
TEXTS = st.sampled_from(["", " ", "PCS", "Box ", "_x0020_", "G_x002F_L", "0001-01-01", "2026-05-04", "é\0"])
MOMENTS = st.sampled_from(["", "2026-05-04T10:00:00.5Z", "0001-01-01T00:00:00Z", "2026-05-04T12:00:00+02:00"])
NUMBERS = st.one_of(st.integers(-5, 5), st.decimals(allow_nan=False, allow_infinity=False, places=3))
WRONG = st.sampled_from([None, 1.5, "x", True, [], {}])


def rows_of(record: type[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows as BC tells them, and now and then one that it cannot have meant."""
    likely = {
        "as_guid": st.sampled_from([ID, ID.upper(), "00000000-0000-0000-0000-000000000000"]),
        "as_decimal": NUMBERS,
        "as_flag": st.booleans(),
        "as_moment": MOMENTS,
    }
    fields = {
        each.metadata["name"]: likely.get(each.metadata["convert"].__name__, TEXTS)
        for each in dataclasses.fields(record)
    }
    good = st.fixed_dictionaries(fields)
    spoilt = st.tuples(good, st.sampled_from(sorted(fields)), WRONG).map(
        lambda told: told[0] | {told[1]: told[2]}
    )
    lacking = st.tuples(good, st.sampled_from(sorted(fields))).map(
        lambda told: {name: value for name, value in told[0].items() if name != told[1]}
    )
    return st.lists(st.one_of(good, good, good, spoilt, lacking), max_size=12)


def one_by_one(record: type[Any], rows: list[dict[str, Any]]) -> tuple[list[Any], dict[int, str]]:
    read, wrong = [], {}
    for place, row in enumerate(rows):
        try:
            read.append(reading.read(record, row))
        except ProgramError as exc:
            wrong[place] = str(exc)
    return read, wrong


@pytest.mark.parametrize("record", [reading.Item, reading.ExchangeRate, reading.Vendor, reading.Currency])
@given(data=st.data())
def test_columns_are_the_records_turned(record, data) -> None:
    rows = data.draw(rows_of(record))

    columns, wrong = reading.read_columns(record, rows)

    records, refused = one_by_one(record, rows)
    assert wrong == refused
    for field in dataclasses.fields(record):
        told = getattr(columns, field.name)
        expected = [getattr(each, field.name) for each in records]
        assert list(map(repr, told)) == list(map(repr, expected))


def test_a_text_that_many_rows_share_is_read_once_and_stands_in_each() -> None:
    rows = [
        {"id": ID, "code": f"C{place}", "displayName": "x", "lastModifiedDateTime": ""} for place in range(50)
    ]

    columns, wrong = reading.read_columns(reading.Dimension, rows)

    assert (wrong, columns.id, columns.modified_at) == ({}, [ID] * 50, [None] * 50)


def test_a_page_is_told_apart_before_it_is_read() -> None:
    text = (
        f'{{"value": [{{"id": "{ID.upper()}", "lastModifiedDateTime": "2026-05-04T10:00:00Z",'
        ' "unitCost": 1.10}], "@odata.nextLink": "https://bc/next"}'
    )

    (row,), onward = exact_json.raw_page(text.encode())

    assert (row.id, row.modified, onward) == (ID, "2026-05-04T10:00:00Z", "https://bc/next")
    assert repr(row.fields["unitCost"]) == repr(Decimal("1.10"))


@pytest.mark.parametrize(
    "text", ["", "[]", '{"value": 1}', '{"value": [{"code": "no id"}]}', '{"value": [1]}']
)
def test_what_is_no_page_is_refused(text) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        exact_json.raw_page(text.encode())
