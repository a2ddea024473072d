"""Whether a table would take a record: what does not fit is named before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import models

from .batch import Batch, Value
from .models import Mirror, own_fields

Room = tuple[str, str, bool, int | None, Decimal | None, type]
"""A field's name, what people call it, whether it may be empty, how long and how big a value it takes, and of
which kind."""

KINDS: tuple[tuple[type[models.Field[Any, Any]], type, str], ...] = (
    (models.CharField, str, "a text"),
    (models.BooleanField, bool, "yes or no"),
    (models.DecimalField, Decimal, "a number"),
    (models.DateField, date, "a day"),
)
NOUNS = {kind: noun for _field, kind, noun in KINDS}


def problems(model: type[Mirror], batch: Batch) -> dict[int, str]:
    """Tell by its place why the table would refuse a record; only columns in which something is wrong are
    gone through value by value."""
    if all(_fits(room, batch.columns[room[0]]) for room in _rooms(model)):
        return {}
    found = {place: problem(model, batch.values(place)) for place in range(len(batch))}
    return {place: reason for place, reason in found.items() if reason}


def problem(model: type[Mirror], values: Mapping[str, Value]) -> str:
    """Tell why the table would refuse a record; "" when it fits."""
    for room in _rooms(model):
        if reason := _reason(room, values[room[0]]):
            return reason
    return ""


def _fits(room: Room, column: list[Value]) -> bool:
    """Look at a whole column; where it is mixed, its values have to be looked at one by one."""
    _name, _told, may_lack, length, least_too_big, kind = room
    kinds = set(map(type, column))
    if may_lack:
        kinds.discard(type(None))
        column = [value for value in column if value is not None]
    if kinds != {kind}:
        return not kinds
    if kind is str:
        texts: Any = set(column)
        return not (length and max(map(len, texts)) > length) and "\0" not in "".join(texts)
    if kind is Decimal:
        numbers: Any = column
        return not least_too_big or max(map(abs, numbers)) < least_too_big
    return True


def _reason(room: Room, value: Value) -> str:
    _name, told, may_lack, length, least_too_big, kind = room
    if value is None:
        return "" if may_lack else f"{told} is missing"
    if type(value) is not kind:
        return f"{told} takes {NOUNS[kind]}, not {value!r}; correct the mapping"
    if isinstance(value, str):
        if "\0" in value:
            return f"{told} holds a NUL character"
        if length and len(value) > length:
            return f"{told} {value!r} is longer than {length} characters"
    elif least_too_big and isinstance(value, Decimal) and abs(value) >= least_too_big:
        return f"{told} {value} has more than {least_too_big.adjusted()} digits before the point"
    return ""


@cache
def _rooms(model: type[Mirror]) -> list[Room]:
    rooms: list[Room] = []
    for field in own_fields(model):
        too_big = None
        if isinstance(field, models.DecimalField):
            too_big = Decimal(10) ** (field.max_digits - field.decimal_places)
        kind = next(kind for known, kind, _noun in KINDS if isinstance(field, known))
        rooms.append((field.name, str(field.verbose_name), field.null, field.max_length, too_big, kind))
    return rooms
