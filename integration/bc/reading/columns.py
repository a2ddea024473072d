"""Many rows of one list into columns: each field of a record as the list of all its values.

A page of five thousand rows is read in a tenth of the time that five thousand records take. A row that
cannot be read is told apart by `read`, so both ways agree on what a row means.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from integration.bc.reading.rows import read
from integration.bc.reading.values import as_decimal, as_flag, as_text
from integration.errors import ProgramError

Row = Mapping[str, Any]
AS_THEY_ARE: dict[Callable[[Any], Any], set[type]] = {as_text: {str}, as_flag: {bool}, as_decimal: {Decimal}}
FEW = 4  # where so many rows share a text on average, each text is read once


class Columns(SimpleNamespace):
    """For each field of the record, by its name, the values of all rows in their order."""


def read_columns(record: type[Any], rows: Sequence[Row]) -> tuple[Columns, dict[int, str]]:
    """Read the rows; those that cannot be read are left out of the columns, and named by their place."""
    try:
        return _read_at_once(record, rows), {}
    except (KeyError, ValueError, TypeError, InvalidOperation):
        return _read_one_by_one(record, rows)


def _read_at_once(record: type[Any], rows: Sequence[Row]) -> Columns:
    columns = Columns()
    for field in dataclasses.fields(record):
        told = list(map(itemgetter(field.metadata["name"]), rows))
        setattr(columns, field.name, _converted(told, field.metadata["convert"]))
    return columns


def _read_one_by_one(record: type[Any], rows: Sequence[Row]) -> tuple[Columns, dict[int, str]]:
    found, wrong = [], {}
    for place, row in enumerate(rows):
        try:
            found.append(read(record, row))
        except ProgramError as exc:
            wrong[place] = str(exc)
    names = [field.name for field in dataclasses.fields(record)]
    return Columns(**{name: [getattr(each, name) for each in found] for name in names}), wrong


def _converted(told: list[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Convert a column; of a text that many rows share only the first is read."""
    kinds = set(map(type, told))
    if kinds == AS_THEY_ARE.get(convert):
        return told
    if kinds != {str}:
        return list(map(convert, told))
    different = set(told)
    if len(different) * FEW > len(told):
        return list(map(convert, told))
    read_once = {text: convert(text) for text in different}
    return list(map(read_once.__getitem__, told))
