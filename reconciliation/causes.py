"""What came right: name the documents and settings in which two questions about one invoice differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

LONGEST = 200
NEW_ENGINE = "judged again by a newer matching engine"

Question = dict[str, Any]


def cause(before: Question, after: Question) -> str:
    """Tell in a few words what changed between two judgements, for the record of the case."""
    told = ", ".join(_changes(before, after)) or NEW_ENGINE
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def _changes(before: Question, after: Question) -> Iterator[str]:
    for name, kind in (
        ("receipts", "receipt"),
        ("returns", "return"),
        ("confirmations", "service confirmation"),
    ):
        yield from (f"{kind} {row['number']}" for row in _new(before, after, name, "number"))
        yield from (f"{kind} {row['number']} taken back" for row in _gone(before, after, name, "number"))
    yield from (_order(row) for row in _new(before, after, "orders", "number"))
    if before.get("invoice") != after.get("invoice"):
        yield "the invoice was corrected"
    yield from (f"invoice {row['number']} gone" for row in _gone(before, after, "earlier", "number"))
    yield from (f"invoice {row['number']}" for row in _new(before, after, "earlier", "number"))
    yield from (f"vendor {row['number']}" for row in _new(before, after, "vendors", "number"))
    yield from (
        f"unit {row['unit']} of item {row['item']}" for row in _new(before, after, "units", "item", "unit")
    )
    yield from (f"item {row['number']}" for row in _new(before, after, "items", "number"))
    yield from (
        f"exchange rate of {row['currency']}" for row in _new(before, after, "rates", "currency", "from")
    )
    if before.get("policy") != after.get("policy"):
        yield "tolerances or match levels were changed"
    if before.get("overrides") != after.get("overrides"):
        yield "a release given before"


def _order(row: dict[str, Any]) -> str:
    version = row.get("version", 1)
    return f"order {row['number']}" + (f" version {version}" if version != 1 else "")


def _new(before: Question, after: Question, name: str, *key: str) -> list[dict[str, Any]]:
    """Give the rows that are new or no longer what they were."""
    if before.get(name) == after.get(name):
        return []
    old = _indexed(before.get(name, ()), key)
    return [row for place, row in _indexed(after.get(name, ()), key).items() if old.get(place) != row]


def _gone(before: Question, after: Question, name: str, *key: str) -> list[dict[str, Any]]:
    """Give the rows that are there no longer."""
    if before.get(name) == after.get(name):
        return []
    now = _indexed(after.get(name, ()), key)
    return [row for place, row in _indexed(before.get(name, ()), key).items() if place not in now]


def _indexed(rows: Iterable[dict[str, Any]], key: tuple[str, ...]) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row.get(name) for name in key): row for row in rows}
