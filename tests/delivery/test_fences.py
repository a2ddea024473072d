"""What comes late, or comes back from the past, makes no second document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from integration import delivery, outbox
from integration.models import DatabaseLife, Message
from reconciliation.models import PurchaseOrder
from tests.delivery.house import House, outcomes, states


def test_a_worker_that_wakes_after_sending_writes_nothing(house: House) -> None:
    message = house.order()
    now = timezone.now()
    asleep = outbox.claim(now=now, worker="asleep")
    assert asleep is not None
    outbox.mark_sending(asleep, now=now, room=timedelta(seconds=1))
    outbox.sweep(now=now + timedelta(hours=1))
    Message.objects.update(unknown_since=now - timedelta(hours=1), next_attempt_at=now)
    house.drain()

    late = delivery.deliver(asleep)

    assert late.outcome == "lost_lease"
    assert outcomes(message)[:2] == ["lost_lease", "not_found"]
    assert states() == ["done"]
    assert len(house.dump("purchaseOrders")) == 1


def test_what_bc_commits_long_after_our_timeout_is_found(house: House) -> None:
    house.faults(
        {"fault": "late_commit", "method": "POST", "path": "purchaseOrders", "seconds": 0.4, "times": 1}
    )
    message = house.order()

    house.drain()

    assert outcomes(message)[0] == "unknown"
    assert outcomes(message)[-1] == "adopted"
    assert set(outcomes(message)[1:-1]) <= {"not_found"}
    assert len(house.dump("purchaseOrders")) == 1


def test_after_a_restored_backup_what_was_posted_since_is_found(house: House) -> None:
    message = house.order()
    house.drain()
    forget_that_it_was_posted(message)
    DatabaseLife.objects.update(place="the cluster that the backup was made of")

    house.drain()

    assert outcomes(message)[-1] == "adopted"
    assert states() == ["done"]
    assert len(house.dump("purchaseOrders")) == 1


def forget_that_it_was_posted(message: Message) -> None:
    """Put our rows as a backup from before the first claim has them."""
    with past_the_triggers():
        Message.objects.filter(pk=message.pk).update(
            state="ready",
            done_at=None,
            bc_id=None,
            bc_number="",
            attempts=0,
            fence=0,
            next_attempt_at=timezone.now(),
        )
        PurchaseOrder.objects.update(status="ready", bc_id=None, bc_number="")


@contextmanager
def past_the_triggers() -> Iterator[None]:
    """Write as the restore of a backup does."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")
