"""When the period ends: with the calendar's month, since BC's accounting periods are not mirrored."""

from __future__ import annotations

import calendar
import datetime


def days_to_end(day: datetime.date) -> int:
    """Count the days that are left of the period after this one; 0 on its last day."""
    return calendar.monthrange(day.year, day.month)[1] - day.day
