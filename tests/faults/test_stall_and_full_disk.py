"""PostgreSQL stands still, or has no room left: nothing is made up, and what was posted is known again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from config.local.processes import wait_until
from integration import delivery, outbox
from integration.cafm import auth
from integration.models import Message
from tests.delivery.house import House, outcomes, states
from tests.delivery.test_killed_workers import let_the_lease_run_out
from tests.faults.programs import SECONDS, SOURCE, order

FULL = 'could not extend file "base/16384/16397": No space left on device'


@pytest.fixture
def headers(house: House) -> dict[str, str]:
    _key, secret = auth.issue(house.company, "CAFM", ["events"], [SOURCE])
    return {"Authorization": f"Bearer {secret}"}


def test_an_event_that_meets_a_stall_is_taken_once_when_it_is_over(
    house: House, headers: dict[str, str]
) -> None:
    with ThreadPoolExecutor(1) as pool, stall("integration_inboxevent"):
        answer = pool.submit(alone, lambda: send(order("PO-1"), headers))
        assert wait_until(somebody_waits, seconds=SECONDS)
        assert not Message.objects.exists()

    assert answer.result().status_code == requests.codes.accepted
    assert Message.objects.get().document_number == "PO-1"


def test_a_stall_after_the_call_leaves_the_message_as_sent_until_it_is_over(house: House) -> None:
    message = house.order("PO-1")
    with ThreadPoolExecutor(1) as pool, stall("integration_attempt"):
        pool.submit(alone, house.drain)
        assert wait_until(somebody_waits, seconds=SECONDS)
        assert states() == ["sending"]
        assert len(house.dump("purchaseOrders")) == 1

    assert outcomes(message) == ["posted"]
    assert states() == ["done"]
    assert len(house.dump("purchaseOrders")) == 1


def test_a_full_disk_refuses_events_whole_and_takes_them_when_there_is_room(
    house: House, headers: dict[str, str]
) -> None:
    with full_disk("integration_inboxevent"):
        refused = send(order("PO-1"), headers)
    taken = send(order("PO-1"), headers)

    assert refused.status_code == requests.codes.service_unavailable
    assert int(refused.headers["Retry-After"]) > 0
    assert taken.status_code == requests.codes.accepted
    assert Message.objects.get().document_number == "PO-1"


def test_what_was_posted_when_the_disk_was_full_is_found_when_there_is_room(house: House) -> None:
    message = house.order("PO-1")
    with full_disk("integration_attempt"), pytest.raises(DatabaseError, match="No space left"):
        delivery.drain()
    assert states() == ["sending"]
    let_the_lease_run_out()
    outbox.sweep(now=timezone.now())

    house.drain()

    assert outcomes(message) == ["lost_lease", "adopted"]
    assert states() == ["done"]
    assert len(house.dump("purchaseOrders")) == 1


@contextmanager
def stall(table: str) -> Iterator[None]:
    """Let everybody wait who comes to a table."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@contextmanager
def full_disk(table: str) -> Iterator[None]:
    """Let PostgreSQL say of each new row of a table what it says when the disk is full."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE '{FULL}' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(f"CREATE TRIGGER no_room BEFORE INSERT ON {table} EXECUTE FUNCTION no_room()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_room CASCADE")


def send(event: dict[str, Any], headers: dict[str, str]) -> Any:
    return Client(headers=headers).post(
        "/api/v1/events", json.dumps(event), content_type="application/cloudevents+json"
    )


def alone(act: Any) -> Any:
    """Do it on a connection of its own."""
    try:
        return act()
    finally:
        connections.close_all()
