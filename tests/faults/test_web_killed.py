"""The web server dies over an event, before and after it is stored: one row or none, and nothing waits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests
from django.db import connection, transaction

from config.local.processes import wait_until
from integration.models import InboxEvent, Message
from tests.delivery.house import House, states
from tests.faults.programs import SECONDS, Broker, Web, order

ACCEPTED = requests.codes.accepted


def is_waiting_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL")
        return bool(cursor.fetchone()[0])


def test_killed_before_the_commit_nothing_exists_and_the_sender_sends_again(house: House, web: Web) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE integration_message IN SHARE MODE")  # the event is half written
            sent = pool.submit(web.send, order("PO-1"))
            assert wait_until(is_waiting_for_us, seconds=SECONDS)
            web.kill()
            with pytest.raises(requests.ConnectionError):
                sent.result()
        assert not InboxEvent.objects.exists()
        assert not Message.objects.exists()

        assert wait_until(web.answers, seconds=SECONDS)
        again = web.send(order("PO-1"))

    assert again.status_code == ACCEPTED
    assert states() == ["ready"]


def test_killed_after_the_commit_the_row_is_found_without_a_call(
    house: House, broker: Broker, web: Web
) -> None:
    broker.freeze()  # the call to the workers hangs
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(web.send, order("PO-1"))
        assert wait_until(Message.objects.exists, seconds=SECONDS)
        web.kill()
        with suppress(requests.ConnectionError):
            sent.result()
    broker.kill()

    house.drain()

    assert states() == ["done"]
    assert len(house.dump("purchaseOrders")) == 1
