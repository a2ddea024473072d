"""Transforms that read what Business Central writes; it has no null, but blanks, zeros and the year 1."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from integration.bc.reading.values import as_code, as_date, as_guid, as_member

from .values import BadValue, text_of, told

Read = TypeVar("Read")


def code(value: Any) -> str | None:
    """Read a code or number, without spaces around; a blank means none.

    >>> code(" PCS ")
    'PCS'
    """
    return as_code(text_of(value))


def bc_choice(value: Any) -> str | None:
    """Read one of Business Central's choices in its own words; a blank means none.

    >>> bc_choice("In_x0020_Review")
    'In Review'
    """
    return _read(as_member, value, "a choice")


def bc_id(value: Any) -> str | None:
    """Read an id of Business Central, in small letters; all zeros mean none.

    >>> bc_id("0B3D1E6A-7A0E-4A0B-9D53-5A0D3C2F1E4B")
    '0b3d1e6a-7a0e-4a0b-9d53-5a0d3c2f1e4b'
    """
    return as_guid(text_of(value))


def bc_day(value: Any) -> date | None:
    """Read a day of Business Central; the first day of the year 1 means none.

    >>> bc_day("2026-11-02")
    datetime.date(2026, 11, 2)
    """
    return _read(as_date, value, "a day")


def _read(convert: Callable[[Any], Read], value: Any, noun: str) -> Read:
    try:
        return convert(text_of(value))
    except (ValueError, OverflowError) as error:
        raise BadValue(f"{told(value)} is not {noun} of Business Central") from error
