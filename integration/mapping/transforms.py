"""The transforms a mapping row may name: small, pure, and safe for an administrator to combine.

Each takes the value and the row's parameters and returns the new value, or raises BadValue with a reason
in plain words. Numbers are Decimal or int, never float.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any


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
    written = format(value, "f") if isinstance(value, Decimal) else str(value)
    length = parameters.get("length")
    return written if length is None else written[: int(length)]


def upper(value: Any, parameters: Mapping[str, Any]) -> str:
    """Write in capitals, as BC keeps codes: `'pcs'` → `'PCS'`."""
    return str(value).strip().upper()


def decimal(value: Any, parameters: Mapping[str, Any]) -> Decimal:
    """Read a number and round it half up to `places`: `'2.345', {"places": 2}` → `2.35`."""
    number = _number(value)
    places = parameters.get("places")
    if places is None:
        return number
    return number.quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_UP)


def multiply(value: Any, parameters: Mapping[str, Any]) -> Decimal | int:
    """Multiply by `by`: `3, {"by": 10000}` → `30000`."""
    if "by" not in parameters:
        raise BadValue("the multiplication has no parameter `by`")
    product = _number(value) * _number(parameters["by"])
    return int(product) if product == product.to_integral_value() else product


def iso_date(value: Any, parameters: Mapping[str, Any]) -> str:
    """Write a date the way BC reads it: `date(2026, 11, 2)` → `'2026-11-02'`."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise BadValue(f"{value!r} is not a date") from error


def value_map(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Look the value up in `values`: `'item', {"values": {"item": "Item"}}` → `'Item'`."""
    values = parameters.get("values", {})
    if str(value) in values:
        return values[str(value)]
    if "otherwise" in parameters:
        return parameters["otherwise"]
    raise BadValue(f"{value!r} is not among {', '.join(sorted(values)) or 'no values at all'}")


def _number(value: Any) -> Decimal:
    if isinstance(value, bool | float):
        raise BadValue(f"{value!r} is not an exact number")
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise BadValue(f"{value!r} is not a number") from error
    if not number.is_finite():
        raise BadValue(f"{value!r} is not a finite number")
    return number


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
