"""Rows into records: each field of a record says BC's name for it and how it is read.

Unknown fields are ignored, because BC adds some in every update; a used field that is missing is our fault
and named.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from decimal import InvalidOperation
from functools import cache
from typing import Any, TypeVar

from integration.errors import ProgramError

Record = TypeVar("Record")
REQUIRED: Any = object()


def wire(name: str, convert: Callable[[Any], Any], *, absent: Any = REQUIRED) -> Any:
    """Declare a record's field: BC's name, how it is read, and what it is where a version lacks it."""
    return _field(name, convert, absent=absent, is_nested=False)


def nested(name: str, convert: Callable[[Any], Any]) -> Any:
    """Declare a record's lines: entities of their own, there only when they were read along ($expand)."""
    return _field(name, convert, absent=(), is_nested=True)


def _field(name: str, convert: Callable[[Any], Any], *, absent: Any, is_nested: bool) -> Any:
    told = {"name": name, "convert": convert, "absent": absent, "is_nested": is_nested}
    return dataclasses.field(metadata=told)


def read(record: type[Record], row: Mapping[str, Any]) -> Record:
    """Read one entity; raise ProgramError naming the field that is missing or has the wrong form."""
    plan = _plan(record)  # type: ignore[arg-type]  # classes are hashable
    try:
        return record(*[convert(row[name]) for name, convert, _ in plan])
    except (KeyError, ValueError, TypeError, InvalidOperation):
        return _read_field_by_field(record, row)


def _read_field_by_field(record: type[Record], row: Mapping[str, Any]) -> Record:
    """Put in what an older version lacks, or name the field that is wrong; in the usual case nobody looks."""
    values = []
    for name, convert, absent in _plan(record):  # type: ignore[arg-type]  # classes are hashable
        if name not in row:
            if absent is REQUIRED:
                raise ProgramError(
                    f"{record.__name__} came without {name}: it was not selected, or BC dropped it."
                )
            values.append(absent)
            continue
        try:
            values.append(convert(row[name]))
        except (ValueError, TypeError, InvalidOperation) as exc:
            raise ProgramError(f"{record.__name__} came with a {name} that cannot be read: {exc}.") from exc
    return record(*values)


def select_for(record: type[Any]) -> tuple[str, ...]:
    """Return BC's names of the fields a record uses, for $select."""
    return tuple(
        each.metadata["name"]
        for each in dataclasses.fields(record)
        if not each.metadata["name"].startswith("@") and not each.metadata["is_nested"]
    )


@cache
def _plan(record: type[Any]) -> Sequence[tuple[str, Callable[[Any], Any], Any]]:
    return [
        (each.metadata["name"], each.metadata["convert"], each.metadata["absent"])
        for each in dataclasses.fields(record)
    ]
