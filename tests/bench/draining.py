"""A backlog of orders after an outage, Business Central as slow and as narrow as it is, and events of now.

The sandbox answers each call in 100 ms and lets five run at once; a sixth is answered with 429, and so is
found. Beside it, in turn, the least that could do the work: five threads that claim a row of a table, post
its body and write down that it is posted. `--size 20000 --rounds 1 --arrivals 2` is the whole of the goal.
"""

from __future__ import annotations

import http.client
import itertools
import json
import math
import ssl
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

import psycopg
from django.db import connection
from django.utils import timezone

from config.local.processes import wait_until
from integration import connections, delivery, inbox
from integration.bc import dumps, payloads
from integration.models import Attempt, Message
from tests import workers
from tests.bench.measuring import Result
from tests.bench.posting import HANDS, left, slow_business_central

if TYPE_CHECKING:
    from tests.bench.house import House

SIZE = 150  # orders of the backlog
ROUNDS = 3
ARRIVALS = 1.0  # events a second that come in meanwhile
TWICE = 2  # hands for each call, as OUTBOX_HANDS has
PATIENCE = 3600

TABLE = """
CREATE TABLE IF NOT EXISTS bench_outbox (
  id bigint PRIMARY KEY, body text, state text NOT NULL DEFAULT 'ready', number text, posted_at timestamptz)
"""
CLAIM = """
UPDATE bench_outbox SET state = 'claimed' WHERE id = (
  SELECT id FROM bench_outbox WHERE state = 'ready' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, body
"""
DONE = "UPDATE bench_outbox SET state = 'done', number = %s, posted_at = clock_timestamp() WHERE id = %s"


@dataclass
class Round:
    """One round: orders a second, ours and the bare loop's, and how long the events of now took."""

    ours: float
    bare: float
    waited: list[float] = field(default_factory=list)
    processor: float = 0.0
    """Seconds of our worker's processor time for one order, its start included."""


def drain(house: House) -> list[Result]:
    """Empty a backlog with one worker: against five bare threads, in turn."""
    with slow_business_central(house), connection.cursor() as cursor:
        cursor.execute(TABLE)
        rounds = [_round(house) for _ in range(ROUNDS)]
        statuses = house.control.requests()["statuses"]
    sys.stdout.write(f"  answers of the sandbox by status: {statuses}\n")
    assert "429" not in statuses, statuses
    ratios = [each.ours / each.bare for each in rounds]
    waited = [seconds for each in rounds for seconds in each.waited]
    p95 = sorted(waited)[math.ceil(0.95 * len(waited)) - 1]
    processor = 1000 * statistics.median(each.processor for each in rounds)
    against = f"five bare threads; {processor:.1f} ms of our processor time an order"
    rate = statistics.median(each.ours for each in rounds)
    return [
        Result(
            "drain_share_of_limit",
            rate,
            "orders/s",
            statistics.median(ratios),
            against,
            ROUNDS,
            min(ratios),
            max(ratios),
            goal=0.95,
        ),
        Result("arrivals_in_a_backlog_p95", p95, "s", 5 / p95, "the 5 s that are allowed", ROUNDS, goal=1),
    ]


def _round(house: House) -> Round:
    for event in house.orders(SIZE):
        inbox.receive(event, key=house.key)
    old = list(Message.objects.order_by("-pk").values_list("pk", flat=True)[:SIZE])
    Message.objects.filter(pk__in=old).update(next_attempt_at=timezone.now() - timedelta(hours=3))
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with workers.drain_afresh(log, hands=TWICE * HANDS) as worker:
            assert wait_until(lambda: left(old) < SIZE, seconds=PATIENCE), log.read_text()[-2000:]
            with _arrivals(house):  # only now, since the worker takes seconds to start
                assert wait_until(lambda: not left(old), seconds=PATIENCE), log.read_text()[-2000:]
                spent = _processor_seconds(worker.pid)
            wait_until(lambda: not left() or worker.poll() is not None, seconds=PATIENCE)
    delivery.drain(until_idle=True)  # what came after the worker had found nothing and ended
    assert not left()
    posted = Message.objects.filter(pk__gte=min(old), state="done")
    count = posted.count()
    assert not Attempt.objects.filter(message__in=posted).exclude(outcome="posted").exists()
    times = dict(posted.order_by("done_at").values_list("pk", "done_at"))
    at = list(times.values())
    ours = (len(at) - 1) / (at[-1] - at[0]).total_seconds()
    fresh = posted.exclude(pk__in=old).values_list("created_at", "done_at")
    waited = [(done - created).total_seconds() for created, done in fresh]
    return Round(ours, _bare(old), waited, spent / count)


@contextmanager
def _arrivals(house: House) -> Iterator[None]:
    """Let events come, evenly, during the block."""
    enough = threading.Event()

    def come() -> None:
        try:
            for _ in itertools.count():
                (event,) = house.orders(1)
                inbox.receive(event, key=house.key)
                if enough.wait(1 / ARRIVALS):
                    return
        finally:
            connection.close()

    thread = threading.Thread(target=come)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _bare(keys: list[int]) -> float:
    """Post the same bodies as plainly as it can be done; orders a second from the first to the last."""
    found = Message.objects.filter(pk__in=keys).values_list("pk", "payload").iterator(chunk_size=500)
    bodies = ((pk, dumps(payloads.in_order("purchaseOrders", body)).decode()) for pk, body in found)
    client = connections.client()
    url = urlsplit(
        f"{client.connection.base_url.rstrip('/')}/companies({client.company_id()})/purchaseOrders"
    )
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_outbox")
        cursor.executemany("INSERT INTO bench_outbox (id, body) VALUES (%s, %s)", list(bodies))
        threads = [threading.Thread(target=_poll, args=(url, client.tokens.current())) for _ in range(HANDS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cursor.execute(
            "SELECT (count(*) - 1) / extract(epoch FROM max(posted_at) - min(posted_at)) FROM bench_outbox"
        )
        return float(cursor.fetchone()[0])


def _poll(url: SplitResult, token: str) -> None:
    trusted = ssl.create_default_context(cafile=connections.connection().trusted_ca)
    line = http.client.HTTPSConnection(url.netloc, context=trusted)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    parameters: dict[str, Any] = connection.get_connection_params()
    with psycopg.connect(**(parameters | {"cursor_factory": None}), autocommit=True) as database:
        while (row := database.execute(CLAIM).fetchone()) is not None:
            line.request("POST", url.path, row[1], headers)
            answer = line.getresponse()
            told = json.loads(answer.read())
            assert answer.status == 201, told
            database.execute(DONE, (told["number"], row[0]))
    line.close()
