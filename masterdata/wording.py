"""Values in the words of people."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def written(value: Any) -> str:
    """Write a value for people: a number without idle zeros, nothing as a dash."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "–" if value in (None, "") else str(value)
