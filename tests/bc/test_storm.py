"""A throttle storm on a sandbox that counts as BC does: real processes, real time, one client id."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection as Pipe
from typing import TYPE_CHECKING

import pytest

from integration.bc import Client, Connection, Lane, Limits
from integration.bc.auth import Tokens
from integration.bc.local_limiter import LocalLimiter
from tests.bc import storm
from tests.bc.conftest import UNLIMITED

if TYPE_CHECKING:
    from integration.sandbox.launch import Running

ALLOWED, WINDOW = 120, 3  # calls in so many seconds
LIMITS = Limits(per_second=37.0, burst=4, concurrency=4)  # 4 + 3 × 37, and 4 that came late: 119
SECONDS = 9.0
LANES = [Lane.REALTIME, Lane.REALTIME, Lane.REALTIME, Lane.BULK, Lane.BULK]


@pytest.fixture
def throttled(sandbox: Running, connection: Connection) -> Connection:
    """An application of which BC takes no more than the window allows."""
    client_id, secret = sandbox.control.add_client()
    sandbox.control.settings(requests_per_window=ALLOWED, window_seconds=WINDOW)
    return replace(connection, client_id=client_id, client_secret=secret, limits=LIMITS)


@contextmanager
def pressing(connection: Connection, before: Callable[[], None]) -> Iterator[list[Pipe]]:
    """Let workers press for a while, all from the same moment on: when `before` has been done."""
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(len(LANES) + 1)
    pipes = [context.Pipe() for _ in LANES]
    workers = [
        context.Process(target=storm.press, args=(connection, lane, SECONDS, gate, theirs))
        for lane, (_, theirs) in zip(LANES, pipes, strict=True)
    ]
    for worker in workers:
        worker.start()
    try:
        gate.wait(storm.PATIENCE)
        before()
        gate.wait(storm.PATIENCE)
        yield [ours for ours, _ in pipes]
    finally:
        for worker in workers:
            worker.join(timeout=storm.PATIENCE)
            worker.kill()


def test_one_429_stills_the_storm_and_the_allowance_is_used(sandbox: Running, throttled: Connection) -> None:
    own = Client(throttled, limiter=LocalLimiter(UNLIMITED), tokens=Tokens(throttled))

    def spend_the_window() -> None:
        for _ in range(ALLOWED):  # somebody else, as our client id
            own.company()

    with pressing(throttled, spend_the_window) as pipes:
        told = sorted(call for pipe in pipes for call in receive(pipe))

    refused = [index for index, (_, answered) in enumerate(told) if not answered]
    too_many = sandbox.control.requests()["statuses"]["429"]
    assert 1 <= too_many <= LIMITS.concurrency  # those that were under way together
    assert refused == list(range(len(refused)))  # and none after them
    begun = told[0][0]
    print(figures(told, begun))  # noqa: T201 - for the reader of pytest -s


def receive(pipe: Pipe) -> list[tuple[float, bool]]:
    assert pipe.poll(storm.PATIENCE)
    told: list[tuple[float, bool]] = pipe.recv()
    return told


def figures(told: list[tuple[float, bool]], begun: float) -> str:
    """Say how much of what was allowed after the pause was used."""
    done = [at for at, answered in told if answered]
    used = len(done) / (done[-1] - done[0]) / (ALLOWED / WINDOW)
    return (
        f"{len(told) - len(done)} refused at the start, {done[0] - begun:.1f} s of pause, then {len(done)} "
        f"calls in {done[-1] - done[0]:.1f} s: {used:.0%} of the allowed {ALLOWED / WINDOW:.0f}/s"
    )
