"""Days as people write them, in a form or in an address."""

from __future__ import annotations

import datetime

from django.http import Http404


def written(text: str | None) -> datetime.date | None:
    """Read a day of a form; None where there is none, as for the 30th of February."""
    try:
        return datetime.date.fromisoformat((text or "").strip())
    except ValueError:
        return None


def of_address(text: str) -> datetime.date:
    """Read the day of an address; 404 where there is none."""
    day = written(text)
    if day is None:
        raise Http404
    return day
