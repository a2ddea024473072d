"""What each side adds up to; currencies are never added together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from .facts import Figures, InBC, Ours, Told, Total


def of_cafm(told: Told | None) -> Total | None:
    if told is None:
        return None
    rows = tuple((number, "", Figures()) for number in told.numbers)
    return Total(told.count, told.quantity, dict(told.amounts), rows)


def of_portal(ours: Sequence[Ours]) -> Total:
    rows = tuple((each.number, each.fate.value, each.told) for each in ours)
    return _total(rows)


def of_bc(in_bc: Sequence[InBC] | None, day: date) -> Total | None:
    """Add up what BC has of the day; what is of another day counts there."""
    if in_bc is None:
        return None
    mine = [row for row in in_bc if row.day == day]
    return _total(tuple((row.number, row.beside, row.figures) for row in mine))


def _total(rows: tuple[tuple[str, str, Figures], ...]) -> Total:
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for _number, _said, figures in rows:
        if figures.amount is not None:
            amounts[figures.currency] += figures.amount
    return Total(len(rows), _sum(figures.quantity for _n, _s, figures in rows), dict(amounts), rows)


def _sum(quantities: Iterable[Decimal | None]) -> Decimal | None:
    """Add up what is known; None when nothing is."""
    known = [each for each in quantities if each is not None]
    return sum(known, Decimal(0)) if known else None
