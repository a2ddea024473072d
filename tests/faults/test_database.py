"""The database is away, or ends the sessions of those who work: events get a 503, no state is made up."""

from __future__ import annotations

from pathlib import Path

import requests
from django.db import connection

from integration.models import Message
from tests import workers
from tests.delivery.house import House, states
from tests.delivery.test_killed_workers import (
    finish,
    let_the_lease_run_out,
    slow_call,
    wait_for_the_slow_call,
)
from tests.faults.programs import SECONDS, Broker, order, served


def test_an_event_gets_a_503_and_a_time_to_come_again_while_the_database_is_away(
    house: House, broker: Broker, tmp_path: Path
) -> None:
    with served(house.company, tmp_path, DATABASE_URL="postgresql:///none?host=/nowhere") as web:
        answer = web.send(order("PO-1"))

    assert answer.status_code == requests.codes.service_unavailable
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["code"] == "unavailable"
    assert not Message.objects.exists()


def test_a_database_that_ends_its_sessions_during_a_call_leaves_one_document(
    house: House, tmp_path: Path
) -> None:
    message = house.order("PO-1")
    house.receipt("GR-1", "PO-1")
    house.faults(slow_call("POST", "/purchaseOrders"))
    log = tmp_path / "workers.log"
    with workers.drain(1, log) as (worker,):
        wait_for_the_slow_call(house, worker)
        end_all_other_sessions()
        worker.wait(SECONDS)
    let_the_lease_run_out()

    finish(1, log)

    message.refresh_from_db()
    assert message.bc_number
    assert states() == ["done", "done"]
    assert len(house.dump("purchaseOrders")) == 1
    assert len(house.dump("purchaseReceipts")) == 1


def end_all_other_sessions() -> None:
    """What a restart of PostgreSQL does to those who are connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
