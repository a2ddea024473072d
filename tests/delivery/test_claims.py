"""Claiming gives up on what it does not understand, and looks past a chain that somebody was quicker with."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.local.processes import wait_until
from integration import outbox
from integration.models import Message
from tests.delivery.house import House


def test_a_constraint_that_is_no_matter_of_chains_is_not_tried_for_ever(house: House) -> None:
    message = house.order()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE integration_message ADD CONSTRAINT nobody_claims CHECK (state <> 'claimed')"
        )

    with pytest.raises(IntegrityError, match="nobody_claims"):
        outbox.claim(now=timezone.now(), worker="first")

    message.refresh_from_db()
    assert message.state == Message.State.READY


def test_who_claims_a_chain_that_was_taken_in_the_same_moment_looks_past_it(shared_house: House) -> None:
    """The first one's claim is not visible yet; only the constraint tells the second one of it."""
    receipt, other = shared_house.receipt("GR-1", order="PO-1"), shared_house.order("PO-2")
    Message.objects.filter(pk=receipt.pk).update(
        state="ready", next_attempt_at=timezone.now() - timedelta(hours=1)
    )
    claimed: list[Message | None] = []

    def claim() -> None:
        claimed.append(outbox.claim(now=timezone.now(), worker="second"))
        connection.close()

    second = threading.Thread(target=claim)
    with transaction.atomic():
        order = shared_house.order("PO-1")
        assert order.chain == receipt.chain
        Message.objects.filter(pk=order.pk).update(
            state="claimed", fence=1, lease_until=timezone.now(), lease_by="first"
        )
        second.start()
        assert wait_until(_somebody_waits_for_a_lock, seconds=20)
    second.join()

    assert [message and message.pk for message in claimed] == [other.pk]


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
