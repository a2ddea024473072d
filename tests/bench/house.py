"""What the benchmarks work on: the chaos run's documents, without faults."""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.conf import settings

from integration import inbox, installation, sync
from integration.cafm import auth
from integration.models import ApiKey
from integration.sandbox.control_client import ControlClient
from tests.chaos import events, work

_numbers = itertools.count(1)


class House:
    """A company in the sandbox and here, and a key to send it events."""

    def __init__(self, control: ControlClient) -> None:
        self.control = control
        settings.BC_REQUESTS_PER_SECOND = 100_000
        settings.BC_CONCURRENCY = 64
        control.seed(work.masters())
        company = installation.set_up().company
        assert company is not None
        self.company = company
        sync.pull_entity("all", full=True)
        self.key, self.secret = auth.issue(self.company, "Bench", [ApiKey.Scope.EVENTS], [events.SOURCE])

    def receive(self, documents: int) -> None:
        """Take in so many documents, each in its turn."""
        seen = set()
        for told in work.plan(documents, seed=1).events(seed=1):
            if told["id"] not in seen:
                seen.add(told["id"])
                inbox.receive(told, key=self.key)

    @staticmethod
    def orders(count: int) -> list[dict[str, Any]]:
        """Give events of orders that nobody has seen yet, five lines each."""
        return [_order(next(_numbers)) for _ in range(count)]


def _order(number: int) -> dict[str, Any]:
    lines = [
        {
            "line": line,
            "kind": "item",
            "item": work.ITEMS[(number + line) % len(work.ITEMS)],
            "description": "Bench",
            "quantity": "10",
            "unit": "PCS",
            "unit_price": events.PRICE,
        }
        for line in range(1, 6)
    ]
    name = f"BENCH-{number}"
    return {
        "specversion": "1.0",
        "id": name,
        "source": events.SOURCE,
        "type": "purchase_order.approved.v1",
        "time": f"{events.DAY}T08:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "number": name,
            "vendor": work.VENDORS[number % len(work.VENDORS)],
            "currency": "EUR",
            "order_date": events.DAY,
            "location": "MAIN",
            "approved_by": "bench",
            "charges": [],
            "lines": lines,
        },
    }


def as_body(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()
