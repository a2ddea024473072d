"""The verdict of a soak: each figure against a stated limit, and what a short run cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

HOUR = 3600.0
LEAST_SECONDS = 1800.0  # what grows cannot be told from what fills within less
GOOD, BROKEN, STOPPED = 0, 1, 2  # exit codes


@dataclass(frozen=True)
class Limits:
    """The most that may be; two hours at 5 % faults came to about a fifth of it (docs/sizing.md)."""

    memory_mb_per_hour: float = 10.0  # of each program; docs/sizing.md says what it may hold
    seconds_median: float = 3.0
    seconds_p95: float = 10.0
    seconds_per_hour: float = 0.5  # by which the median rises
    backlog_share: float = 0.01  # of what comes in an hour, by which the backlog rises


@dataclass(frozen=True)
class Check:
    """One figure and its limit; `is_within` is None where the run was too short to say."""

    name: str
    figure: float
    limit: float
    is_within: bool | None

    def __str__(self) -> str:
        word = {True: "within", False: "OVER", None: "too short to say, limit"}[self.is_within]
        return f"{self.name:<34} {self.figure:g} {word} {self.limit:g}"


@dataclass(frozen=True)
class Judgement:
    """What the figures come to; `trouble` names what else is wrong, `stopped` says that it was not over."""

    checks: tuple[Check, ...]
    trouble: tuple[str, ...] = ()
    stopped: bool = False

    @property
    def code(self) -> int:
        if self.trouble or any(check.is_within is False for check in self.checks):
            return BROKEN
        return STOPPED if self.stopped else GOOD

    @property
    def sentence(self) -> str:
        over = [check.name for check in self.checks if check.is_within is False]
        wrong = "; ".join([*self.trouble, *(f"{name} is over its limit" for name in over)])
        short = any(check.is_within is None for check in self.checks) or not self.checks
        more = ", but it was too short to say what grows" if short else ""
        if wrong:
            return f"Not good: {wrong}."
        if self.stopped:
            return f"Stopped before its end: nothing wrong so far{more}. Lost documents were not looked for."
        return f"Good: no document lost or twice, and every figure within its limit{more}."


def judge(
    told: dict[str, Any],
    *,
    a_second: float,
    limits: Limits,
    trouble: Sequence[str] = (),
    stopped: bool = False,
) -> Judgement:
    """Hold the figures of `watching.summary` against the limits, at so many documents a second."""
    return Judgement(tuple(_checks(told, a_second, limits)), tuple(trouble), stopped)


def _checks(told: dict[str, Any], a_second: float, limits: Limits) -> Iterator[Check]:
    if "seconds_median" not in told:
        return
    for name in ("seconds_median", "seconds_p95"):
        limit = getattr(limits, name)
        yield Check(name, told[name], limit, told[name] <= limit)
    growing = {
        f"memory of {name}, MB an hour": (slope, limits.memory_mb_per_hour)
        for name, slope in told["memory_mb_per_hour"].items()
    }
    growing["backlog, documents an hour"] = (
        told["backlog_per_hour"],
        limits.backlog_share * a_second * HOUR,
    )
    growing["median, seconds an hour"] = (told["seconds_per_hour"], limits.seconds_per_hour)
    is_long = told["seconds_watched"] >= LEAST_SECONDS
    for name, (figure, limit) in growing.items():
        yield Check(name, figure, round(limit, 2), figure <= limit if is_long else None)
