"""BC's values into ours.

BC has no null: an absent date is 0001-01-01, an absent id all zeros, an absent choice a blank, an absent
text "". Dates, ids, choices and codes come out as None then; free text stays "".
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from integration.bc.odata import NULL_DATE, NULL_GUID, unescape_member


def as_text(value: Any) -> str:
    """Free text as it is."""
    return str(value)


def as_code(value: Any) -> str | None:
    """A code or number; blank means none."""
    return str(value).strip() or None


def as_guid(value: Any) -> str | None:
    """An id; all zeros means none."""
    lowered = str(value).lower()
    return None if lowered in ("", NULL_GUID) else lowered


def as_member(value: Any) -> str | None:
    """A choice in BC's words; blank means none."""
    return unescape_member(str(value)) or None


def as_line_type(value: Any) -> str:
    """A kind of line. Receipts have other words for it than orders and invoices; here there is one set."""
    words = as_member(value) or "Comment"
    return {"G/L Account": "Account", "Charge (Item)": "Charge"}.get(words, words)


def as_decimal(value: Any) -> Decimal:
    """An amount or quantity, exact."""
    if isinstance(value, float | bool):
        raise TypeError("an exact number was expected")
    return Decimal(value)


def as_int(value: Any) -> int:
    """A count; the documented samples write some as text."""
    return int(value)


def as_flag(value: Any) -> bool:
    """A flag."""
    if not isinstance(value, bool):
        raise TypeError("true or false was expected")
    return value


def as_date(value: Any) -> date | None:
    """A date; 0001-01-01 means none."""
    written = str(value)[:10]
    return None if written in ("", NULL_DATE) else date.fromisoformat(written)


def as_moment(value: Any) -> datetime | None:
    """A moment in UTC; the year 1 means none."""
    written = str(value)
    if not written or written.startswith(NULL_DATE):
        return None
    read_at = datetime.fromisoformat(written)
    if read_at.tzinfo is UTC:
        return read_at
    return read_at.replace(tzinfo=UTC) if read_at.tzinfo is None else read_at.astimezone(UTC)
