"""How figures, days and people are written on every screen."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reconciliation.people import called

MINUS = "−"
CENT = Decimal("0.01")


def money(amount: Decimal | None, currency: str = "", *, signed: bool = False) -> str:
    """Write an amount with at least two decimals, and never fewer than it has."""
    if amount is None:
        return ""
    trimmed = amount.normalize()
    exponent = trimmed.as_tuple().exponent
    shown = amount.quantize(Decimal("0.01")) if isinstance(exponent, int) and exponent > -2 else trimmed
    return f"{_number(shown, signed)} {currency}".rstrip()


def whole(number: int) -> str:
    return _number(Decimal(number), signed=False)


def quantity(amount: Decimal | None, unit: str = "", *, signed: bool = False) -> str:
    """Write a quantity without idle zeros, with its unit."""
    return "" if amount is None else f"{_number(amount.normalize(), signed)} {unit}".rstrip()


def percent(share: Decimal | None) -> str:
    """Write a percentage with at most two decimals."""
    if share is None:
        return ""
    rounded = share.quantize(Decimal("0.01"))
    if share and not rounded:
        return _("under 0.01 %")
    return f"{_number(rounded, signed=False)} %"


def age(since: datetime.datetime, now: datetime.datetime) -> str:
    """Write how old something is, in one unit."""
    minutes = int((now - since).total_seconds() // 60)
    if minutes < 60:
        return _("{n} min").format(n=max(minutes, 0))
    if minutes < 24 * 60:
        return _("{n} h").format(n=minutes // 60)
    return _("{n} d").format(n=minutes // (24 * 60))


def span(seconds: float) -> str:
    """Write how long something takes, rounded up: in seconds up to two minutes, in minutes to two hours."""
    if seconds <= 120:
        return _("{n} s").format(n=math.ceil(seconds))
    minutes = math.ceil(seconds / 60)
    if minutes <= 120:
        return _("{n} min").format(n=minutes)
    return _("{n} h").format(n=math.ceil(minutes / 60))


def due(day: datetime.date | None, today: datetime.date) -> str:
    """Write by when a decision is due."""
    if day is None:
        return ""
    days = (day - today).days
    if days < 0:
        return ngettext("{n} day late", "{n} days late", -days).format(n=-days)
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return short_day(day, today)


def day(day: datetime.date) -> str:
    return _day(day, "SHORT_DATE_FORMAT", get_language() or "")


def short_day(day: datetime.date, today: datetime.date) -> str:
    return _day(day, "DAY_FORMAT" if day.year == today.year else "SHORT_DATE_FORMAT", get_language() or "")


@lru_cache(maxsize=4000)
def _day(day: datetime.date, form: str, language: str) -> str:
    """Lists name the same few days again and again; `language` is what makes them differ."""
    return date_format(day, form)


def moment_in_full(at: datetime.datetime) -> str:
    """Write a time with its day and zone, for whoever asks exactly."""
    local = timezone.localtime(at)
    return f"{day(local.date())}, {local:%H:%M %Z}"


def moment(at: datetime.datetime) -> str:
    """Write a time of today by the clock, an older one with its day."""
    local = timezone.localtime(at)
    today = timezone.localdate()
    if local.date() == today:
        return _("today {time}").format(time=date_format(local, "H:i"))
    return f"{short_day(local.date(), today)} {date_format(local, 'H:i')}"


def person(user: Any, viewer: Any = None) -> str:
    """Name a person, or "you"."""
    if user is not None and viewer is not None and user.pk == viewer.pk:
        return _("You")
    return called(user)


@lru_cache
def _separators(language: str) -> dict[int, str]:
    """Give what stands for Python's comma and point in a language."""
    thousands = get_format("THOUSAND_SEPARATOR", language)
    return {ord(","): thousands, ord("."): get_format("DECIMAL_SEPARATOR", language)}


def _number(number: Decimal, signed: bool) -> str:
    sign = MINUS if number < 0 else "+" if signed and number > 0 else ""
    text = f"{abs(number):,f}".translate(_separators(get_language() or ""))
    return f"{sign}{text}"
