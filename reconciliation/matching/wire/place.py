"""A value of a JSON document and where it stands: read with errors that name the place."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from ..facts import ZERO

T = TypeVar("T")

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
LARGEST_EXPONENT = 18
SMALLEST_EXPONENT = -18


class FormError(ValueError):
    """A case that is not of the agreed form; `pointer` is the JSON pointer of the place."""

    def __init__(self, code: str, message: str, pointer: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.pointer = pointer

    def as_json(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, "pointer": self.pointer}}


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A value of the JSON document and where it stands."""

    value: Any
    pointer: str = ""

    def error(self, code: str, message: str) -> FormError:
        return FormError(code, message, self.pointer)

    def member(self, name: str) -> Place:
        if not isinstance(self.value, dict):
            raise self.error("not_an_object", "An object belongs here.")
        step = name.replace("~", "~0").replace("/", "~1")
        return Place(self.value.get(name), f"{self.pointer}/{step}")

    def required(self, name: str) -> Place:
        place = self.member(name)
        if place.value is None or place.value == "":
            raise place.error("missing", f"“{name}” is missing.")
        return place

    def members(self, name: str, read: Callable[[Place], T]) -> tuple[T, ...]:
        """Read a list; an absent one is empty."""
        place = self.member(name)
        if place.value is None:
            return ()
        if not isinstance(place.value, list):
            raise place.error("not_a_list", "A list belongs here.")
        return tuple(
            read(Place(value, f"{place.pointer}/{index}")) for index, value in enumerate(place.value)
        )

    def text(self, name: str) -> str:
        return self.optional_text(name) or ""

    def optional_text(self, name: str) -> str | None:
        place = self.member(name)
        if place.value is None or isinstance(place.value, str):
            return place.value or None
        raise place.error("not_a_text", "A text belongs here.")

    def flag(self, name: str) -> bool:
        place = self.member(name)
        if place.value is None or isinstance(place.value, bool):
            return bool(place.value)
        raise place.error("not_a_flag", "true or false belongs here.")

    def number(self, name: str, default: Decimal = ZERO) -> Decimal:
        value = self.optional_number(name)
        return default if value is None else value

    def optional_number(self, name: str) -> Decimal | None:
        place = self.member(name)
        return None if place.value is None else place.decimal()

    def limit(self, name: str) -> Decimal | None:
        value = self.optional_number(name)
        if value is not None and value < 0:
            raise self.member(name).error("negative", "A limit is not negative.")
        return value

    def decimal(self) -> Decimal:
        """Read an exact number: a decimal string, or a JSON number."""
        value = self.value
        if isinstance(value, str) and NUMBER.fullmatch(value):
            value = Decimal(value)
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if not isinstance(value, Decimal) or not value.is_finite():
            raise self.error("not_a_number", f"{json.dumps(self.value, default=str)} is not a number.")
        exponent = value.as_tuple().exponent
        if value.adjusted() > LARGEST_EXPONENT or (
            isinstance(exponent, int) and exponent < SMALLEST_EXPONENT
        ):
            raise self.error("out_of_range", "A number has at most 18 digits before and after the point.")
        return value

    def whole(self, name: str) -> int:
        place = self.required(name)
        number = place.decimal()
        if number != number.to_integral_value():
            raise place.error("not_whole", "A whole number belongs here.")
        return int(number)

    def optional_whole(self, name: str) -> int | None:
        return None if self.member(name).value is None else self.whole(name)

    def date(self, name: str) -> datetime.date | None:
        place = self.member(name)
        if place.value is None or place.value == "":
            return None
        date = _date(place.value)
        if date is None:
            raise place.error("not_a_date", "A date like 2026-11-02 belongs here.")
        return date

    def choice(self, name: str, choices: type[StrEnum], default: str) -> str:
        place = self.member(name)
        if place.value is None:
            return default
        if place.value in list(choices):
            return str(choices(place.value))
        named = ", ".join(f"“{choice}”" for choice in choices)
        raise place.error("not_a_choice", f"One of {named} belongs here.")


def _date(value: Any) -> datetime.date | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return None
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        return None
