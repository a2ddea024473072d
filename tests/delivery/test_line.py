"""The line before Business Central: who comes when, who waits, who is woken."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from config.celery import app
from config.local.processes import wait_until
from integration import outbox
from integration.models import Message
from masterdata.models import Vendor
from tests.delivery.house import House, outcomes, states
from tests.messages import bring


def test_one_order_has_one_writer_at_a_time(house: House) -> None:
    house.order()
    house.receipt("GR-1")
    house.receipt("GR-2")
    now = timezone.now()

    order = outbox.claim(now=now, worker="first")
    others = outbox.claim(now=now, worker="second")

    assert order is not None
    assert order.document_number == "PO-1"
    assert others is None


def test_nothing_of_a_chain_starts_while_a_later_one_is_in_flight(house: House) -> None:
    house.order()
    house.drain()
    _early, late = house.receipt("GR-1"), house.receipt("GR-2")
    now = timezone.now()
    bring(late, to="claimed", lease_until=now + timedelta(minutes=1))

    assert outbox.claim(now=now, worker="second") is None


def test_a_receipt_that_comes_while_its_invoice_is_claimed_does_not_fly_beside_it(
    shared_house: House,
) -> None:
    shared_house.order()
    shared_house.drain()
    shared_house.bill()
    claimed: list[Message | None] = []

    def receive_and_claim() -> None:
        try:
            shared_house.receipt()
            claimed.append(outbox.claim(now=timezone.now(), worker="second"))
        finally:
            connection.close()

    second = threading.Thread(target=receive_and_claim)
    with transaction.atomic():
        invoice = outbox.claim(now=timezone.now(), worker="first")
        second.start()
        assert wait_until(lambda: not second.is_alive() or someone_waits_for_us(), seconds=10)
    second.join()

    assert invoice is not None
    assert invoice.document_kind == "supplier_invoice"
    assert claimed == [None]
    assert states() == ["done", "claimed", "ready"]


def someone_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return cursor.rowcount > 0


def test_what_waits_is_looked_at_again_only_when_its_turn_comes(house: House) -> None:
    house.order(vendor="V9")
    Vendor.objects.create(company=house.company, number="V9", row_hash=b"")
    now = timezone.now()

    at_once = outbox.recheck_waiting(now=now)
    later = outbox.recheck_waiting(now=now + timedelta(seconds=20))

    assert (at_once, later) == (0, 1)
    assert states() == ["ready"]


def test_a_message_that_kills_its_workers_goes_to_a_person(house: House) -> None:
    message = house.order()
    for _ in range(3):
        now = timezone.now()
        assert outbox.claim(now=now, worker="doomed") is not None
        outbox.sweep(now=now + timedelta(hours=1))
        Message.objects.filter(state="ready").update(next_attempt_at=now)

    message.refresh_from_db()
    assert message.state == "dead"
    assert "3 workers died over purchase order PO-1" in message.error
    outbox.retry(message, by=User.objects.create(username="admin"), reason="the cause is gone")
    house.drain()
    assert outcomes(message) == ["lost_lease", "lost_lease", "lost_lease", "by_hand", "posted"]


def test_a_retry_pressed_twice_is_one_retry(house: House) -> None:
    message = house.order(vendor="V2")
    house.drain()
    person = User.objects.create(username="admin")
    outbox.retry(message, by=person, reason="unblocked")

    with pytest.raises(outbox.OutboxError, match="PO-1 is ready; only stuck messages can be retried"):
        outbox.retry(message, by=person, reason="unblocked")


def test_a_thousand_documents_wake_the_workers_once() -> None:
    outbox.answered()
    before = calls()

    for _ in range(1000):
        outbox.wake()
    first = calls() - before
    outbox.answered()
    outbox.wake()

    assert (first, calls() - before) == (1, 2)


def calls() -> int:
    """Count what waits on the broker's list; no worker runs in a test."""
    with app.connection_for_read() as broker:
        return int(broker.default_channel.client.llen("realtime"))
