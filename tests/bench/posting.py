"""One event from end to end with Business Central as slow and as narrow as it is."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from config.local.processes import wait_until
from integration import inbox
from integration.delivery import doubt
from integration.models import Message
from tests import workers
from tests.bench.measuring import Result

if TYPE_CHECKING:
    from tests.bench.house import House

EVENTS = 10
HANDS = 5
LATENCY_MS = 100
CALLS_EACH = 1  # a create
PATIENCE = 300


def idle(house: House) -> list[Result]:
    """Send single events to workers that have nothing else to do: the time beyond that of BC's calls."""
    times = []
    with slow_business_central(house), _celery():
        for event in house.orders(EVENTS):
            began = time.perf_counter()
            inbox.receive(event, key=house.key)
            assert wait_until(lambda: left() == 0, seconds=PATIENCE)
            times.append(time.perf_counter() - began - CALLS_EACH * LATENCY_MS / 1000)
    del times[0]  # the workers were still starting
    p95 = statistics.quantiles(times, n=20, method="inclusive")[18]
    sys.stdout.write(f"  beyond BC's time: p50 {statistics.median(times):.2f} s, p95 {p95:.2f} s\n")
    return [Result("idle_beyond_bc_p95", p95, "s", 2 / p95, "the 2 s that are allowed", 1)]


def left(keys: Sequence[int] | None = None) -> int:
    """Count the messages that are not done, of all or of these."""
    moving = Message.objects.filter(state__in=["ready", "claimed", "sending", "verifying", "waiting"])
    return (moving if keys is None else moving.filter(pk__in=keys)).count()


@contextmanager
def slow_business_central(house: House) -> Iterator[None]:
    """Let the sandbox be as slow and as narrow as a tenant, and what was in line before be gone."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE integration_message CASCADE")
    doubt.trust(now=timezone.now())  # as in a system that has run for a while
    house.control.forget_requests()
    house.control.settings(latency_ms=LATENCY_MS, concurrent_requests=HANDS, queued_requests=0)
    try:
        with override_settings(BC_CONCURRENCY=HANDS):
            yield
    finally:
        house.control.settings(latency_ms=0, concurrent_requests=0, queued_requests=95)


@contextmanager
def _celery() -> Iterator[None]:
    """Run the workers as deploy/ does."""
    options = ["--queues", "realtime", "--concurrency", "2", "--loglevel", "ERROR"]
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", *options],
        cwd=workers.ROOT,
        env=workers.environment(),
        stdin=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()
