"""Posting with Business Central as slow as it is: a backlog through workers, and one event from end to end.

The sandbox answers each call in 100 ms and lets five run at once; a sixth is answered with 429, and so is
found. The rivals are five threads that poll a table and post, once without a look before each order, as a
bare loop does, and once with it, which is what we do for every order.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.test.utils import override_settings

from config.local.processes import wait_until
from integration import connections, inbox
from integration.bc import Client, odata
from integration.models import Message
from tests import workers
from tests.bench.measuring import Result

if TYPE_CHECKING:
    from tests.bench.house import House

BACKLOG = 30  # orders a round
ROUNDS = 2
EVENTS = 10
HANDS = 5
LATENCY_MS = 100
CALLS_EACH = 2  # a look and a create
PATIENCE = 300

TABLE = "CREATE TABLE IF NOT EXISTS bench_line (id bigint PRIMARY KEY, posted_at timestamptz)"
TAKE = """
UPDATE bench_line SET posted_at = now() WHERE id = (
  SELECT id FROM bench_line WHERE posted_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id
"""


def backlog(house: House) -> list[Result]:
    """Empty a backlog with five workers: against five bare threads, in turn."""
    with _slow(house), connection.cursor() as cursor:
        cursor.execute(TABLE)
        rounds = [_round(house) for _ in range(ROUNDS)]
        statuses = house.control.requests()["statuses"]
    sys.stdout.write(f"  answers of the sandbox by status: {statuses}\n")
    assert "429" not in statuses, statuses
    return [
        _result("backlog_vs_bare_loop", "five threads, no look before", rounds, "bare"),
        _result("backlog_vs_looking_loop", "five threads, a look before each", rounds, "looking"),
    ]


def idle(house: House) -> list[Result]:
    """Send single events to workers that have nothing else to do: the time beyond that of BC's calls."""
    times = []
    with _slow(house), _celery():
        for event in house.orders(EVENTS):
            began = time.perf_counter()
            inbox.receive(event, key=house.key)
            assert wait_until(lambda: _left() == 0, seconds=PATIENCE)
            times.append(time.perf_counter() - began - CALLS_EACH * LATENCY_MS / 1000)
    del times[0]  # the workers were still starting
    p95 = statistics.quantiles(times, n=20, method="inclusive")[18]
    sys.stdout.write(f"  beyond BC's time: p50 {statistics.median(times):.2f} s, p95 {p95:.2f} s\n")
    return [Result("idle_beyond_bc_p95", p95, "s", 2 / p95, "the 2 s that are allowed", 1)]


def _round(house: House) -> dict[str, float]:
    for event in house.orders(BACKLOG):
        inbox.receive(event, key=house.key)
    newest = list(Message.objects.order_by("-pk").values_list("pk", flat=True)[:BACKLOG])
    found = {"ours": _ours(newest)}
    payloads = list(Message.objects.filter(pk__in=newest).values_list("payload", flat=True))
    found["bare"] = _threads(payloads, lambda client, payload: None)
    found["looking"] = _threads(payloads, _look)
    return found


def _ours(keys: list[int]) -> float:
    """Let five workers of their own empty the outbox; orders a second from the first to the last posted."""
    with tempfile.TemporaryDirectory() as folder, workers.drain(HANDS, Path(folder) / "log"):
        assert wait_until(lambda: _left() == 0, seconds=PATIENCE)
    at = sorted(Message.objects.filter(pk__in=keys, state="done").values_list("done_at", flat=True))
    assert len(at) == BACKLOG, len(at)
    return (len(at) - 1) / (at[-1] - at[0]).total_seconds()


def _threads(payloads: list[Any], before: Callable[[Client, Any], None]) -> float:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_line")
        cursor.execute("INSERT INTO bench_line SELECT generate_series(0, %s)", [len(payloads) - 1])
    posted: list[float] = []

    def work() -> None:
        client = connections.client()
        try:
            while (place := _take()) is not None:
                before(client, payloads[place])
                client.create("purchaseOrders", payloads[place])
                posted.append(time.perf_counter())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    posted.sort()
    return (len(posted) - 1) / (posted[-1] - posted[0])


def _take() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(TAKE)
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _look(client: Client, payload: Any) -> None:
    day = date.fromisoformat(payload["orderDate"])
    wanted = odata.eq("vendorNumber", payload["vendorNumber"]) & odata.eq("orderDate", day)
    client.find("purchaseOrders", filter=wanted, select=("id", "number"))


def _left() -> int:
    return Message.objects.filter(state__in=["ready", "claimed", "sending", "verifying", "waiting"]).count()


def _result(name: str, against: str, rounds: list[dict[str, float]], other: str) -> Result:
    ratios = [each["ours"] / each[other] for each in rounds]
    value = statistics.median(each["ours"] for each in rounds)
    return Result(
        name,
        value,
        "orders/s",
        statistics.median(ratios),
        against,
        ROUNDS,
        min(ratios),
        max(ratios),
        goal=0.95,
    )


@contextmanager
def _slow(house: House) -> Iterator[None]:
    """Let the sandbox be as slow and as narrow as a tenant, and what was in line before be gone."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE integration_message CASCADE")
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
