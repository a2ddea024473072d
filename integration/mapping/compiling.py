"""Compile mapping rows once; a row that cannot work says so with each record, and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from . import paths
from .apply import Engine, Group, How, Problem, Row, Step, ValueMap
from .transforms import TRANSFORMS, BadValue, Bound, Transform


def compile_rows(
    rows: Iterable[Row], value_maps: Mapping[str, ValueMap] | None = None, *, nests: bool = False
) -> Engine:
    """Make rows ready to run; a row that cannot work gives a problem with each record, and stops no other."""
    steps: list[Step] = []
    lists: list[Row] = []
    nested: dict[str, list[Row]] = {}
    for row in (each for each in rows if each.enabled):
        head, dots, rest = row.target.partition("[].")
        if dots:
            nested.setdefault(head, []).append(replace(row, target=rest))
        elif row.target.endswith("[]"):
            lists.append(row)
        else:
            steps.append(_step(row, value_maps or {}))
    groups = [
        Group(
            row.target[:-2],
            _list_reader(row.source),
            compile_rows(nested.pop(row.target[:-2], ()), value_maps, nests=nests),
        )
        for row in lists
    ]
    return Engine(tuple(steps), tuple(groups), nests)


def apply(rows: Iterable[Row], record: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Compile and apply at once, where it is done once."""
    mapped = compile_rows(rows).map(record)
    return mapped.values, mapped.problems


def _step(row: Row, value_maps: Mapping[str, ValueMap]) -> Step:
    transform = TRANSFORMS.get(row.transform)
    try:
        read = paths.reader(row.source)
        applies = paths.reader(row.condition) if row.condition else None
    except BadValue as error:
        return _refused(row, str(error))
    if transform is None:
        return _refused(row, f"there is no transform {row.transform!r}")
    parks, asks, run = "", transform.asks_masters, None
    try:
        run, parks = _bound(row, transform, value_maps)
    except BadValue as error:
        run, asks = _refusing(str(error)), False
    return Step(
        row.target,
        row.source if row.source.isidentifier() else "",
        read,
        None if run is TRANSFORMS["copy"].run else run,
        row.default or None,
        transform.needs_value,
        applies,
        asks,
        How(row, parks),
    )


def _refused(row: Row, reason: str) -> Step:
    """Make the step of a row that cannot work at all: each record is told of it."""
    return Step(row.target, "", _nothing, _refusing(reason), None, False, None, False, How(row, ""))


def _bound(row: Row, transform: Transform, value_maps: Mapping[str, ValueMap]) -> tuple[Bound, str]:
    """Bind the parameters; a value map that is named is kept beside the rows. Tells which map parks."""
    given = row.parameters
    if row.transform != "value_map" or not isinstance(given, Mapping) or "map" not in given:
        return transform.bind(given), ""
    name = str(given["map"])
    chosen = value_maps.get(name)
    if chosen is None:
        raise BadValue(f"there is no value map {name!r}")
    given = {"values": chosen.values}
    if chosen.unknown == "default":
        given["otherwise"] = chosen.default
    return transform.bind(given), name if chosen.unknown == "park" else ""


def _list_reader(path: str) -> Callable[[Any], Any]:
    try:
        return paths.reader(path)
    except BadValue as error:
        return _refusing(str(error))


def _refusing(reason: str) -> Bound:
    def refuse(value: Any) -> Any:
        raise BadValue(reason)

    return refuse


def _nothing(record: Any) -> None:
    return None
