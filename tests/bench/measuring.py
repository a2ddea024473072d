"""Measure our way and another way in turn, several times, and keep the medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

RUNS = 5


@dataclass(frozen=True)
class Result:
    """One line of the table: how fast we are, and how fast compared with what."""

    name: str
    value: float
    unit: str
    ratio: float
    """Our rate divided by the other's: 1 is as fast, above 1 is faster."""
    against: str
    runs: int

    def as_dict(self) -> dict[str, str | float | int]:
        return vars(self) | {"value": round(self.value, 1), "ratio": round(self.ratio, 4)}


Timed = Callable[[], int]
"""Does a piece of work and returns how many things it worked on."""


def compare(
    name: str,
    unit: str,
    against: str,
    ours: Timed,
    theirs: Timed,
    *,
    prepare: Callable[[], object] = lambda: None,
    runs: int = RUNS,
) -> Result:
    """Run both once to warm up, then in turn; the ratio is the median of the rounds' ratios.

    `prepare` comes before each round of ours and is not timed.
    """
    rounds = []
    for _ in range(runs + 1):
        prepare()
        rounds.append((_rate(ours), _rate(theirs)))
    counted = rounds[1:]
    ratio = statistics.median(mine / other for mine, other in counted)
    return Result(name, statistics.median(mine for mine, _other in counted), unit, ratio, against, runs)


def _rate(work: Timed) -> float:
    began = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - began)


def table(results: Iterable[Result]) -> str:
    """Lay the results out for a reader."""
    rows = [
        (each.name, f"{each.value:,.0f} {each.unit}", f"{each.ratio:.3g} ×", each.against) for each in results
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"  {name:<{widths[0]}}  {value:>{widths[1]}}  {ratio:>{widths[2]}}  {against}"
        for name, value, ratio, against in rows
    )
