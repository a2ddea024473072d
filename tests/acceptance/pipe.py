"""The way through Tieout that every acceptance test takes: masters in, events sent, outbox emptied."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test import Client

from integration import sync
from integration.cafm import auth
from integration.models import Message
from masterdata.models import Currency, ExchangeRate, Item, Unit, Vendor
from tests import workers
from tests.nursery import Child

from .adventureworks import AdventureWorks

BATCH = 500
KILL_AFTER = 0.4  # of the messages
EVERY_TENTH_POST_IS_LOST = [{"fault": "commit_then_drop", "method": "POST", "every": 10}]


def at_the_sandbox_s_speed(settings: Any) -> None:
    """Wait for nothing that BC would have to be spared."""
    settings.BC_REQUESTS_PER_SECOND = 100_000
    settings.BC_CONCURRENCY = 64
    settings.OUTBOX_PACE = 0.01
    settings.OUTBOX_LEASE_SECONDS = 30


def bring_in_masters(sandbox: Any, company: AdventureWorks) -> None:
    """Let BC have the company's records, and Tieout mirror them."""
    sandbox.control.seed({"generalLedgerSetup": [{"localCurrencyCode": "USD"}]})
    sandbox.control.seed(company.masters())
    call_command("set_up", verbosity=0)
    sync.pull_entity("all", full=True)
    counted = {
        model.__name__: model.objects.count() for model in (Vendor, Item, Unit, Currency, ExchangeRate)
    }
    assert counted == {"Vendor": 104, "Item": 504, "Unit": 38, "Currency": 105, "ExchangeRate": 13532}


def send(events: Iterable[dict[str, Any]], *, name: str = "AdventureWorks") -> None:
    """Send every event to the API in batches, as a CAFM does."""
    _key, secret = auth.issue(sync.ensure_company(), name, ["events"])
    cafm = Client(headers={"authorization": f"Bearer {secret}"})
    for batch in _batches(events):
        reply = cafm.post(
            "/api/v1/events", json.dumps(batch), content_type="application/cloudevents-batch+json"
        )
        assert reply.status_code == 207, reply.content[:2000]
        refused = [
            entry for entry in reply.json() if entry["status"] not in ("accepted", "queued", "waiting")
        ]
        assert refused == []


def _batches(events: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(events)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def deliver(tmp_path: Path, *, kill_one: bool) -> None:
    """Let worker processes empty the outbox; one of them is killed in the middle and replaced."""
    log = tmp_path / "workers.log"
    with workers.drain(max(2, os.cpu_count() or 2), log) as running:
        if kill_one:
            enough = Message.objects.unfinished().count() * (1 - KILL_AFTER)
            while Message.objects.unfinished().count() > enough and not _has_ended(running[0]):
                pass
            running[0].kill()
            running.append(workers.start(log))
        for process in running[kill_one:]:
            assert process.wait() == 0, log.read_text()[-3000:]


def _has_ended(process: Child) -> bool:
    """Give a worker a moment."""
    try:
        process.wait(0.1)
    except TimeoutError:
        return False
    return True
