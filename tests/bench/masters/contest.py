"""Several ways of doing the same, each once a round, in an order that turns with the rounds."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from tests.bench.measuring import Result

Way = Callable[[], float | None]
"""Does the work once; one that knows its time better returns the seconds."""


class Contest:
    """The times of all ways, round by round."""

    def __init__(self) -> None:
        self.times: dict[tuple[str, str], list[float]] = defaultdict(list)

    def hold(self, event: str, number: int, ways: Mapping[str, Way]) -> None:
        """Let each way do the work; `number` is the round's."""
        names = list(ways)
        turn = number % len(names)
        order = names[turn:] + names[:turn]
        for name in reversed(order) if number % 2 else order:
            began = time.perf_counter()
            told = ways[name]()
            self.times[event, name].append(time.perf_counter() - began if told is None else told)

    def best(self, event: str, name: str, of: Sequence[str]) -> None:
        """Enter the quickest of several ways as one, round by round."""
        self.times[event, name] = [
            min(times) for times in zip(*(self.times[event, way] for way in of), strict=True)
        ]

    def result(
        self,
        name: str,
        event: str,
        ours: str,
        theirs: str,
        *,
        rows: int,
        goal: float,
        stretch: float,
        against: str,
        scale: int = 1,
    ) -> Result:
        """Compare two ways; `scale` says how much more we did in the same time."""
        mine, others = self.times[event, ours], self.times[event, theirs]
        ratios = [other * scale / own for own, other in zip(mine, others, strict=False)]
        return Result(
            name,
            rows / statistics.median(mine),
            "items/s",
            statistics.median(ratios),
            against,
            len(ratios),
            low=min(ratios),
            high=max(ratios),
            goal=goal,
            stretch=stretch,
        )
