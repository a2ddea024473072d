"""When an invoice is due and until when its cash discount holds: Business Central's date formulas.

A formula is read from left to right: `30D` is thirty days on, `CM+14D` fourteen days after the month's end,
`D10` the next tenth of a month, `WD1` the next Monday, `-1D` the day before.
"""

from __future__ import annotations

import calendar
import datetime
import re

PART = re.compile(r"([+-]?)(?:C(D|W|M|Q|Y)|(\d{1,4})(D|W|M|Q|Y)|(WD|D)(\d{1,2}))")
MONTHS = {"M": 1, "Q": 3, "Y": 12}


def day_after(formula: str, start: datetime.date) -> datetime.date | None:
    """Give the day that a formula names, counted from a day; None where it is empty or not understood."""
    written = re.sub(r"[\s<>]", "", formula).upper()
    parts = list(PART.finditer(written))
    if not written or "".join(part.group() for part in parts) != written:
        return None
    day = start
    try:
        for part in parts:
            day = _step(day, *part.groups())
    except (ValueError, OverflowError):  # a day that no calendar has
        return None
    return day


def _step(
    day: datetime.date, sign: str, period: str | None, count: str | None, unit: str | None,
    name: str | None, number: str | None,
) -> datetime.date:  # fmt: skip
    back = sign == "-"
    if period:
        return _bound(day, period, back)
    if count and unit:
        return _moved(day, -int(count) if back else int(count), unit)
    if name == "WD":
        return _weekday(day, int(number or 0), back)
    return _day_of_month(day, int(number or 0), back)


def _bound(day: datetime.date, period: str, back: bool) -> datetime.date:
    """Give the last day of the current period, or the first one."""
    if period == "D":
        return day
    if period == "W":
        return day - datetime.timedelta(day.weekday()) + datetime.timedelta(0 if back else 6)
    months = MONTHS[period]
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    return first if back else _months_on(first, months) - datetime.timedelta(1)


def _moved(day: datetime.date, count: int, unit: str) -> datetime.date:
    if unit in MONTHS:
        return _months_on(day, count * MONTHS[unit])
    return day + datetime.timedelta(count * (7 if unit == "W" else 1))


def _months_on(day: datetime.date, months: int) -> datetime.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _weekday(day: datetime.date, number: int, back: bool) -> datetime.date:
    if not 1 <= number <= 7:
        raise ValueError(number)
    apart = (day.isoweekday() - number if back else number - day.isoweekday()) % 7 or 7
    return day - datetime.timedelta(apart) if back else day + datetime.timedelta(apart)


def _day_of_month(day: datetime.date, number: int, back: bool) -> datetime.date:
    """Give the next such day of a month that has it, or the one before."""
    if not 1 <= number <= 31:
        raise ValueError(number)
    for months in range(13):
        month = _months_on(day.replace(day=1), -months if back else months)
        if number > calendar.monthrange(month.year, month.month)[1]:
            continue
        found = month.replace(day=number)
        if (found < day) if back else (found > day):
            return found
    raise ValueError(number)
