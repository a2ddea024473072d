"""What a chained book is, to those who name the books."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Book:
    """A table that is only ever added to, but for what is written later. Its SQL reads the row as `kept`."""

    name: str
    title: str
    table: str
    words: str
    company: str
    written_later: tuple[str, ...] = ()
    key: str = "id"
    """The column that numbers its rows."""


def moment(column: str) -> str:
    """Give the SQL that writes a moment alike whatever the session's time zone is."""
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
