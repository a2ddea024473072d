"""Values in the words of people."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as formatted

DAY = "j M Y"
MOMENT = "j M Y H:i:s"


def written(value: Any) -> str:
    """Write a value for people: a number without idle zeros, a moment by our clock, nothing as a dash."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return str(formatted(timezone.localtime(value), MOMENT))
    if isinstance(value, date):
        return str(formatted(value, DAY))
    return "–" if value in (None, "") else str(value)


def day(moment: datetime) -> str:
    """Write the day of a moment, by our clock."""
    return written(timezone.localtime(moment).date())
