"""Intake under the production web server: ours beside the usual view and beside one that does nothing."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from config.local.processes import wait_until
from tests import workers
from tests.bench import load
from tests.bench.measuring import Result
from tests.bench.tables import tables
from tests.ports import free_port

if TYPE_CHECKING:
    from tests.bench.house import House

SERVED = 300  # requests a round, each
ROUNDS = 5
HANDS = 4
NO_REDIS = "unix:///nowhere/redis.sock?db=0"
ALLOWED_MS = 50
ADDRESSES = {"ours": "/api/v1/events", "usual": "/usual/", "nothing": "/nothing/"}


def served_intake(house: House) -> list[Result]:
    """Take events over HTTP under gunicorn; each round sends new ones to each, then ours again."""
    from tests.bench import peers

    with tables(peers.BenchEvent, peers.BenchLine), _server() as port:
        rounds = [_round(house, port, number) for number in range(ROUNDS + 1)]
    kept = rounds[1:]  # the first one warms up
    _show(kept)
    return [
        _result("intake_vs_usual_view", "DRF + ORM, no key, no outbox", kept, "ours", "usual", goal=1.5),
        _tail(kept),
        _result("intake_duplicates_vs_new", "our own new events", kept, "duplicates", "ours", goal=1),
        _result("intake_vs_nothing", "a view that does nothing", kept, "ours", "nothing"),
    ]


def intake_without_redis(house: House) -> list[Result]:
    """Take events while Redis is gone: the 95th percentile against ours with Redis, in turn."""
    from tests.bench.house import as_body

    worse = []
    with _server() as port, _server(REDIS_URL=NO_REDIS) as alone:
        for _ in range(ROUNDS + 1):
            bodies = {each: [as_body(event) for event in house.orders(SERVED)] for each in (port, alone)}
            found = {each: _load(house, each, ADDRESSES["ours"], bodies[each]) for each in bodies}
            worse.append((found[alone].percentile(95), found[port].percentile(95)))
    without, usual = (statistics.median(values) for values in zip(*worse[1:], strict=True))
    against = f"{ALLOWED_MS} ms more than the {usual:.1f} ms with Redis"
    limit = usual + ALLOWED_MS
    return [Result("intake_without_redis_p95", without, "ms", limit / without, against, ROUNDS, goal=1)]


def _round(house: House, port: int, number: int) -> dict[str, load.Load]:
    from tests.bench.house import as_body

    bodies = {name: [as_body(event) for event in house.orders(SERVED)] for name in ADDRESSES}
    turns = [*ADDRESSES][number % 3 :] + [*ADDRESSES][: number % 3]
    found = {name: _load(house, port, ADDRESSES[name], bodies[name]) for name in turns}
    found["duplicates"] = _load(house, port, ADDRESSES["ours"], bodies["ours"])
    return found


def _load(house: House, port: int, path: str, bodies: Sequence[bytes]) -> load.Load:
    done = load.post(port, path, bodies, key=house.secret, hands=HANDS)
    assert done.statuses == {202}, (path, done.statuses)
    return done


def _result(
    name: str,
    against: str,
    rounds: Sequence[dict[str, load.Load]],
    one: str,
    other: str,
    goal: float | None = None,
) -> Result:
    ratios = [each[one].rate / each[other].rate for each in rounds]
    rate = statistics.median(each[one].rate for each in rounds)
    ratio = statistics.median(ratios)
    return Result(name, rate, "req/s", ratio, against, ROUNDS, min(ratios), max(ratios), goal=goal)


def _tail(rounds: Sequence[dict[str, load.Load]]) -> Result:
    """The slowest of a hundred requests, beside that of the usual view."""
    tails = [(each["ours"].percentile(99), each["usual"].percentile(99)) for each in rounds]
    ratios = [usual / ours for ours, usual in tails]
    p99 = statistics.median(ours for ours, _usual in tails)
    ratio = statistics.median(ratios)
    against = "the 99th percentile of the usual view"
    return Result(
        "intake_p99_vs_usual_view", p99, "ms", ratio, against, ROUNDS, min(ratios), max(ratios), goal=1
    )


def _show(rounds: Sequence[dict[str, load.Load]]) -> None:
    for name in rounds[0]:
        rate, p50, p99 = (
            statistics.median(values)
            for values in zip(
                *((each[name].rate, each[name].percentile(50), each[name].percentile(99)) for each in rounds),
                strict=True,
            )
        )
        sys.stdout.write(f"  {name:<12} {rate:8.0f} req/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms\n")


@contextmanager
def _server(**variables: str) -> Iterator[int]:
    """Run the web server as deploy/ does, on a free port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "tests.bench.serving", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        [*command, "--workers", "2", "--threads", "4", "--log-level", "error"],
        cwd=Path(__file__).resolve().parents[2],
        env=workers.environment() | variables,
        stdin=subprocess.DEVNULL,
    )
    try:
        assert wait_until(lambda: _answers(port), seconds=60)
        yield port
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
