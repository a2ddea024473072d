"""Apply mapping rows to one record: pure, and every problem is a value that names field, value and reason."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from .transforms import TRANSFORMS, BadValue

logger = logging.getLogger(__name__)

LARGEST_WHOLE = 2**63


@dataclass(frozen=True)
class Row:
    """One mapping row, out of the database."""

    source: str
    target: str
    transform: str = "copy"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    default: str = ""
    required: bool = False


@dataclass(frozen=True)
class Problem:
    """A field that could not be mapped."""

    target: str
    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.target} (from {self.source or 'a constant'}): {self.reason}"


def apply(rows: Iterable[Row], record: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Build the target record, in the order of the rows, leaving out what is empty and not required."""
    result: dict[str, Any] = {}
    problems: list[Problem] = []
    for row in rows:
        try:
            value = _value(row, record)
        except BadValue as error:
            problems.append(Problem(row.target, row.source, str(error)))
            continue
        except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
            logger.exception("The transform %s of %s failed", row.transform, row.target)
            reason = f"{row.transform} does not work with its parameters ({type(error).__name__})"
            problems.append(Problem(row.target, row.source, reason))
            continue
        if value is not None:
            result[row.target] = value
        elif row.required:
            problems.append(Problem(row.target, row.source, "it is required and there is no value"))
    return result, problems


def _value(row: Row, record: Mapping[str, Any]) -> Any:
    transform = TRANSFORMS.get(row.transform)
    if transform is None:
        raise BadValue(f"there is no transform {row.transform!r}")
    value = _find(record, row.source) if row.source else None
    if value is None or value == "":
        value = row.default or None
    if value is None and row.transform != "constant":
        return None
    return _writable(transform(value, row.parameters))


def _writable(value: Any) -> Any:
    """Let through what BC's JSON can hold: one value, and no number beyond its own whole numbers."""
    if value is None or isinstance(value, str | bool | Decimal | date | UUID):
        return value
    if isinstance(value, int):
        if abs(value) >= LARGEST_WHOLE:
            raise BadValue("the number is too large for Business Central")
        return value
    if isinstance(value, float):
        raise BadValue(f"{value!r} is not an exact number")
    raise BadValue("it is a group of values, not one value")


def _find(record: Any, path: str) -> Any:
    """Follow a dotted path; what is not there is None."""
    for step in path.split("."):
        if not isinstance(record, Mapping):
            return None
        record = record.get(step)
    return record
