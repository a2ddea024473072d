"""Keys of rows as an address, a form or a statement names them."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 18  # digits, which a database's bigint holds


def row_keys(written: Iterable[str]) -> list[int]:
    """Read keys in their order, but for what no row can have; `isdigit` would take "²" too."""
    return [int(key) for key in written if key.isdecimal() and len(key) <= LONGEST]


def row_key(written: str) -> int | None:
    """Read one key; None for what is none."""
    return next(iter(row_keys([written])), None)


def array_of(keys: Iterable[int]) -> str:
    """Write keys as an array of the database: one text is sent much faster than thousands of numbers."""
    return "{" + ",".join(map(str, keys)) + "}"
