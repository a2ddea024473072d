"""A page that is mapped at once means what each of its rows means alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.mapping import Row, columns
from integration.mapping.apply import Engine, ValueMap
from integration.mapping.compiling import compile_rows

BLANKS = {"name": "", "unit": "", "kind": ""}
ROWS = (
    Row("number", "number", "code", required=True),
    Row("displayName", "name", "text"),
    Row("unit", "unit", "code", default="PCS"),
    Row("unitCost", "cost", "decimal"),
    Row("blocked", "is_blocked", "boolean"),
    Row("type", "kind", "bc_choice"),
    Row("day", "day", "bc_day"),
    Row("nested.code || number", "label", "upper"),
    Row("", "origin", "constant", {"value": "BC"}),
)
ENGINE = compile_rows(ROWS)
TEXTS = st.sampled_from(["", " ", "PCS", "Box ", "_x0020_", "G_x002F_L", "é\0"])
GOOD = st.fixed_dictionaries(
    {
        "number": st.sampled_from(["F1", "F2 ", "F3"]),
        "displayName": TEXTS,
        "unit": TEXTS,
        "unitCost": st.integers(-5, 5) | st.decimals(-9999, 9999, places=3),
        "blocked": st.booleans(),
        "type": TEXTS,
        "day": st.sampled_from(["", "0001-01-01", "2026-05-04"]),
    }
)
WRONG = st.sampled_from([None, 1.5, "x", "", True, [], {}])
SPOILT = st.tuples(GOOD, st.sampled_from(["number", "unitCost", "blocked", "day", "displayName"]), WRONG).map(
    lambda told: told[0] | {told[1]: told[2]}
)


def one_by_one(
    engine: Engine, rows: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], dict[int, list[str]]]:
    good, wrong = [], {}
    for place, row in enumerate(rows):
        mapped = engine.map(row)
        if mapped.problems:
            wrong[place] = [str(each) for each in mapped.problems]
        else:
            good.append({row.target: BLANKS.get(row.target) for row in ROWS} | mapped.values)
    return good, wrong


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(GOOD, GOOD, GOOD, SPOILT), max_size=12))
def test_columns_are_the_rows_turned(rows: list[dict[str, Any]]) -> None:
    turned = columns.turn(ENGINE, rows, BLANKS)

    good, wrong = one_by_one(ENGINE, rows)
    assert {place: [str(each) for each in told] for place, told in turned.wrong.items()} == wrong
    for target, column in turned.columns.items():
        assert list(map(repr, column)) == [repr(each[target]) for each in good]


def test_a_row_that_lacks_a_field_is_named_and_stops_no_other() -> None:
    rows = [{"number": "F1", "unitCost": Decimal(1)}, {"number": "F2"}]

    turned = columns.turn(
        compile_rows([Row("number", "number"), Row("unitCost", "cost", "decimal")]), rows, {}
    )

    assert turned.columns == {"number": ["F1"], "cost": [Decimal(1)]}
    assert [str(each) for each in turned.wrong[1]] == [
        "cost (from unitCost): Business Central did not tell it"
    ]


def test_a_field_that_older_versions_lack_has_a_default() -> None:
    turned = columns.turn(compile_rows([Row("precision", "precision", "decimal", default="0")]), [{}], {})

    assert turned.columns == {"precision": [Decimal(0)]}


def test_a_condition_counts_for_each_row() -> None:
    engine = compile_rows([Row("name", "name", condition="wanted")])

    turned = columns.turn(
        engine, [{"name": "a", "wanted": True}, {"name": "b", "wanted": False}], {"name": ""}
    )

    assert turned.columns == {"name": ["a", ""]}


def test_a_value_that_waits_to_be_mapped_is_told_once_for_each_row() -> None:
    engine = compile_rows(
        [Row("kind", "kind", "value_map", {"map": "kinds"})], {"kinds": ValueMap({"A": "a"}, "park")}
    )

    turned = columns.turn(engine, [{"kind": "A"}, {"kind": "B"}], {"kind": ""})

    assert turned.columns == {"kind": ["a", ""]}
    assert [each.value for each in turned.parked] == ["B"]
