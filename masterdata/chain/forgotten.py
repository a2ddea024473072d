"""Which changes were forgotten because their term was over, as the chain itself tells."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from masterdata.models import ChainHead, Change

from .books import CHANGES

ACTION = "forget"
# Whoever wants to hide something cannot call it forgotten before it is this old.
LEAST_AGE = datetime.timedelta(days=365)


@dataclass(frozen=True)
class _Stretch:
    first: int
    last: int
    at: datetime.datetime


class Forgotten:
    """Stretches of rows that may be missing, where the chain was long enough a good while before."""

    def __init__(self, stretches: Iterable[_Stretch], grown: dict[int, list[tuple[datetime.datetime, int]]]):
        self.stretches = sorted(stretches, key=lambda each: each.first)
        self.starts = [each.first for each in self.stretches]
        self.grown = grown

    @classmethod
    def read(cls) -> Forgotten:
        """Read the book's own lines about forgetting, and how long each chain was when."""
        lines = Change.objects.filter(table=Change._meta.db_table, action=ACTION)
        stretches = [
            _Stretch(first, last, line.at)
            for line in lines
            for first, last in (line.new or {}).get("ids", [])
        ]
        grown: dict[int, list[tuple[datetime.datetime, int]]] = {}
        if stretches:
            heads = Change.objects.filter(table=ChainHead._meta.db_table).order_by("at")
            for head in heads.iterator():
                grown.setdefault(head.row, []).append((head.at, (head.new or {})["position"]))
        return cls(stretches, grown)

    def covers(self, book: str, row: int, chain: int, position: int) -> bool:
        """Tell whether a missing row was forgotten, and was old enough for it."""
        at = bisect_right(self.starts, row) - 1
        if book != CHANGES.name or at < 0 or row > self.stretches[at].last:
            return False
        return position <= self._length(chain, self.stretches[at].at - LEAST_AGE)

    def _length(self, chain: int, moment: datetime.datetime) -> int:
        """Tell how many rows a chain had at a moment."""
        grown = self.grown.get(chain, [])
        before = bisect_right(grown, moment, key=lambda each: each[0]) - 1
        return grown[before][1] if before >= 0 else 0
