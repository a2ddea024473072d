"""A version applied to a whole page at once: field by field, which takes a tenth of the time of row by row.

A row with which something is wrong is told apart by the engine itself, so both ways agree on what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Any

from .apply import PLAIN, Engine, Parked, Problem, Step, writable
from .transforms import TRANSFORMS

Row = Mapping[str, Any]
FEW = 4  # where so many rows share a text on average, each text is mapped once
# What a transform without parameters leaves as it is.
AS_THEY_ARE: dict[Callable[..., Any] | None, frozenset[type]] = {
    None: frozenset({str, bool, Decimal}),
    TRANSFORMS["text"].run: frozenset({str}),
    TRANSFORMS["boolean"].run: frozenset({bool}),
}
NUMBERS = frozenset({int, Decimal})  # exact as they came; what is too large for its column is found there


@dataclass
class Turned:
    """The rows that make sense as columns by target, and by its place what is wrong with any other."""

    columns: dict[str, list[Any]]
    wrong: dict[int, list[Problem]] = field(default_factory=dict)
    parked: list[Parked] = field(default_factory=list)


class _OneByOne(Exception):  # noqa: N818 - it is a way, no error
    """Something is wrong with a row, or its mapping can only be told row by row."""


def turn(engine: Engine, rows: Sequence[Row], blanks: Mapping[str, Any]) -> Turned:
    """Map the rows into columns; `blanks` is what stands where nothing came, None where it is not named."""
    try:
        return Turned({step.target: _column(step, rows, blanks.get(step.target)) for step in engine.steps})
    except Exception:  # noqa: BLE001 - whatever it is, the engine says it of the row that it is about
        return _one_by_one(engine, rows, blanks)


def _column(step: Step, rows: Sequence[Row], blank: Any) -> list[Any]:
    if step.applies is not None or step.asks_masters or step.how.parks:
        raise _OneByOne
    told = list(map(itemgetter(step.name), rows)) if step.name else list(map(step.read, rows))
    kinds = frozenset(map(type, told))
    is_as_it_is = len(kinds) == 1 and kinds <= AS_THEY_ARE.get(step.run, frozenset())
    if is_as_it_is and (kinds != {str} or _may_be_empty(step, blank) or "" not in told):
        return told
    if kinds <= NUMBERS and step.run is TRANSFORMS["decimal"].run:
        return list(map(Decimal, told))
    convert = _converter(step, blank)
    if kinds != {str}:
        return list(map(convert, told))
    different = set(told)
    if len(different) * FEW > len(told):
        return list(map(convert, told))
    read_once = {text: convert(text) for text in different}
    return list(map(read_once.__getitem__, told))


def _may_be_empty(step: Step, blank: Any) -> bool:
    return blank == "" and step.otherwise is None and not step.row.required


def _converter(step: Step, blank: Any) -> Callable[[Any], Any]:
    """Do to one value what the engine does, and raise where it would note a problem."""
    run, otherwise, is_required = step.run, step.otherwise, step.row.required

    def convert(value: Any) -> Any:
        if value is None or value == "":
            value = otherwise
        if value is not None or not step.needs_value:
            value = value if run is None else run(value)
            value = value if type(value) in PLAIN else writable(value)
        if value is not None:
            return value
        if is_required:
            raise _OneByOne
        return blank

    return convert


def _one_by_one(engine: Engine, rows: Sequence[Row], blanks: Mapping[str, Any]) -> Turned:
    turned = Turned({step.target: [] for step in engine.steps})
    for place, row in enumerate(rows):
        mapped = engine.map(row)
        turned.parked += mapped.parked
        if problems := [*_untold(engine, row), *mapped.problems]:
            turned.wrong[place] = problems
            continue
        for target, column in turned.columns.items():
            column.append(mapped.values.get(target, blanks.get(target)))
    return turned


def _untold(engine: Engine, row: Row) -> list[Problem]:
    """Name the fields that a row lacks altogether: an empty one is told, and this one was not."""
    return [
        Problem(step.target, step.name, "Business Central did not tell it")
        for step in engine.steps
        if step.name and step.name not in row and step.otherwise is None
    ]
