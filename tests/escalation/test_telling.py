"""People are told once of a cause, again until one takes it on, and a channel that is down loses nothing."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from tests import factories

from .conftest import Box, put_back, turn

if TYPE_CHECKING:
    from integration.models import EscalationRule

pytestmark = pytest.mark.django_db


def test_many_messages_of_one_cause_are_one_mail_and_told_once(rule: EscalationRule, box: Box) -> None:
    company = factories.open_company()
    for number in range(3):
        factories.refused(company, f"PO-{number}")

    counts = [turn(), turn(), turn()]

    assert counts == [1, 0, 0]
    assert box.got == ["3 × refused by Business Central, 150.00 EUR: Blocked"]
    assert box.to == [["ines@example.com"]]
    assert "Unblock it in BC, then retry." in box.texts[0]


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_send_one_mail(rule: EscalationRule, box: Box) -> None:
    from integration import escalation

    factories.refused(factories.open_company(), "PO-1")
    now, start = timezone.now() + timedelta(hours=1), threading.Barrier(4)

    def tick() -> None:
        start.wait()
        try:
            escalation.turn(now=now)
            escalation.turn(now=now + timedelta(hours=1))
        finally:
            connection.close()

    clocks = [threading.Thread(target=tick) for _ in range(4)]
    for each in clocks:
        each.start()
    for each in clocks:
        each.join()

    assert len(box.got) == 1


def test_fault_32_a_channel_that_is_down_loses_nothing_and_shows_why(
    rule: EscalationRule, box: Box, settings: Any
) -> None:
    from integration.models import Channel, Message, Notification

    factories.refused(factories.open_company(), "PO-1")
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    down = turn()
    told = Channel.objects.get()
    states = list(Message.objects.values_list("state", flat=True))
    settings.EMAIL_PORT = port

    assert (down, turn()) == (0, 1)
    assert "did not take it" in told.error
    assert (told.failures, told.rests_until is not None) == (1, True)
    assert states == ["rejected"]
    assert Notification.objects.get().state == "sent"
    assert (Channel.objects.get().error, Channel.objects.get().failures) == ("", 0)


def test_a_channel_that_fails_rests_and_the_others_are_told(
    rule: EscalationRule, box: Box, settings: Any
) -> None:
    from integration import escalation
    from integration.models import Channel, EscalationRule, Notification

    nobody = Channel.objects.create(name="Buyers", audience="Buyer")
    EscalationRule.objects.create(name="To nobody", subject="refused", channel=nobody)
    factories.refused(factories.open_company(), "PO-1")

    assert turn() == 1
    nobody.refresh_from_db()
    tries = Notification.objects.get(channel=nobody).attempts
    escalation.send_due(now=timezone.now())

    assert nobody.error.startswith("Nobody who is Buyer has an e-mail address.")
    assert Notification.objects.get(channel=nobody).attempts == tries == 1
    assert len(box.got) == 1


def test_who_takes_it_on_gets_no_reminder_and_who_gives_it_back_does(rule: EscalationRule, box: Box) -> None:
    from integration import escalation
    from integration.models import Incident

    factories.refused(factories.open_company(), "PO-1")
    ines = factories.person("", "ines")
    turn(later=timedelta(minutes=1))
    put_back(5)
    reminded = turn(later=timedelta(minutes=1))
    escalation.acknowledge(Incident.objects.get(), by=ines, note="vendor asked")
    put_back(25)
    quiet = turn(later=timedelta(minutes=1))
    escalation.give_back(Incident.objects.get(), by=ines)
    again = turn(later=timedelta(minutes=1))

    assert (reminded, quiet, again) == (1, 0, 1)
    assert [each.startswith("Reminder: ") for each in box.got] == [False, True, True]
    notes = Incident.objects.get().notes.order_by("pk").values_list("by", "text", "note")
    assert list(notes) == [("ines", "Taken on", "vendor asked"), ("ines", "Given back", "")]


def test_reminders_go_on_daily_until_somebody_takes_it_on(rule: EscalationRule, box: Box) -> None:
    factories.refused(factories.open_company(), "PO-1")
    told = [turn(later=timedelta(minutes=1))]

    for _day in range(4):
        put_back(24)
        told += [turn(later=timedelta(minutes=1)), turn(later=timedelta(minutes=1))]

    assert told == [1, 1, 0, 1, 0, 1, 0, 1, 0]


def test_what_grows_to_twice_its_size_after_it_was_taken_on_is_told_anew(
    rule: EscalationRule, box: Box
) -> None:
    from integration import escalation
    from integration.models import Incident

    company = factories.open_company()
    factories.refused(company, "PO-1")
    turn()
    escalation.acknowledge(Incident.objects.get(), by=factories.person("", "ines"))
    factories.refused(company, "PO-2")

    assert turn() == 1
    assert box.got[-1].startswith("2 × refused")
    assert Incident.objects.get().acknowledged_by is None
