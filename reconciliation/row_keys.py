"""Keys of rows as an address or a form names them: what no row can have is passed over."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 18  # digits, which a database's bigint holds


def row_keys(written: Iterable[str]) -> list[int]:
    """Read keys in their order; `isdigit` would take "²" too, which is no number to `int`."""
    return [int(key) for key in written if key.isdecimal() and len(key) <= LONGEST]


def row_key(written: str) -> int | None:
    """Read one key; None for what is none."""
    return next(iter(row_keys([written])), None)
