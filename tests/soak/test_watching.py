"""The figures of a soak say whether something grows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.fleet import Fleet, Program
from tests.soak.watching import Sample, Watch, slope, summary


def _looks(count: int, *, growth: float) -> list[Sample]:
    held = [{"web": 100 + growth * place} for place in range(count)]
    return [Sample(10.0 * place, megabytes, 5, 9, 0.5, 2.0) for place, megabytes in enumerate(held)]


def test_what_grows_is_seen_per_hour() -> None:
    told = summary(_looks(20, growth=0.5))

    assert told["memory_mb_per_hour"] == {"web": 180.0}
    assert (told["backlog_per_hour"], told["seconds_median"], told["seconds_p95"]) == (0.0, 0.5, 2.0)


def test_what_stays_has_no_slope() -> None:
    assert summary(_looks(20, growth=0.0))["memory_mb_per_hour"] == {"web": 0.0}
    assert slope([1.0], [5.0]) == 0.0


@pytest.mark.parametrize("count", [0, 2])
def test_too_few_looks_say_nothing(count: int) -> None:
    assert summary(_looks(count, growth=1.0)) == {"samples": count}


def test_a_program_that_ended_by_itself_is_trouble(tmp_path: Path) -> None:
    crew = Fleet({}, tmp_path, port=0, hands=1)
    crew.programs = {name: Program(name, [], restarts=times) for name, times in (("web", 0), ("worker", 2))}
    watch = Watch(tmp_path / "looks.jsonl", looked_at=float("inf"))

    watch(crew)

    assert watch.trouble == ["worker ended by itself, times: 2"]
