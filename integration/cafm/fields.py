"""The kinds of value an event holds, each with its limits: those of our columns, so that what passes fits."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from rest_framework import serializers

PLAIN_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?\Z", re.ASCII)
LARGEST_LINE = 2_147_483_647
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100


class Text(serializers.CharField):
    """Text; numbers are not taken for text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Code(Text):
    """A code or number of BC's, which knows no small letters."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).upper()


class EventId(Text):
    """An event's id; it becomes a part of an address, in which "." and ".." are steps of their own."""

    def to_internal_value(self, data: Any) -> str:
        written = super().to_internal_value(data)
        if {".", ".."} & set(written.split("/")):
            raise serializers.ValidationError(
                'No address can hold this id: "." or ".." stands between its slashes. Send another id.'
            )
        return written


class Day(serializers.DateField):
    """A day of the trade: a year far off is a slip of the pen, and Business Central would refuse it."""

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            raise serializers.ValidationError(
                f"The year {day.year} is not between {EARLIEST_YEAR} and {LATEST_YEAR}. Correct the date."
            )
        return day


class Exact(serializers.DecimalField):
    """A decimal string, or a JSON number; never an exponent in a string, never NaN."""

    default_error_messages = {"invalid": 'A decimal string is required, for example "12.50".'}

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, str | int | Decimal):
            self.fail("invalid")
        if isinstance(data, str) and not PLAIN_NUMBER.match(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class LineNumber(serializers.IntegerField):
    """The sender's number of a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": LARGEST_LINE} | kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


def optional(kind: type[serializers.Field[Any, Any, Any, Any]], **kwargs: Any) -> Any:
    """Make a field that may be absent or null, and empty where it is text."""
    if issubclass(kind, serializers.CharField):
        kwargs = {"allow_blank": True} | kwargs
    return kind(required=False, allow_null=True, **kwargs)


def quantity(*, least: Decimal | None = Decimal(0), required: bool = True, **kwargs: Any) -> Exact:
    """Make a quantity: five decimals as in BC, and not so large that amounts made of it overflow."""
    return _exact(13, 5, least, required, kwargs)


def price(*, required: bool = True, **kwargs: Any) -> Exact:
    """Make a unit price or a charge."""
    return _exact(20, 8, kwargs.pop("least", None), required, kwargs)


def amount(*, required: bool = True, **kwargs: Any) -> Exact:
    """Make an amount of money."""
    return _exact(23, 8, kwargs.pop("least", None), required, kwargs)


def positive(*, required: bool = True) -> Exact:
    """Make a quantity of which there has to be some."""
    return quantity(least=Decimal("0.00001"), required=required)


def _exact(digits: int, places: int, least: Decimal | None, required: bool, kwargs: dict[str, Any]) -> Exact:
    return Exact(
        max_digits=digits,
        decimal_places=places,
        min_value=least,
        required=required,
        allow_null=not required,
        **kwargs,
    )
