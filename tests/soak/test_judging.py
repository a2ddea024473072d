"""The verdict of a soak holds each figure against its limit, and says what it cannot say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.soak.judging import BROKEN, GOOD, STOPPED, Limits, judge

FIGURES: dict[str, Any] = {
    "seconds_watched": 7000.0,
    "memory_mb_per_hour": {"web": 2.2, "worker": 0.2},
    "backlog_per_hour": -1.0,
    "seconds_median": 0.75,
    "seconds_p95": 2.5,
    "seconds_per_hour": 0.01,
}


def judged(**more: Any) -> Any:
    options = {name: more.pop(name) for name in ("trouble", "stopped") if name in more}
    return judge(FIGURES | more, a_second=3.0, limits=Limits(), **options)


def test_what_stays_within_its_limits_is_good() -> None:
    assert (judged().code, judged().sentence) == (
        GOOD,
        "Good: no document lost or twice, and every figure within its limit.",
    )
    assert len(judged().checks) == 6


@pytest.mark.parametrize(
    ("over", "named"),
    [
        ({"memory_mb_per_hour": {"web": 2.2, "worker": 10.1}}, "memory of worker, MB an hour"),
        ({"backlog_per_hour": 108.1}, "backlog, documents an hour"),
        ({"seconds_median": 3.1}, "seconds_median"),
        ({"seconds_p95": 10.1}, "seconds_p95"),
        ({"seconds_per_hour": 0.51}, "median, seconds an hour"),
    ],
)
def test_what_is_over_its_limit_is_named(over: dict[str, Any], named: str) -> None:
    assert judged(**over).code == BROKEN
    assert judged(**over).sentence == f"Not good: {named} is over its limit."
    assert judged(**over, stopped=True).code == BROKEN


def test_a_document_that_is_lost_is_trouble_whatever_the_figures_say() -> None:
    assert (judged(trouble=["lost 2"]).code, judged(trouble=["lost 2"]).sentence) == (
        BROKEN,
        "Not good: lost 2.",
    )


def test_a_short_run_says_nothing_of_what_grows() -> None:
    short = judged(seconds_watched=300.0, memory_mb_per_hour={"web": 900.0})

    assert short.code == GOOD
    assert short.sentence.endswith("within its limit, but it was too short to say what grows.")
    assert " ".join(str(short.checks[2]).split()) == (
        "memory of web, MB an hour 900 too short to say, limit 10"
    )


@pytest.mark.parametrize("figures", [FIGURES, {"samples": 1}])
def test_one_that_was_stopped_tells_what_it_saw(figures: dict[str, Any]) -> None:
    stopped = judge(figures, a_second=3.0, limits=Limits(), stopped=True)

    assert stopped.code == STOPPED
    assert stopped.sentence.startswith("Stopped before its end: nothing wrong so far")
    assert stopped.sentence.endswith("Lost documents were not looked for.")
