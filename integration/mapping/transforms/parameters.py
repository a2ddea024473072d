"""The parameters of a transform: each has a type, is read once when a mapping is compiled, and has bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from .values import FACTOR_DIGITS, FACTOR_POWER, LARGEST_WHOLE, LONGEST_TEXT, BadValue, number_of, told

MOST_PAIRS = 5000
MOST_NAMES = 200


@dataclass(frozen=True)
class Parameter:
    """One parameter: how it is read out of JSON, and what an administrator reads about it."""

    name: str
    read: Callable[[str, Any], Any]
    told: str
    """What it is, in a few words, such as "a whole number from 1 to 2048"."""
    required: bool = False
    example: Any = None


def whole(name: str, least: int, most: int, **more: Any) -> Parameter:
    """A number that counts something."""

    def read(name: str, value: Any) -> int:
        written = str(value)
        if isinstance(value, bool | float) or not (written.isascii() and written.lstrip("-").isdigit()):
            raise BadValue(f"`{name}` is a whole number, not {told(value)}")
        if len(written) > 9 or not least <= int(written) <= most:
            raise BadValue(f"`{name}` is {told(value)}; it goes from {least} to {most}")
        return int(written)

    return Parameter(name, read, f"a whole number from {least} to {most}", **more)


def text(name: str, longest: int = LONGEST_TEXT, **more: Any) -> Parameter:
    """A text, perhaps empty."""
    return Parameter(name, lambda name, value: _text(name, value, longest), "a text", **more)


def choice(name: str, *choices: str, **more: Any) -> Parameter:
    """One of a few words."""

    def read(name: str, value: Any) -> str:
        if value not in choices:
            raise BadValue(f"`{name}` is one of {', '.join(choices)}, not {told(value)}")
        return str(value)

    return Parameter(name, read, f"one of {', '.join(choices)}", **more)


def factor(name: str, **more: Any) -> Parameter:
    """An exact number to multiply by."""
    return Parameter(name, _factor, 'a number in quotes, such as "1.19"', **more)


def factors(name: str, **more: Any) -> Parameter:
    """An exact number for each of several words."""

    def read(name: str, value: Any) -> Mapping[str, Decimal | int]:
        return {key: _factor(f"{name}.{key}", each) for key, each in _pairs(name, value).items()}

    return Parameter(name, read, 'pairs of a unit and a number, such as {"BOX": "12"}', **more)


def pairs(name: str, **more: Any) -> Parameter:
    """What becomes of each of several words."""

    def read(name: str, value: Any) -> Mapping[str, Any]:
        return {key: sendable(name, each) for key, each in _pairs(name, value).items()}

    return Parameter(name, read, 'pairs such as {"item": "Item"}', **more)


def names(name: str, **more: Any) -> Parameter:
    """A list of words."""

    def read(name: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not 0 < len(value) <= MOST_NAMES:
            raise BadValue(f'`{name}` is a list of words, such as ["yes", "y"]')
        return tuple(_text(name, each, LONGEST_TEXT) for each in value)

    return Parameter(name, read, 'a list of words, such as ["yes", "y"]', **more)


def zone(name: str, **more: Any) -> Parameter:
    """A time zone by its usual name."""

    def read(name: str, value: Any) -> ZoneInfo:
        try:
            return ZoneInfo(_text(name, value, 64))
        except (ValueError, OSError, LookupError) as error:
            raise BadValue(f"`{name}` is a time zone such as Europe/Berlin; {told(value)} is none") from error

    return Parameter(name, read, "a time zone such as Europe/Berlin", **more)


def value(name: str, **more: Any) -> Parameter:
    """Any one value."""
    return Parameter(name, sendable, "a text, a whole number, true or false", **more)


def sendable(name: str, value: Any) -> Any:
    """Let through one value that the database and BC's JSON can hold."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        raise BadValue(f'{value} is not an exact number; write it in quotes: "{value}"')
    if isinstance(value, int):
        if abs(value) > LARGEST_WHOLE:
            raise BadValue("the number is too large")
        return value
    if not isinstance(value, str):
        raise BadValue("a value is a text, a whole number, true or false")
    return _text(name, value, LONGEST_TEXT)


def _text(name: str, value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise BadValue(f"`{name}` is a text, not {told(value)}")
    if len(value) > longest or "\x00" in value or not _is_text(value):
        raise BadValue("the text is too long or holds characters that no field takes")
    return value


def _factor(name: str, value: Any) -> Decimal | int:
    if isinstance(value, float):
        raise BadValue(f'write the factor in quotes: {{"{name}": "{value}"}}')
    number = number_of(value)
    if len(number.as_tuple().digits) > FACTOR_DIGITS or abs(number.adjusted()) > FACTOR_POWER:
        raise BadValue(
            f"the factor {told(value)} is out of bounds: at most {FACTOR_DIGITS} digits, "
            f"from 1e-{FACTOR_POWER} to 1e{FACTOR_POWER}"
        )
    return int(number) if number == number.to_integral_value() else number


def _pairs(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not 0 < len(value) <= MOST_PAIRS:
        raise BadValue(f'`{name}` is written like {{"item": "Item"}}, with at most {MOST_PAIRS} pairs')
    return {_text(name, str(key), LONGEST_TEXT): each for key, each in value.items()}


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
