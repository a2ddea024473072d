"""Transforms that make texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .values import LONGEST_TEXT, BadValue, text_of, told

PLACE = re.compile(r"\{([A-Za-z0-9_]{1,60})\}")


def text(value: Any, *, length: int | None = None) -> str:
    """Write as text, and cut at a length.

    >>> text("abcdef", length=3)
    'abc'
    """
    written = value if type(value) is str else text_of(value)
    return written if length is None else written[:length]


def upper(value: Any) -> str:
    """Write in capitals, without spaces around, as BC keeps codes.

    >>> upper(" pcs ")
    'PCS'
    """
    return (value if type(value) is str else text_of(value)).strip().upper()


def lower(value: Any) -> str:
    """Write in small letters, without spaces around.

    >>> lower(" PCS ")
    'pcs'
    """
    return text_of(value).strip().lower()


def capitalised(value: Any) -> str:
    """Write each word with a capital.

    >>> capitalised("AIR filter")
    'Air Filter'
    """
    return " ".join(word[:1].upper() + word[1:].lower() for word in text_of(value).split())


def substring(value: Any, *, start: int = 0, length: int | None = None) -> str:
    """Take a part of a text, counted from 0.

    >>> substring("PO-2026-17", start=3, length=4)
    '2026'
    """
    rest = text_of(value)[start:]
    return rest if length is None else rest[:length]


def pad(value: Any, *, width: int, fill: str = "0", side: str = "left") -> str:
    """Fill up to a width; what is longer stays.

    >>> pad(17, width=6)
    '000017'
    >>> pad("A", width=3, fill=".", side="right")
    'A..'
    """
    if len(fill) != 1:
        raise BadValue(f"`fill` is one character, not {told(fill)}")
    written = text_of(value)
    return written.rjust(width, fill) if side == "left" else written.ljust(width, fill)


def join(value: Any, *, separator: str = " ") -> str:
    """Join the values of a list, leaving out empty ones. The source is a list: `[first, last]`.

    >>> join(["Pump", None, "north hall"], separator=", ")
    'Pump, north hall'
    """
    parts = [text_of(each) for each in _listed(value) if each is not None and each != ""]
    return _bounded(separator.join(parts))


def template(value: Any, *, text: str) -> str:
    """Fill the places of a text, from a list by position or from a group by name.

    >>> template(["WO-7", "PO-1"], text="{1} for {0}")
    'PO-1 for WO-7'
    >>> template({"order": "PO-1"}, text="Order {order}")
    'Order PO-1'
    """
    given: Mapping[str, Any] = (
        value if isinstance(value, Mapping) else {str(at): each for at, each in enumerate(_listed(value))}
    )

    def filled(found: re.Match[str]) -> str:
        if found[1] not in given:
            raise BadValue(f"the template asks for {{{found[1]}}}, and the source does not give it")
        each = given[found[1]]
        return "" if each is None else text_of(each)

    return _bounded(PLACE.sub(filled, text))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _bounded(written: str) -> str:
    if len(written) > LONGEST_TEXT:
        raise BadValue(f"the text becomes longer than {LONGEST_TEXT} characters")
    return written
