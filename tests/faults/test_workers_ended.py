"""Workers are told to stop under load, or die over one message again and again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from config.local.processes import wait_until
from integration import outbox
from integration.delivery import doubt
from integration.models import Message
from tests import workers
from tests.delivery.house import House, outcomes, states
from tests.delivery.test_killed_workers import (
    finish,
    kill_during_the_slow_call,
    let_the_lease_run_out,
    slow_call,
)
from tests.faults.programs import SECONDS, Broker, call, celery

ORDERS = 12


def test_a_rolling_deployment_under_load_loses_and_doubles_nothing(
    house: House, broker: Broker, tmp_path: Path
) -> None:
    house.faults({"fault": "slow", "method": "POST", "path": "/purchaseOrders", "seconds": 0.2})
    for number in range(1, ORDERS + 1):
        house.order(f"PO-{number}")
    with celery(tmp_path, processes=2) as old:
        call(broker)
        begun = wait_until(lambda: Message.objects.filter(state="done").exists(), seconds=SECONDS)
        assert begun, old.log_tail()
        old.ask_to_stop()
        for number in range(ORDERS + 1, 2 * ORDERS + 1):
            house.order(f"PO-{number}")
        finish(1, tmp_path / "beside.log")
        old.process.wait()
    let_the_lease_run_out()

    finish(1, tmp_path / "new.log")

    assert states() == ["done"] * 2 * ORDERS
    assert len(house.dump("purchaseOrders")) == 2 * ORDERS


def test_a_message_that_kills_three_workers_goes_to_a_person_and_the_others_are_sent(
    house: House, tmp_path: Path
) -> None:
    poison = house.order("PO-1")
    doubt.look_first(until=timezone.now() + timedelta(days=1), reason="Restored", now=timezone.now())
    for _ in range(3):
        house.faults(slow_call("GET", "/purchaseOrders"))  # the worker dies over its first look
        with workers.drain(1, tmp_path / "workers.log") as (worker,):
            kill_during_the_slow_call(house, worker)
        let_the_lease_run_out()
        outbox.sweep(now=timezone.now())
    house.faults()
    for number in (2, 3):
        house.order(f"PO-{number}")

    with workers.drain(1, tmp_path / "workers.log") as (worker,):
        worker.wait(SECONDS)

    assert outcomes(poison) == ["lost_lease"] * 3
    assert states() == ["dead", "done", "done"]
    assert len(house.dump("purchaseOrders")) == 2
