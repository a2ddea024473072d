"""What is new is sent without a look, unless the database may have forgotten that it was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from integration import outbox
from integration.delivery import doubt
from integration.models import Attempt, DatabaseLife, Message
from reconciliation.models import PurchaseOrder
from tests.delivery.house import House, outcomes, states
from tests.delivery.test_fences import forget_that_it_was_posted, past_the_triggers

LOOKS = "GET purchaseOrders"


def looks(house: House) -> int:
    """How often the orders in Business Central were asked for."""
    return int(house.sandbox.control.requests()["counts"].get(LOOKS, 0))


def life() -> DatabaseLife:
    found = doubt.latest()
    assert found is not None
    return found


def test_an_order_that_was_never_tried_is_sent_without_a_look(house: House) -> None:
    message = house.order()

    house.drain()

    assert outcomes(message) == ["posted"]
    assert looks(house) == 0


def test_after_an_attempt_of_any_end_it_is_looked_for(house: House) -> None:
    house.faults({"fault": "unavailable", "method": "POST", "path": "purchaseOrders", "times": 1})
    message = house.order()

    house.drain()

    assert outcomes(message)[-1] == "posted"
    assert looks(house) == 1


def test_a_database_in_another_place_looks_for_each_order(house: House) -> None:
    DatabaseLife.objects.update(place="the cluster that the backup was made of")
    house.order()

    house.drain()

    assert looks(house) == 1
    assert life().look_until is not None
    assert life().reason == doubt.RESTORED


@pytest.mark.parametrize("place", ["another", None])
def test_what_a_restored_database_has_forgotten_is_found(house: House, place: str | None) -> None:
    message = house.order()
    house.drain()
    forget_that_it_was_posted(message)
    if place:
        DatabaseLife.objects.update(place=place)
    else:  # a snapshot of the whole disk: the same place, and PostgreSQL had to start
        DatabaseLife.objects.update(started_at=timezone.now() - timedelta(days=1))

    house.drain()

    assert outcomes(message)[-1] == "adopted"
    assert states() == ["done"]
    assert len(house.dump("purchaseOrders")) == 1


def test_an_order_that_the_cafm_sends_again_after_the_restore_has_its_key_again(house: House) -> None:
    message = house.order()
    house.drain()
    with past_the_triggers():
        Attempt.objects.all().delete()
        Message.objects.all().delete()
        PurchaseOrder.objects.all().delete()
    DatabaseLife.objects.update(place="the cluster that the backup was made of")

    again = house.order()
    house.drain()

    assert again.key == message.key
    assert outcomes(again) == ["adopted"]
    assert len(house.dump("purchaseOrders")) == 1


def test_a_start_of_postgresql_costs_one_question_and_no_looks(house: House) -> None:
    house.order("PO-1")
    house.drain()
    DatabaseLife.objects.update(started_at=timezone.now() - timedelta(days=1))
    house.order("PO-2")
    house.order("PO-3")

    house.drain()

    assert looks(house) == 1
    assert life().look_until is None
    assert states() == ["done"] * 3


def test_a_new_installation_asks_whether_one_before_it_has_sent_orders(house: House) -> None:
    message = house.order()
    house.drain()
    forget_that_it_was_posted(message)
    DatabaseLife.objects.all().delete()

    house.drain()

    assert outcomes(message)[-1] == "adopted"
    assert life().reason == doubt.AHEAD


def test_an_upgraded_installation_looks_for_each_order(house: House) -> None:
    house.order("PO-1")
    house.drain()
    DatabaseLife.objects.all().delete()
    house.order("PO-2")

    house.drain()

    assert life().reason == doubt.UPGRADED
    assert looks(house) == 1


def test_while_nobody_can_make_sure_each_order_is_looked_for(house: House) -> None:
    DatabaseLife.objects.update(started_at=timezone.now() - timedelta(days=1))
    house.faults({"fault": "unavailable", "method": "GET", "path": "purchaseOrders", "times": 1})
    house.order()

    house.drain()

    assert life().vouched_at is None
    assert looks(house) == 1


def test_a_person_lets_orders_be_looked_for_and_ends_it(house: House) -> None:
    call_command("look_first", "--days", "3", "--reason", "The disk was set back to yesterday")
    house.order("PO-1")
    house.drain()
    before = looks(house)
    call_command("look_first", "--end")
    house.order("PO-2")
    house.drain()

    assert (before, looks(house)) == (1, 1)
    assert [each.reason for each in DatabaseLife.objects.order_by("pk")][-2:] == [
        "The disk was set back to yesterday",
        "",
    ]


def test_what_weighs_on_one_life_weighs_on_the_next(house: House) -> None:
    until = timezone.now() + timedelta(days=3)
    doubt.look_first(until=until, reason="restored by hand", now=timezone.now())
    DatabaseLife.objects.update(started_at=timezone.now() - timedelta(days=1))

    assert doubt.vouch(now=timezone.now()) is False
    assert life().look_until == until


def test_a_claim_knows_whether_there_is_doubt(house: House) -> None:
    house.order("PO-1")
    house.order("PO-2")

    sure = outbox.claim(now=timezone.now(), worker="one")
    doubt.look_first(until=timezone.now() + timedelta(days=1), reason="restored", now=timezone.now())
    unsure = outbox.claim(now=timezone.now(), worker="two")

    assert sure is not None
    assert unsure is not None
    assert (sure.in_doubt, unsure.in_doubt) == (False, True)
