"""Transforms that read and write days and moments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .values import BadValue, number_of, text_of, told

TOKENS = {
    "YYYY": (4, "%Y"),
    "MM": (2, "%m"),
    "DD": (2, "%d"),
    "hh": (2, "%H"),
    "mm": (2, "%M"),
    "ss": (2, "%S"),
}
TOKEN = re.compile("|".join(TOKENS))
LONGEST_FORM = 40
PER_SECOND = {"s": Decimal(1), "ms": Decimal(1000)}
LAST_SECOND = 253_402_300_799  # 9999-12-31


def iso_date(value: Any) -> str:
    """Write a day the way BC reads it.

    >>> iso_date(date(2026, 11, 2))
    '2026-11-02'
    """
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise BadValue(f"{told(value)} is not a date") from error


def read_date(value: Any, *, form: str = "DD.MM.YYYY") -> str:
    """Read a day that is written in another form, and write it as ISO.

    >>> read_date("2.11.2026")
    '2026-11-02'
    >>> read_date("11/02/2026", form="MM/DD/YYYY")
    '2026-11-02'
    """
    found = _reader(form).fullmatch(text_of(value).strip())
    if found is None:
        raise BadValue(f"{told(value)} is not a date written like {form}")
    parts = found.groupdict()
    try:
        return date(int(parts["YYYY"]), int(parts["MM"]), int(parts["DD"])).isoformat()
    except ValueError as error:
        raise BadValue(f"{told(value)} is not a day of the calendar") from error


def write_date(value: Any, *, form: str = "DD.MM.YYYY") -> str:
    """Write a day in another form.

    >>> write_date("2026-11-02", form="MM/DD/YYYY")
    '11/02/2026'
    """
    day = date.fromisoformat(iso_date(value))
    written = {"YYYY": f"{day.year:04}", "MM": f"{day.month:02}", "DD": f"{day.day:02}"}
    return TOKEN.sub(lambda found: written.get(found[0], "00"), form)


def moment(value: Any, *, unit: str = "ms") -> str:
    """Read a moment, ISO or counted since 1970, and write it as ISO in UTC.

    >>> moment(1795597920000)
    '2026-11-25T09:12:00+00:00'
    >>> moment("2026-11-23T10:12:00+01:00")
    '2026-11-23T09:12:00+00:00'
    """
    return _moment(value, unit).astimezone(UTC).isoformat()


def day_of(value: Any, *, unit: str = "ms", zone: tzinfo = UTC) -> str:
    """Give the day of a moment, in a time zone.

    >>> day_of("2026-11-23T23:30:00+00:00")
    '2026-11-23'
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return _moment(value, unit).astimezone(zone).date().isoformat()
    except OverflowError as error:
        raise BadValue(f"{told(value)} is not a moment of our calendar") from error


def _moment(value: Any, unit: str) -> datetime:
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        seconds = number_of(value) / PER_SECOND[unit]
        if not 0 <= seconds <= LAST_SECOND:
            raise BadValue(f"{told(value)} is no count of {unit} since 1970")
        found = datetime.fromtimestamp(int(seconds), UTC)
    else:
        try:
            found = datetime.fromisoformat(text_of(value))
        except ValueError as error:
            raise BadValue(f"{told(value)} is not a date and time") from error
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    if not 1 < found.year < 9999:
        raise BadValue(f"{told(value)} is not a moment of our calendar")
    return found


@lru_cache(maxsize=200)
def _reader(form: str) -> re.Pattern[str]:
    """Make a form such as DD.MM.YYYY into an expression; a day and a month may have one digit."""
    tokens = TOKEN.findall(form)
    if (
        len(form) > LONGEST_FORM
        or sorted(tokens) != sorted({*tokens})
        or not {"YYYY", "MM", "DD"} <= {*tokens}
    ):
        raise BadValue(f"{told(form)} is no form of a date: write YYYY, MM and DD once each")
    pieces, at = [], 0
    for found in TOKEN.finditer(form):
        digits, _ = TOKENS[found[0]]
        pieces += [
            re.escape(form[at : found.start()]),
            f"(?P<{found[0]}>[0-9]{{{1 if digits == 2 else 4},{digits}}})",
        ]
        at = found.end()
    return re.compile("".join([*pieces, re.escape(form[at:])]), re.ASCII)
