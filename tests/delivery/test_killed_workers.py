"""Workers are real processes here, and they are killed where it hurts: nothing is posted twice."""

from __future__ import annotations

import time
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone

from integration.models import Message
from tests import workers
from tests.delivery.house import House, outcomes, states
from tests.delivery.test_many import expected_markers, markers
from tests.nursery import Child

ORDERS = 4
SECONDS = 60.0  # for things that take two
SLOW_SECONDS = 0.4  # the call that a worker dies over; BC still does it afterwards


def documents(house: House) -> None:
    for number in range(1, ORDERS + 1):
        house.order(f"PO-{number}")
        house.receipt(f"GR-{number}", f"PO-{number}")
        house.invoice(f"R-{number}")


def slow_call(method: str, path: str) -> dict[str, object]:
    return {"fault": "slow", "method": method, "path": path, "seconds": SLOW_SECONDS, "times": 1}


def kill_during_the_slow_call(house: House, worker: Child) -> None:
    """Wait until BC works on the call, then end the worker without a word."""
    wait_for_the_slow_call(house, worker)
    worker.kill()


def wait_for_the_slow_call(house: House, worker: Child) -> None:
    """Wait until BC works on the call."""
    end = time.monotonic() + SECONDS
    while not any(rule["hits"] for rule in house.sandbox.control.faults() if rule["fault"] == "slow"):
        assert time.monotonic() < end, "the worker never came to the call"
        with suppress(TimeoutError):
            pytest.fail(f"the worker ended with {worker.wait(0.05)} before it came to the call")


def let_the_lease_run_out() -> list[Message]:
    left = Message.objects.filter(state__in=Message.IN_FLIGHT)
    abandoned = list(left)
    left.update(lease_until=timezone.now())
    return abandoned


def finish(count: int, log: Path) -> None:
    with workers.drain(count, log) as running:
        for worker in running:
            assert worker.wait(SECONDS) == 0, log.read_text()


def check_each_once(house: House) -> None:
    assert states() == ["done"] * 3 * ORDERS
    assert markers(house) == expected_markers()
    assert len(house.dump("purchaseReceipts")) == ORDERS
    lines = [line for line in house.dump("purchaseOrderLines") if line["lineType"] == "Item"]
    assert [Decimal(str(line["receivedQuantity"])) for line in lines] == [4] * ORDERS
    invoices = house.dump("purchaseInvoices")
    assert sorted((each["vendorInvoiceNumber"], each["status"]) for each in invoices) == [
        (f"R-{number}", "Open") for number in range(1, ORDERS + 1)
    ]


@pytest.mark.parametrize(
    ("method", "path", "state"),
    [
        ("POST", "/purchaseOrders", "sending"),
        ("PATCH", "purchaseOrderLines", "claimed"),
        ("POST", "receiveAndInvoice", "sending"),
        ("GET", "purchaseReceipts", "sending"),  # BC has posted, and the worker dies before it tells us
        ("POST", "Microsoft.NAV.post", "sending"),
    ],
)
def test_a_worker_killed_during_a_call_leaves_each_document_once(
    shared_house: House, tmp_path: Path, method: str, path: str, state: str
) -> None:
    house = shared_house
    documents(house)
    house.faults(slow_call(method, path))
    log = tmp_path / "workers.log"
    with workers.drain(1, log) as (worker,):
        kill_during_the_slow_call(house, worker)

    (abandoned,) = let_the_lease_run_out()
    finish(1, log)

    assert abandoned.state == state
    assert outcomes(abandoned)[0] == "lost_lease"
    check_each_once(house)


def test_two_workers_finish_for_a_killed_one_while_answers_are_lost(
    shared_house: House, tmp_path: Path
) -> None:
    house = shared_house
    documents(house)
    house.faults(
        slow_call("POST", "receiveAndInvoice"),
        {"fault": "commit_then_drop", "method": "POST", "path": "companies", "every": 3},
        {"fault": "commit_then_drop", "method": "PATCH", "every": 5},
    )
    log = tmp_path / "workers.log"
    with workers.drain(1, log) as (worker,):
        kill_during_the_slow_call(house, worker)

    let_the_lease_run_out()
    finish(2, log)

    check_each_once(house)
