"""Pages by the place where the last one ended, so that page 5,000 costs as much as the first.

A place is the values that a list is sorted by, of one row, and which way to go from it. It travels in the
address as plain JSON; what cannot be understood counts as the beginning.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.db.models.expressions import Expression, OrderBy

from reconciliation.models import ExceptionCase

FARTHEST = 10**12
LONGEST = 600


@dataclass(frozen=True)
class Key:
    """One thing to sort by; a row that has no value counts with `missing`, as the index has it."""

    attribute: str
    expression: Expression | F
    missing: Any = None

    @classmethod
    def plain(cls, attribute: str) -> Key:
        return cls(attribute, F(attribute))

    def of(self, row: Any) -> Any:
        value = getattr(row, self.attribute)
        return self.missing if value is None else value

    def read(self, written: Any) -> Any:
        return self._field.to_python(written)

    def value(self, value: Any) -> Value:
        return Value(value, output_field=self._field)

    @property
    def _field(self) -> Any:
        return ExceptionCase._meta.get_field(self.attribute)


@dataclass(frozen=True)
class Place:
    """Between two rows: how many come before it, and the values of the row beside it."""

    position: int
    is_back: bool
    values: tuple[Any, ...]

    @classmethod
    def read(cls, text: str, keys: Sequence[Key]) -> Place | None:
        if not text or len(text) > LONGEST:
            return None
        try:
            position, is_back, *values = json.loads(base64.urlsafe_b64decode(text + "=="))
            if len(values) != len(keys):
                return None
            read = tuple(key.read(value) for key, value in zip(keys, values, strict=True))
            return cls(min(max(int(position), 0), FARTHEST), bool(is_back), read)
        except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError):
            return None

    def write(self) -> str:
        told = json.dumps([self.position, int(self.is_back), *self.values], default=_written)
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


class Beyond(Func):
    """Compare rows as a whole, `(due, id) > (…)`: so the database starts right there in its index."""

    output_field = BooleanField()

    def __init__(self, *expressions: Any, sign: str = ">") -> None:
        half = ", ".join(["{}"] * (len(expressions) // 2))
        self.form = f"({half}) {sign} ({half})"
        super().__init__(*expressions)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **_more: Any) -> tuple[str, tuple[Any, ...]]:
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        return self.form.format(*(sql for sql, _ in parts)), tuple(
            each for _, given in parts for each in given
        )


@dataclass(frozen=True)
class Page:
    """The rows of one page, and the ways on from it."""

    rows: list[Any]
    position: int
    before: Place | None
    after: Place | None
    is_whole: bool
    """Nothing comes before these rows or after them."""


def in_order(rows: QuerySet[Any], keys: Sequence[Key], *, descending: bool) -> QuerySet[Any]:
    return rows.order_by(*(_order(key, descending) for key in keys))


def page(
    rows: QuerySet[Any], keys: Sequence[Key], size: int, place: Place | None, *, descending: bool
) -> Page:
    """Give the page that begins, or ends, at a place. The keys tell any two rows apart."""
    if place is None:
        found = list(in_order(rows, keys, descending=descending)[: size + 1])
        return _page(found[:size], keys, 0, has_more=len(found) > size)
    turned = descending != place.is_back
    beyond = rows.filter(
        Beyond(
            *(key.expression for key in keys),
            *(key.value(value) for key, value in zip(keys, place.values, strict=True)),
            sign="<" if turned else ">",
        )
    )
    found = list(in_order(beyond, keys, descending=turned)[: size + 1])
    if not place.is_back:
        return _page(found[:size], keys, place.position, has_more=len(found) > size)
    if len(found) <= size:  # this is the first page, and it shall be a full one
        return page(rows, keys, size, None, descending=descending)
    shown = found[:size][::-1]
    return _page(shown, keys, max(place.position - size, size), has_more=True)


def _page(rows: list[Any], keys: Sequence[Key], position: int, *, has_more: bool) -> Page:
    before = after = None
    if rows and position:
        before = Place(position, True, tuple(key.of(rows[0]) for key in keys))
    if rows and has_more:
        after = Place(position + len(rows), False, tuple(key.of(rows[-1]) for key in keys))
    return Page(rows, position, before, after, is_whole=before is None and after is None)


def _order(key: Key, descending: bool) -> OrderBy:
    return OrderBy(key.expression, descending=descending)


def _written(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
