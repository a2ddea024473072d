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
    low: float | None = None
    high: float | None = None
    goal: float | None = None
    """The least ratio that was asked for; `stretch` is what would be fine."""
    stretch: float | None = None

    def as_dict(self) -> dict[str, str | float | int | None]:
        return vars(self) | {
            name: round(value, 4) for name, value in vars(self).items() if isinstance(value, float)
        }

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        reached = "reached" if self.ratio >= self.goal else "MISSED"
        return f"goal {self.goal:.3g} {reached}"


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
    ratios = [mine / other for mine, other in counted]
    value = statistics.median(mine for mine, _other in counted)
    return Result(name, value, unit, statistics.median(ratios), against, runs, min(ratios), max(ratios))


def _rate(work: Timed) -> float:
    began = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - began)


def table(results: Iterable[Result]) -> str:
    """Lay the results out for a reader."""
    rows = [
        (
            each.name,
            f"{each.value:,.0f} {each.unit}",
            f"{each.ratio:.3g} ×",
            f"{each.low:.3g} to {each.high:.3g}" if each.low is not None and each.high is not None else "",
            each.verdict,
            each.against,
        )
        for each in results
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        f"  {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:<{widths[3]}}  "
        f"{row[4]:<{widths[4]}}  {row[5]}"
        for row in rows
    )
