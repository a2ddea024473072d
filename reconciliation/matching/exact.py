"""Exact arithmetic: the context the engine calculates in, and how division is kept from leaving crumbs.

Every function here is total and gives the same in any context of the caller's: a figure may be as long as
the engine can make one.
"""

from __future__ import annotations

from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

# Wide enough that sums and products of the figures the wire lets in never round; only a division can.
DIGITS = 120
CONTEXT = Context(prec=DIGITS, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])

_ONE = Decimal(1)
_CRUMB = -20
_SHOWN = -9
_CENTS = -2


def rounded(value: Decimal, places: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """Write a figure with just so many decimals, however large it is."""
    step = Decimal((0, (1,), -places))
    digits = value.adjusted() + places + 2
    context = CONTEXT if digits <= DIGITS else Context(prec=digits)
    return value.quantize(step, rounding, context)


def settle(value: Decimal) -> Decimal:
    """Take the crumbs of a division off a difference, so that thirds of a thing compare as equal."""
    return value if not value or _exponent(value) >= _CRUMB else rounded(value, -_CRUMB)


def shown(value: Decimal) -> Decimal:
    """Round a figure to the nine decimals that an answer carries; shorter figures keep their own."""
    return value if _exponent(value) >= _SHOWN else trimmed(rounded(value, -_SHOWN, ROUND_HALF_UP))


def trimmed(value: Decimal) -> Decimal:
    """Drop trailing zeros after the decimal point."""
    if value.same_quantum(_ONE):
        return value
    whole = value.to_integral_value()
    if whole == value:
        return rounded(whole, 0) if _exponent(whole) else whole
    short = value.normalize(CONTEXT)
    return short if short == value else value.normalize(Context(prec=value.adjusted() - _exponent(value) + 1))


def to_cents(value: Decimal) -> Decimal:
    return rounded(value, -_CENTS, ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """Write a figure without exponent and without trailing zeros."""
    return f"{trimmed(value):f}" if value else "0"


def money(value: Decimal) -> str:
    """Write an amount without exponent, with its cents unless it is nothing."""
    if not value:
        return "0"
    short = trimmed(value)
    return f"{rounded(short, -_CENTS) if _exponent(short) > _CENTS else short:f}"


def _exponent(value: Decimal) -> int:
    """Give the exponent; read off the figure as it is written, which is twice as fast as taking it apart."""
    if value.same_quantum(_ONE):
        return 0
    written = str(value)
    if "E" not in written and "." in written:
        return written.index(".") - len(written) + 1
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise InvalidOperation(f"{value} is no figure")
    return exponent
