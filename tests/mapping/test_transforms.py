"""The transforms: each with a table of cases, its docstring's examples run, and held against any value."""

from __future__ import annotations

import doctest
import string
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.mapping.apply import Row
from integration.mapping.compiling import compile_rows
from integration.mapping.transforms import (
    TRANSFORMS,
    BadValue,
    bc,
    choices,
    dates,
    numbers,
    texts,
)

D = Decimal

# transform, value, parameters, what it becomes
CASES: list[tuple[str, Any, dict[str, Any], Any]] = [
    ("copy", "PO-1", {}, "PO-1"),
    ("constant", None, {"value": "Item"}, "Item"),
    ("constant", "ignored", {"value": 7}, 7),
    ("value_map", "item", {"values": {"item": "Item"}}, "Item"),
    ("value_map", "tool", {"values": {"item": "Item"}, "otherwise": "Account"}, "Account"),
    ("value_map", True, {"values": {"true": "Yes"}}, "Yes"),
    ("enum", " OPEN ", {"choices": ["Draft", "Open"]}, "Open"),
    ("boolean", "Y", {}, True),
    ("boolean", 0, {}, False),
    ("boolean", "ja", {"true": ["ja"], "false": ["nein"]}, True),
    ("null_forms", " n/a ", {}, None),
    ("null_forms", "0000-00-00", {"forms": ["0000-00-00"]}, None),
    ("null_forms", 0, {}, 0),
    ("first", [None, "", "PO-1", "PO-2"], {}, "PO-1"),
    ("first", "PO-1", {}, "PO-1"),
    ("text", "abcdef", {"length": 3}, "abc"),
    ("text", D("1E+3"), {}, "1000"),
    ("text", date(2026, 11, 2), {}, "2026-11-02"),
    ("text", False, {}, "false"),
    ("upper", " pcs ", {}, "PCS"),
    ("lower", " PCS ", {}, "pcs"),
    ("capitalised", "AIR  filter", {}, "Air Filter"),
    ("substring", "PO-2026-17", {"start": 3, "length": 4}, "2026"),
    ("substring", "PO", {"start": 9}, ""),
    ("pad", 17, {"width": 6}, "000017"),
    ("pad", "A", {"width": 3, "fill": ".", "side": "right"}, "A.."),
    ("join", ["Pump", None, 7], {"separator": ", "}, "Pump, 7"),
    ("template", ["WO-7", "PO-1"], {"text": "{1} for {0}"}, "PO-1 for WO-7"),
    ("template", {"order": "PO-1", "wo": None}, {"text": "{order}/{wo}"}, "PO-1/"),
    ("decimal", "2.345", {"places": 2}, D("2.35")),
    ("round", "2.5", {"way": "half even"}, D(2)),
    ("round", "-2.41", {"places": 1, "way": "up"}, D("-2.5")),
    ("multiply", 3, {"by": 10000}, 30000),
    ("multiply", "1.5", {"by": "0.1"}, D("0.15")),
    ("divide", 250, {"by": 100, "places": 2}, D("2.50")),
    ("read_number", "1.234,50", {}, D("1234.50")),
    ("read_number", "1'234.50", {"decimal_mark": ".", "grouping": "'"}, D("1234.50")),
    ("read_number", 7, {}, D(7)),
    ("write_number", "1234.5", {"decimal_mark": ","}, "1234,50"),
    ("convert", ["2", "box"], {"factors": {"BOX": "12", "PCS": 1}}, 24),
    ("date", datetime(2026, 11, 2, 23, 59, tzinfo=UTC), {}, "2026-11-02"),
    ("read_date", "2.11.2026", {}, "2026-11-02"),
    ("read_date", "11/02/2026", {"form": "MM/DD/YYYY"}, "2026-11-02"),
    ("write_date", "2026-11-02", {"form": "MM/DD/YYYY"}, "11/02/2026"),
    ("moment", 1795597920000, {}, "2026-11-25T09:12:00+00:00"),
    ("moment", "2026-11-23T10:12:00+01:00", {}, "2026-11-23T09:12:00+00:00"),
    ("day_of", "2026-11-23T23:30:00Z", {"zone": "Europe/Berlin"}, "2026-11-24"),
    ("day_of", 1795597920, {"unit": "s"}, "2026-11-25"),
    ("code", " PCS ", {}, "PCS"),
    ("code", " ", {}, None),
    ("bc_choice", "In_x0020_Review", {}, "In Review"),
    ("bc_choice", "_x0020_", {}, None),
    ("bc_id", "0B3D1E6A-7A0E-4A0B-9D53-5A0D3C2F1E4B", {}, "0b3d1e6a-7a0e-4a0b-9d53-5a0d3c2f1e4b"),
    ("bc_id", "00000000-0000-0000-0000-000000000000", {}, None),
    ("bc_day", "2026-11-02", {}, date(2026, 11, 2)),
    ("bc_day", "0001-01-01", {}, None),
]

REFUSED: list[tuple[str, Any, dict[str, Any], str]] = [
    ("constant", "x", {}, "constant lacks its parameter `value`"),
    ("constant", "x", {"value": 1.5}, '1.5 is not an exact number; write it in quotes: "1.5"'),
    ("decimal", "many", {}, "'many' is not a number"),
    ("decimal", 1.5, {}, "1.5 is not an exact number"),
    ("decimal", "NaN", {}, "'NaN' is not a finite number"),
    ("decimal", "1e999", {}, "too large or too fine"),
    ("multiply", 3, {}, "multiply lacks its parameter `by`"),
    ("multiply", 3, {"by": 1.5}, 'write the factor in quotes: {"by": "1.5"}'),
    ("divide", 3, {"by": 0}, "nothing can be divided by 0"),
    ("date", "2.11.2026", {}, "'2.11.2026' is not a date"),
    ("read_date", "31.2.2026", {}, "is not a day of the calendar"),
    ("read_date", "1.2.2026", {"form": "D.M.Y"}, "is no form of a date"),
    ("value_map", "tool", {"values": {"item": "Item"}}, "'tool' is not among item"),
    ("enum", "gone", {"choices": ["Open"]}, "'gone' is not one of Open"),
    ("boolean", "perhaps", {}, "'perhaps' is neither true, yes, y, 1, on nor false"),
    ("convert", ["2", "bag"], {"factors": {"BOX": "12"}}, "nothing is taken for one to one"),
    ("convert", "2", {"factors": {"BOX": "12"}}, "write it like [quantity, unit]"),
    ("template", ["a"], {"text": "{1}"}, "the template asks for {1}"),
    ("text", "x", {"size": 3}, "text knows no parameter 'size'; it takes length"),
    ("text", ["x"], {}, "is not one value"),
    ("pad", "x", {"width": 3, "fill": ""}, "`fill` is one character"),
    ("day_of", "soon", {}, "'soon' is not a date and time"),
    ("decimal", date(2026, 11, 2), {}, "'2026-11-02' is not a number"),
    ("bc_day", "May", {}, "'May' is not a day of Business Central"),
    ("day_of", 1, {"zone": "Nowhere/Land"}, "'Nowhere/Land' is none"),
]


@pytest.mark.parametrize(("name", "value", "parameters", "becomes"), CASES)
def test_a_transform_gives(name: str, value: Any, parameters: dict[str, Any], becomes: Any) -> None:
    result = TRANSFORMS[name](value, parameters)

    assert result == becomes
    assert type(result) is type(becomes)


@pytest.mark.parametrize(("name", "value", "parameters", "reason"), REFUSED)
def test_a_transform_refuses_in_words(name: str, value: Any, parameters: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadValue) as refused:
        TRANSFORMS[name](value, parameters)

    assert reason in str(refused.value)


def test_a_look_up_asks_the_masters_and_says_what_is_not_there() -> None:
    rows = [Row("vendor", "currencyCode", "look_up", {"master": "vendor", "give": "currency"})]
    engine = compile_rows(rows)
    known = {("vendor", "currency", "V1"): "EUR"}

    found = engine.map({"vendor": "v1"}, masters=lambda *asked: known.get(asked))
    missing = engine.map({"vendor": "v2"}, masters=lambda *asked: known.get(asked))

    assert found.values == {"currencyCode": "EUR"}
    assert missing.problems[0].reason == "there is no vendor 'V2' here, or it has no currency"


@pytest.mark.parametrize("module", [texts, numbers, dates, choices, bc], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_are_true(module: Any) -> None:
    outcome = doctest.testmod(module, extraglobs={"date": date, "Decimal": Decimal})

    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_every_transform_has_cases_an_example_and_a_line_that_tells_what_it_does() -> None:
    tried = {name for name, *_ in CASES} | {"look_up"}

    assert tried == set(TRANSFORMS)
    assert [name for name, each in TRANSFORMS.items() if ">>>" not in (each.run.__doc__ or "")] == []
    assert [name for name, each in TRANSFORMS.items() if not each.told.endswith(".")] == []


WORDS = st.text(max_size=30) | st.text(string.digits + ".,-+eE: TZ/", max_size=25)
ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**50, 10**70)
    | st.floats()
    | st.decimals()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.uuids()
    | WORDS
    | st.binary(max_size=5)
)
ANYTHING = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6
)


def parameters(name: str, wild: list[Any]) -> list[Any]:
    """Parameters that an administrator may have written: sensible, half sensible, or any JSON."""
    known = TRANSFORMS[name].parameters
    sensible = {each.name: each.example for each in known if each.example is not None}
    filled = dict(zip([each.name for each in known] or ["x"], wild, strict=False))
    return [sensible, sensible | filled, filled, *wild[:1]]


@given(value=ANYTHING, wild=st.lists(ANYTHING, max_size=3), required=st.booleans())
def test_no_value_and_no_parameter_brings_an_exception_or_a_float_out(
    value: Any, wild: list[Any], required: bool
) -> None:
    for name in TRANSFORMS:
        for given_to_it in parameters(name, wild):
            row = Row("value", "target", name, given_to_it, required=required)

            mapped = compile_rows([row]).map({"value": value}, masters=lambda *asked: value)

            assert len(mapped.values) + len(mapped.problems) <= 1
            assert not any(isinstance(each, float) for each in mapped.values.values())
            assert all(len(problem.reason) < 1000 for problem in mapped.problems)


@given(
    WORDS | st.sampled_from(["a[*].b", "a || b", "[a, b]", "a[?b=='1'].c", "@", "max(a)", "sum(a)", "`1.5`"]),
    ANYTHING,
)
def test_no_path_brings_an_exception_or_a_float_out(path: str, record: Any) -> None:
    engine = compile_rows(
        [Row(path, "target", "copy", condition=path), Row(path, "lines[]"), Row("value", "lines[].x")]
    )

    mapped = engine.map({"a": record, "b": [record]})

    assert not isinstance(mapped.values.get("target"), float)
    assert not any(isinstance(line.get("x"), float) for line in mapped.values.get("lines", []))


@pytest.mark.parametrize("nests", [False, True])
@given(record=ANYTHING)
def test_a_copied_group_never_carries_a_float(nests: bool, record: Any) -> None:
    mapped = compile_rows([Row("value", "target")], nests=nests).map({"value": record})

    assert "float" not in _types(mapped.values)


def _types(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {name for each in value.values() for name in _types(each)}
    if isinstance(value, list | tuple):
        return {name for each in value for name in _types(each)}
    return {type(value).__name__}
