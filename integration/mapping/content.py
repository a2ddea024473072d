"""What a version of a mapping says: its rows and value maps; read, compared and merged as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .apply import Row, ValueMap

ROW_FIELDS = ("source", "transform", "parameters", "default", "required", "condition", "enabled", "note")


@dataclass(frozen=True)
class Content:
    """The rows in their order, and the value maps by name."""

    rows: tuple[Row, ...] = ()
    value_maps: Mapping[str, ValueMap] = field(default_factory=dict)

    def with_row(self, row: Row, *, instead_of: str = "") -> Content:
        """Put a row in the place of the one with that target, or at the end."""
        old = instead_of or row.target
        if any(each.target == old for each in self.rows):
            return replace(self, rows=tuple(row if each.target == old else each for each in self.rows))
        return replace(self, rows=(*self.rows, row))

    def without(self, target: str) -> Content:
        return replace(self, rows=tuple(each for each in self.rows if each.target != target))


@dataclass(frozen=True)
class Difference:
    """One thing that two contents say otherwise."""

    what: str
    """A target, or a value map's name."""
    part: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Merged:
    """What came of a three-way merge: conflicts keep what was here."""

    content: Content
    taken: Sequence[Difference]
    conflicts: Sequence[Difference]


def of_table(
    rows: Iterable[Sequence[Any]], value_maps: Mapping[str, Mapping[str, Any]], *, unknown: str = "reject"
) -> Content:
    """Make a content of shipped rows: source, target, transform, parameters, required and perhaps more."""
    made = tuple(Row(row[0], row[1], row[2], row[3], required=row[4], **(dict(*row[5:]))) for row in rows)
    used = {row.parameters["map"] for row in made if "map" in row.parameters}
    return Content(made, {name: ValueMap(value_maps[name], unknown) for name in value_maps if name in used})


def read(written: Mapping[str, Any]) -> Content:
    """Read a content out of JSON; raises KeyError, TypeError or ValueError where it is none."""
    rows = tuple(
        Row(
            source=str(row.get("source", "")),
            target=str(row["target"]),
            transform=str(row.get("transform", "copy")),
            parameters=dict(row.get("parameters") or {}),
            default=str(row.get("default", "")),
            required=bool(row.get("required", False)),
            condition=str(row.get("condition", "")),
            enabled=bool(row.get("enabled", True)),
            note=str(row.get("note", "")),
        )
        for row in written["rows"]
    )
    maps = {
        str(name): ValueMap(dict(each["values"]), str(each.get("unknown", "reject")), each.get("default", ""))
        for name, each in dict(written.get("value_maps") or {}).items()
    }
    return Content(rows, maps)


def written(content: Content) -> dict[str, Any]:
    """Write a content as JSON."""
    return {
        "rows": [{"target": row.target} | _fields(row) for row in content.rows],
        "value_maps": {
            name: {"values": dict(each.values), "unknown": each.unknown, "default": each.default}
            for name, each in content.value_maps.items()
        },
    }


def differences(before: Content, after: Content) -> list[Difference]:
    """Tell row by row, and value by value, what differs."""
    return [*_of_rows(before.rows, after.rows), *_of_maps(before.value_maps, after.value_maps)]


def merge(base: Content, ours: Content, theirs: Content) -> Merged:
    """Bring what `theirs` changed since `base` into `ours`; where both changed the same, ours stays."""
    taken: list[Difference] = []
    conflicts: list[Difference] = []
    result = ours
    for target, was, here, new in _thrice(base.rows, ours.rows, theirs.rows):
        if new in (was, here):
            continue
        difference = Difference(target, "row", _told(here), _told(new))
        if here != was:
            conflicts.append(difference)
            continue
        taken.append(difference)
        result = result.with_row(new) if new else result.without(target)
    maps = dict(result.value_maps)
    for name, new_map in theirs.value_maps.items():
        was_map, here_map = base.value_maps.get(name), ours.value_maps.get(name)
        if new_map in (was_map, here_map):
            continue
        difference = Difference(name, "value map", here_map, new_map)
        if here_map != was_map:
            conflicts.append(difference)
        else:
            taken.append(difference)
            maps[name] = new_map
    return Merged(replace(result, value_maps=maps), taken, conflicts)


def _thrice(*sides: Iterable[Row]) -> Iterator[tuple[str, Row | None, Row | None, Row | None]]:
    base, ours, theirs = ({row.target: row for row in side} for side in sides)
    for target in dict.fromkeys([*theirs, *ours, *base]):
        yield target, base.get(target), ours.get(target), theirs.get(target)


def _of_rows(before: Sequence[Row], after: Sequence[Row]) -> Iterator[Difference]:
    was, now = {row.target: row for row in before}, {row.target: row for row in after}
    for target in dict.fromkeys([*was, *now]):
        old, new = was.get(target), now.get(target)
        if old is None or new is None:
            yield Difference(target, "row", _told(old), _told(new))
            continue
        for name in ROW_FIELDS:
            if getattr(old, name) != getattr(new, name):
                yield Difference(target, name, getattr(old, name), getattr(new, name))
    kept = [target for target in was if target in now]
    if kept != [target for target in now if target in was]:
        yield Difference("", "order", ", ".join(was), ", ".join(now))


def _of_maps(before: Mapping[str, ValueMap], after: Mapping[str, ValueMap]) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, ValueMap({})), after.get(name, ValueMap({}))
        for key in dict.fromkeys([*old.values, *new.values]):
            if old.values.get(key) != new.values.get(key):
                yield Difference(name, key, old.values.get(key), new.values.get(key))
        if name not in after or (old.unknown, old.default) != (new.unknown, new.default):
            yield Difference(name, "what is unknown", old.unknown, new.unknown if name in after else None)


def _told(row: Row | None) -> str:
    """Write a row in a line."""
    if row is None:
        return ""
    return f"{row.source or 'constant'} → {row.transform}" + ("" if row.enabled else " (off)")


def _fields(row: Row) -> dict[str, Any]:
    return {
        name: dict(value) if isinstance(value, Mapping) else value
        for name in ROW_FIELDS
        if (value := getattr(row, name)) is not None
    }
