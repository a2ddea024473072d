"""What is measured every few seconds of a soak, and what is made of it in the end."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.utils import timezone

from integration.models import Message
from tests.chaos.fleet import Fleet
from tests.chaos.patient import patiently
from tests.nursery import children

EVERY_SECONDS = 10.0
WARM_UP = 0.2  # of the samples: caches fill, code is loaded
PAGE = os.sysconf("SC_PAGE_SIZE")
HOUR = 3600.0


@dataclass(frozen=True)
class Sample:
    """One look: seconds since the start, megabytes by program, what is on its way, seconds it took."""

    at: float
    megabytes: dict[str, float]
    backlog: int
    done: int
    median: float
    slowest: float


class Stopped(Exception):  # noqa: N818 - nobody did anything wrong
    """Somebody ended the run before its time."""


@dataclass
class Watch:
    """Looks every few seconds, and writes each look down at once; ends the run when it was asked to."""

    file: Path
    every: float = EVERY_SECONDS
    is_stopped: Callable[[], bool] = lambda: False
    began: float = field(default_factory=time.monotonic)
    looked_at: float = 0.0
    since: Any = field(default_factory=timezone.now)
    samples: list[Sample] = field(default_factory=list)
    restarts: dict[str, int] = field(default_factory=dict)
    """How often each program ended by itself and was started again: nobody kills any here."""

    def __call__(self, crew: Fleet) -> None:
        if self.is_stopped():
            raise Stopped
        self.restarts = {name: each.restarts for name, each in crew.programs.items() if each.restarts}
        now = time.monotonic()
        if now - self.looked_at < self.every:
            return
        self.looked_at = now
        since, self.since = self.since, timezone.now()
        seconds = sorted(patiently(lambda: _latencies(since)))
        sample = Sample(
            at=round(now - self.began, 1),
            megabytes={name: _megabytes(crew.pid(name)) for name in crew.programs},
            backlog=patiently(
                lambda: Message.objects.unfinished().exclude(state=Message.State.WAITING).count()
            ),
            done=len(seconds),
            median=_at(seconds, 0.5),
            slowest=_at(seconds, 0.95),
        )
        self.samples.append(sample)
        with self.file.open("a") as file:
            file.write(json.dumps(asdict(sample)) + "\n")

    @property
    def trouble(self) -> list[str]:
        """Say which programs did not live to the end."""
        return [f"{name} ended by itself, times: {times}" for name, times in self.restarts.items()]


def summary(samples: Sequence[Sample]) -> dict[str, Any]:
    """Make figures of the samples: how much grows in an hour, and how long documents took."""
    steady = [each for each in samples[int(len(samples) * WARM_UP) :] if each.done]
    if len(steady) < 3:
        return {"samples": len(samples)}
    times = [each.at for each in steady]
    names = sorted(steady[0].megabytes)
    return {
        "samples": len(samples),
        "seconds_watched": round(times[-1] - times[0], 1),
        "memory_mb": {name: round(steady[-1].megabytes[name], 1) for name in names},
        "memory_mb_per_hour": {
            name: round(slope(times, [each.megabytes[name] for each in steady]) * HOUR, 1) for name in names
        },
        "backlog_most": max(each.backlog for each in steady),
        "backlog_per_hour": round(slope(times, [float(each.backlog) for each in steady]) * HOUR, 1),
        "seconds_median": _at(sorted(each.median for each in steady), 0.5),
        "seconds_p95": _at(sorted(each.slowest for each in steady), 0.95),
        "seconds_per_hour": round(slope(times, [each.median for each in steady]) * HOUR, 2),
    }


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Give the rise of the straight line that fits best, per second."""
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    spread = sum((at - middle) ** 2 for at in times)
    rise = sum((at - middle) * (value - mean) for at, value in zip(times, values, strict=True))
    return rise / spread if spread else 0.0


def _latencies(since: Any) -> list[float]:
    """Give the seconds from intake to done of what was done since."""
    rows = Message.objects.filter(done_at__gte=since).values_list("created_at", "done_at")
    return [(done - created).total_seconds() for created, done in rows]


def _megabytes(pid: int | None) -> float:
    """Add up what a program and its children hold in memory."""
    if pid is None:
        return 0.0
    return sum(map(_held, [pid, *children(pid)])) / 1_000_000


def _held(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0


def _at(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 2) if ordered else 0.0
