"""The transforms a mapping row may name: small, pure, and safe for an administrator to combine.

Each takes the value and the row's parameters and returns the new value, or raises BadValue with a reason
in plain words. Numbers are Decimal or int, never float; each is bounded before anything is done with it, so
that no parameter makes the arithmetic long or impossible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

MOST_PLACES = 10
LONGEST_TEXT = 2048
MOST_DIGITS = 60  # of a number; what the columns hold has at most half of them
LARGEST_POWER = 40
FACTOR_DIGITS = 28
FACTOR_POWER = 12

# More digits than any product of a number and a factor has: nothing is rounded unasked.
EXACT = Context(prec=MOST_DIGITS + FACTOR_DIGITS + LARGEST_POWER)


class BadValue(ValueError):  # noqa: N818 - it reads as a sentence where it is raised
    """The value cannot be transformed; the message says why."""


Transform = Callable[[Any, Mapping[str, Any]], Any]


def copy(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Leave the value as it is: `'PO-1'` → `'PO-1'`."""
    return value


def constant(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Give the parameter `value`, whatever came: `{"value": "Item"}` → `'Item'`."""
    if "value" not in parameters:
        raise BadValue("the constant has no parameter `value`")
    return parameters["value"]


def text(value: Any, parameters: Mapping[str, Any]) -> str:
    """Write as text and cut at `length`: `'abcdef', {"length": 3}` → `'abc'`."""
    written = format(_number(value), "f") if isinstance(value, Decimal) else str(value)
    length = parameters.get("length")
    return written if length is None else written[: _whole("length", length, 1, LONGEST_TEXT)]


def upper(value: Any, parameters: Mapping[str, Any]) -> str:
    """Write in capitals, as BC keeps codes: `'pcs'` → `'PCS'`."""
    return str(value).strip().upper()


def decimal(value: Any, parameters: Mapping[str, Any]) -> Decimal:
    """Read a number and round it half up to `places`: `'2.345', {"places": 2}` → `2.35`."""
    number = _number(value)
    places = parameters.get("places")
    if places is None:
        return number
    exponent = Decimal((0, (1,), -_whole("places", places, 0, MOST_PLACES)))
    return number.quantize(exponent, rounding=ROUND_HALF_UP, context=EXACT)


def multiply(value: Any, parameters: Mapping[str, Any]) -> Decimal | int:
    """Multiply by `by`: `3, {"by": 10000}` → `30000`."""
    if "by" not in parameters:
        raise BadValue("the multiplication has no parameter `by`")
    product = EXACT.multiply(_number(value), _factor(parameters["by"]))
    return int(product) if product == product.to_integral_value(context=EXACT) else product


def iso_date(value: Any, parameters: Mapping[str, Any]) -> str:
    """Write a date the way BC reads it: `date(2026, 11, 2)` → `'2026-11-02'`."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise BadValue(f"{_told(value)} is not a date") from error


def value_map(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Look the value up in `values`: `'item', {"values": {"item": "Item"}}` → `'Item'`."""
    values = parameters.get("values", {})
    if not isinstance(values, Mapping):
        raise BadValue('the values are not written like {"values": {"item": "Item"}}')
    if str(value) in values:
        return values[str(value)]
    if "otherwise" in parameters:
        return parameters["otherwise"]
    raise BadValue(f"{_told(value)} is not among {', '.join(sorted(values)) or 'no values at all'}")


def _number(value: Any) -> Decimal:
    if isinstance(value, bool | float):
        raise BadValue(f"{value!r} is not an exact number")
    try:
        number = Decimal(value if isinstance(value, int | Decimal) else str(value))
    except InvalidOperation as error:
        raise BadValue(f"{_told(value)} is not a number") from error
    if not number.is_finite():
        raise BadValue(f"{_told(value)} is not a finite number")
    if abs(number.adjusted()) > LARGEST_POWER or len(number.as_tuple().digits) > MOST_DIGITS:
        raise BadValue(f"{_told(value)} is too large or too fine a number")
    return number


def _factor(value: Any) -> Decimal:
    if isinstance(value, float):
        raise BadValue(f'write the factor in quotes: {{"by": "{value}"}}')
    factor = _number(value)
    if len(factor.as_tuple().digits) > FACTOR_DIGITS or abs(factor.adjusted()) > FACTOR_POWER:
        raise BadValue(
            f"the factor {_told(value)} is out of bounds: at most {FACTOR_DIGITS} digits, "
            f"from 1e-{FACTOR_POWER} to 1e{FACTOR_POWER}"
        )
    return factor


def _whole(name: str, value: Any, least: int, most: int) -> int:
    """Read a parameter that counts something."""
    written = str(value)
    if isinstance(value, bool | float) or not (written.isascii() and written.lstrip("-").isdigit()):
        raise BadValue(f"`{name}` is a whole number, not {_told(value)}")
    if len(written) > 9 or not least <= int(written) <= most:
        raise BadValue(f"`{name}` is {_told(value)}; it goes from {least} to {most}")
    return int(written)


def _told(value: Any) -> str:
    """Write a value for a sentence: never longer than a line."""
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a number of more than 40 digits"
    written = repr(str(value) if isinstance(value, Decimal) else value)
    return written if len(written) <= 60 else f"{written[:59]}…"


TRANSFORMS: dict[str, Transform] = {
    "copy": copy,
    "constant": constant,
    "text": text,
    "upper": upper,
    "decimal": decimal,
    "multiply": multiply,
    "date": iso_date,
    "value_map": value_map,
}

PARAMETERS: dict[str, tuple[str, ...]] = {
    "constant": ("value",),
    "text": ("length",),
    "decimal": ("places",),
    "multiply": ("by",),
    "value_map": ("values", "otherwise"),
}
"""What each transform may be told; the others take nothing."""
