"""What every transform shares: exact numbers within bounds, and words for a value that does not fit."""

from __future__ import annotations

from datetime import date
from decimal import (
    Clamped,
    Context,
    Decimal,
    DecimalException,
    Inexact,
    InvalidOperation,
    Overflow,
    Subnormal,
)
from typing import Any
from uuid import UUID

MOST_PLACES = 10
LONGEST_TEXT = 2048
MOST_DIGITS = 60  # of a number; what the columns hold has at most half of them
LARGEST_POWER = 40
FACTOR_DIGITS = 28
FACTOR_POWER = 12
LARGEST_WHOLE = 2**53  # what every reader of JSON takes whole

# More digits than any product of a number and a factor has: nothing is rounded unasked.
EXACT = Context(prec=MOST_DIGITS + FACTOR_DIGITS + LARGEST_POWER)
# Raises at the first number out of bounds: looking at its digits one by one costs ten times as much.
BOUNDS = Context(
    prec=MOST_DIGITS,
    Emax=LARGEST_POWER,
    Emin=-LARGEST_POWER,
    traps=[Inexact, Overflow, Subnormal, Clamped, InvalidOperation],
)
TOO_LARGE = Decimal(10) ** MOST_DIGITS


class BadValue(ValueError):  # noqa: N818 - it reads as a sentence where it is raised
    """The value cannot be transformed; the message says why."""


class UnknownValue(BadValue):
    """A value map has no such value; it may be parked until somebody maps it."""


def number_of(value: Any) -> Decimal:
    """Read an exact number within bounds, so that no value makes the arithmetic long or impossible."""
    if type(value) is Decimal:
        number = value
    elif isinstance(value, bool | float):
        raise BadValue(f"{value!r} is not an exact number")
    elif isinstance(value, int):
        number = Decimal(value) if abs(value) < TOO_LARGE else TOO_LARGE
    else:
        number = _read(value)
    try:
        BOUNDS.plus(number)
    except DecimalException as error:
        raise BadValue(f"{told(value)} is too large or too fine a number") from error
    if not number.is_finite():
        raise BadValue(f"{told(value)} is not a finite number")
    return number


def _read(value: Any) -> Decimal:
    written = str(value)
    try:
        if len(written) <= LONGEST_TEXT or isinstance(value, Decimal):
            return Decimal(written)
    except InvalidOperation:
        pass
    raise BadValue(f"{told(value)} is not a number")


def text_of(value: Any) -> str:
    """Write one value as text: numbers in full, days as ISO, true and false in lower case."""
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(number_of(value), "f")
    if isinstance(value, int):
        return str(int(number_of(value)))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise BadValue(f"{told(value)} is not one value that can be written as text")


def told(value: Any) -> str:
    """Write a value for a sentence: never longer than a line."""
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a number of more than 40 digits"
    if isinstance(value, list | dict | tuple | set):
        return "a group of values"
    written = repr(str(value) if isinstance(value, Decimal | date) else value)
    return written if len(written) <= 60 else f"{written[:59]}…"
