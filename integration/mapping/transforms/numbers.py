"""Transforms that make numbers: Decimal or whole, never float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from .values import EXACT, LARGEST_WHOLE, MOST_PLACES, BadValue, number_of, text_of, told

WAYS = {"half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN, "up": ROUND_UP, "down": ROUND_DOWN}
STEPS = [Decimal((0, (1,), -places)) for places in range(MOST_PLACES + 1)]
PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)


def decimal(value: Any, *, places: int | None = None) -> Decimal:
    """Read a number and round it half up.

    >>> decimal("2.345", places=2)
    Decimal('2.35')
    """
    number = number_of(value)
    return number if places is None else _rounded(number, places, ROUND_HALF_UP)


def rounded(value: Any, *, places: int = 0, way: str = "half up") -> Decimal:
    """Round a number: half up, half even, up (away from zero) or down (towards zero).

    >>> rounded("2.5", way="half even")
    Decimal('2')
    """
    return _rounded(number_of(value), places, WAYS[way])


def multiply(value: Any, *, by: Decimal | int) -> Decimal | int:
    """Multiply exactly; a whole product is a whole number.

    >>> multiply(3, by=Decimal(10000))
    30000
    """
    if type(value) is int and type(by) is int and abs(value) < LARGEST_WHOLE:
        return value * by
    product = EXACT.multiply(number_of(value), Decimal(by))
    return int(product) if product == product.to_integral_value(context=EXACT) else product


def divide(value: Any, *, by: Decimal | int, places: int = 5) -> Decimal:
    """Divide, and round half up.

    >>> divide(250, by=Decimal(100), places=2)
    Decimal('2.50')
    """
    if by == 0:
        raise BadValue("nothing can be divided by 0")
    return _rounded(EXACT.divide(number_of(value), Decimal(by)), places, ROUND_HALF_UP)


def read_number(value: Any, *, decimal_mark: str = ",", grouping: str = ".") -> Decimal:
    """Read a number as people write it somewhere: `1.234,50`.

    >>> read_number("1.234,50")
    Decimal('1234.50')
    """
    if not isinstance(value, str):
        return number_of(value)
    if decimal_mark == grouping:
        raise BadValue("`decimal_mark` and `grouping` are the same")
    plain = value.strip().replace("\N{NO-BREAK SPACE}", " ")
    if grouping != "none":
        plain = plain.replace(" " if grouping == "space" else grouping, "")
    plain = plain.replace(decimal_mark, ".")
    if not PLAIN.fullmatch(plain):
        raise BadValue(f"{told(value)} is not a number written with {decimal_mark!r} before the fraction")
    return number_of(plain)


def write_number(value: Any, *, places: int = 2, decimal_mark: str = ".") -> str:
    """Write a number as text, with so many places.

    >>> write_number("1234.5", decimal_mark=",")
    '1234,50'
    """
    return format(_rounded(number_of(value), places, ROUND_HALF_UP), "f").replace(".", decimal_mark)


def convert(value: Any, *, factors: Mapping[str, Decimal | int]) -> Decimal | int:
    """Convert a quantity by its unit. The source is a list of both: `[quantity, unit]`.

    >>> convert(["2", "box"], factors={"BOX": Decimal(12), "PCS": Decimal(1)})
    24
    """
    if not isinstance(value, list) or len(value) != 2:
        raise BadValue("the source gives no quantity and unit; write it like [quantity, unit]")
    quantity, unit = value
    known = {name.upper(): each for name, each in factors.items()}
    wanted = text_of(unit).strip().upper() if unit is not None else ""
    if wanted not in known:
        raise BadValue(f"no factor is given for the unit {told(unit)}; nothing is taken for one to one")
    return multiply(quantity, by=known[wanted])


def _rounded(number: Decimal, places: int, way: str) -> Decimal:
    return number.quantize(STEPS[places], way, EXACT)
