"""Quantities of many order lines set in `$batch`es, Business Central as slow and as narrow as it is.

Of a call's 100 ms the request itself costs seven tenths and what it asks for the rest, so a batch of fifty
takes 1.57 s: in theory five at once set 159 lines a second. Beside ours, in turn, the most that could be had,
five bare threads that post the same batches; and the same quantities set line by line, a call for each.
"""

from __future__ import annotations

import http.client
import json
import ssl
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import connection

from integration import connections, delivery, inbox
from integration.bc import Operation, odata
from integration.bc.batch import write
from integration.bc.names import RECEIVE_QUANTITY
from integration.bc.reading import PurchaseOrderLine, read
from integration.couriers import together
from integration.couriers.orders import LINES
from integration.models import Message
from tests.bench.measuring import Result
from tests.bench.posting import HANDS, LATENCY_MS, slow_business_central

if TYPE_CHECKING:
    from tests.bench.house import House

SIZE = together.AT_ONCE  # lines of an order, and so operations of a batch
BATCHES = 2  # of each order
SINGLES = 8  # lines of each order that are set one by one
ROUNDS = 3
GOAL = 0.95
REQUEST_MS = 70  # of the latency of a call with one operation

Lines = Sequence[PurchaseOrderLine]


@dataclass
class Round:
    """Lines a second: ours, those of the bare threads, and ours one by one; and the calls of the first."""

    ours: float
    bare: float
    singly: float
    calls: int


def batches(house: House) -> list[Result]:
    """Set the lines of five orders again and again, five batches at once: against the same, barely."""
    with slow_business_central(house):
        orders = _orders(house)
        rounds = [_round(house, orders) for _ in range(ROUNDS)]
        statuses = house.control.requests()["statuses"]
    assert "429" not in statuses, statuses
    assert {each.calls for each in rounds} == {HANDS * BATCHES}, rounds
    shares = [each.ours / each.bare for each in rounds]
    gains = [each.ours / each.singly for each in rounds]
    rate = statistics.median(each.ours for each in rounds)
    theory = HANDS * SIZE / _batch_ms() * 1000
    bare = f"five bare threads, the same batches; in theory {theory:.0f}"
    return [
        _result("batch_share_of_limit", rate, shares, bare, goal=GOAL),
        _result("batch_vs_line_by_line", rate, gains, f"line by line, {SIZE} calls for each batch"),
    ]


def _batch_ms() -> int:
    return REQUEST_MS + SIZE * (LATENCY_MS - REQUEST_MS)


def _result(name: str, rate: float, ratios: list[float], against: str, goal: float | None = None) -> Result:
    middle = statistics.median(ratios)
    return Result(name, rate, "lines/s", middle, against, ROUNDS, min(ratios), max(ratios), goal)


def _orders(house: House) -> list[str]:
    """Post an order for each hand; gives their ids."""
    for event in house.orders(HANDS):
        first, *_ = event["data"]["lines"]
        event["data"]["lines"] = [first | {"line": line} for line in range(1, SIZE + 1)]
        inbox.receive(event, key=house.key)
    delivery.drain(until_idle=True)
    posted = Message.objects.filter(state="done").order_by("-pk")[:HANDS]
    return [str(message.bc_id) for message in posted]


def _round(house: House, orders: list[str]) -> Round:
    house.control.forget_requests()
    singly = _rate(_set_singly, orders)
    house.control.settings(latency_ms=_batch_ms())
    ours = _rate(_set, orders)
    calls = house.control.requests()["counts"]["POST $batch"]
    bare = _rate(_post, orders)
    house.control.settings(latency_ms=LATENCY_MS)
    return Round(ours, bare, singly, calls)


def _rate(work: Callable[[Lines], int], orders: list[str]) -> float:
    """Let as many threads as calls are let in work on an order each; lines a second of all of them."""
    read_before = [_lines(order) for order in orders]
    began = time.perf_counter()
    with ThreadPoolExecutor(len(orders)) as pool:
        done = sum(pool.map(work, read_before))
    return done / (time.perf_counter() - began)


def _lines(order: str) -> Lines:
    rows = connections.client().lines("purchaseOrders", order, LINES)
    return [read(PurchaseOrderLine, row) for row in rows if row["lineType"] == "Item"]


def _set(lines: Lines) -> int:
    client = connections.client()
    try:
        for number in range(BATCHES):
            lines = together.set_quantities(client, [(line, _quantity(number)) for line in lines])
    finally:
        connection.close()
    return BATCHES * len(lines)


def _set_singly(lines: Lines) -> int:
    client = connections.client()
    try:
        for line in lines[:SINGLES]:
            together.set_quantities(client, [(line, _quantity(0))])
    finally:
        connection.close()
    return len(lines[:SINGLES])


def _post(lines: Lines) -> int:
    client = connections.client()
    url = urlsplit(client.connection.base_url)
    path = f"{url.path.partition('/api/')[0]}/api/v2.0/$batch"
    trusted = ssl.create_default_context(cafile=client.connection.trusted_ca)
    wire = http.client.HTTPSConnection(url.netloc, context=trusted)
    headers = {"Authorization": f"Bearer {client.tokens.current()}", "Isolation": "snapshot"}
    headers |= {"Content-Type": "application/json", "Accept": "application/json"}
    for number in range(BATCHES):
        operations = [
            Operation("PATCH", odata.key_path(LINES, line.id), _quantity(number), etag="*") for line in lines
        ]
        wire.request("POST", path, write(operations, f"companies({client.company_id()})", {}), headers)
        told = json.loads(wire.getresponse().read())["responses"]
        assert {answer["status"] for answer in told} == {200}, told
    wire.close()
    return BATCHES * len(lines)


def _quantity(number: int) -> dict[str, Decimal]:
    return {RECEIVE_QUANTITY: Decimal(number % 9 + 1)}
