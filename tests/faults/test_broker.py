"""The broker freezes, dies, comes back empty: events are taken, workers come back, nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import requests

from config.local.processes import wait_until
from integration.models import Message
from tests.delivery.house import House, states
from tests.faults.programs import SECONDS, Broker, Web, call, celery, order


def is_done(count: int) -> bool:
    return Message.objects.filter(state=Message.State.DONE).count() == count


def test_events_are_taken_while_the_broker_is_frozen_and_while_it_is_gone(
    house: House, broker: Broker, web: Web
) -> None:
    broker.freeze()
    frozen = web.send(order("PO-1"))
    broker.kill()
    gone = web.send(order("PO-2"))

    house.drain()

    assert [frozen.status_code, gone.status_code] == [requests.codes.accepted] * 2
    assert states() == ["done", "done"]
    assert len(house.dump("purchaseOrders")) == 2


def test_workers_go_on_when_the_broker_comes_back_with_its_data_and_without(
    house: House, broker: Broker, tmp_path: Path
) -> None:
    with celery(tmp_path) as worker:
        house.order("PO-1")
        assert wait_until(lambda: is_done_when_called(broker, 1), seconds=SECONDS, pause=1.0), (
            worker.log_tail()
        )

        for number, keeps in ((2, True), (3, False)):
            broker.kill()
            house.order(f"PO-{number}")
            if not keeps:
                shutil.rmtree(broker.valkey.home / "valkey")
            broker.start()
            done = wait_until(
                lambda count=number: is_done_when_called(broker, count), seconds=SECONDS, pause=1.0
            )
            assert done, worker.log_tail()

    assert len(house.dump("purchaseOrders")) == 3


def is_done_when_called(broker: Broker, count: int) -> bool:
    call(broker)
    return is_done(count)
