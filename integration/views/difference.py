"""Two payloads side by side: only what is different, with secrets hidden."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.bc.names import ITEM_NUMBER, LINE_OBJECT_NUMBER
from integration.redaction import HIDDEN, is_secret

from .payload import written

NUMBER = re.compile(r"-?\d+(\.\d+)?")
MARKER = "Tieout "  # the comment line that carries our key, different in every document
NAMED_BY = (LINE_OBJECT_NUMBER, ITEM_NUMBER, "sequence")


@dataclass(frozen=True)
class Difference:
    """A field that is not the same on both sides; None where a side does not have it."""

    field: str
    ours: str | None
    theirs: str | None

    @property
    def is_structural(self) -> bool:
        """Whether one side lacks the field altogether, which is seldom a matter of the day's figures."""
        return self.ours is None or self.theirs is None


def differences(ours: Any, theirs: Any) -> list[Difference]:
    """Compare two payloads; fields that only one of them has come first."""
    here, there = dict(_flat(ours, "")), dict(_flat(theirs, ""))
    names = [*here, *(name for name in there if name not in here)]
    found = [
        Difference(name, here.get(name), there.get(name))
        for name in names
        if not _is_same(here.get(name), there.get(name))
    ]
    return sorted(found, key=lambda each: not each.is_structural)


def against(payload: Any, row: Any) -> list[Difference]:
    """Hold what would be sent against what Business Central has: the fields of the payload, no others."""
    here = {name for name, _value in _flat(payload, "")}
    return [each for each in differences(payload, row) if each.field in here and each.theirs is not None]


def _flat(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            under = f"{place} {name}".strip()
            yield from [(under, HIDDEN)] if is_secret(name) else _flat(inner, under)
    elif isinstance(value, list):
        rows = [row for row in value if not _is_marker(row)]
        for name, row in zip(_names(rows), rows, strict=True):
            yield from _flat(row, f"{place} {name}".strip())
    elif value is not None:
        yield place, written(value)


def _is_same(ours: str | None, theirs: str | None) -> bool:
    """Numbers are the same whatever zeros they are written with."""
    if ours is None or theirs is None or ours == theirs:
        return ours == theirs
    return bool(NUMBER.fullmatch(ours) and NUMBER.fullmatch(theirs)) and Decimal(ours) == Decimal(theirs)


def _is_marker(row: Any) -> bool:
    return isinstance(row, dict) and str(row.get("description", "")).startswith(MARKER)


def _names(rows: list[Any]) -> list[str]:
    """Name lines by what is on them where that tells them apart, else by their place."""
    for field in NAMED_BY:
        names = [str(row.get(field, "")) if isinstance(row, dict) else "" for row in rows]
        if all(names) and max(Counter(names).values(), default=0) == 1:
            return names
    return [str(place) for place, _row in enumerate(rows, start=1)]
