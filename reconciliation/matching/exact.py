"""Exact arithmetic: the context the engine calculates in, and how division is kept from leaving crumbs."""

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
CONTEXT = Context(prec=120, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])

_CRUMB = Decimal("1e-20")
_SHOWN = Decimal("1e-9")
_CENT = Decimal("0.01")


def settle(value: Decimal) -> Decimal:
    """Take the crumbs of a division off a difference, so that thirds of a thing compare as equal."""
    return value.quantize(_CRUMB)


def shown(value: Decimal) -> Decimal:
    """Round a figure to the nine decimals that an answer carries; shorter figures keep their own."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -9:
        return value
    return trimmed(value.quantize(_SHOWN, ROUND_HALF_UP))


def trimmed(value: Decimal) -> Decimal:
    """Drop trailing zeros after the decimal point."""
    short = value.normalize()
    exponent = short.as_tuple().exponent
    return short.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else short


def to_cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """Write a figure without exponent and without trailing zeros."""
    return f"{trimmed(value) + 0:f}"


def money(value: Decimal) -> str:
    """Write an amount without exponent, with its cents unless it is nothing."""
    if not value:
        return "0"
    short = trimmed(value)
    exponent = short.as_tuple().exponent
    return f"{short.quantize(_CENT) if isinstance(exponent, int) and exponent > -2 else short:f}"
