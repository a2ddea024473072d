"""What people are told of besides dead letters, and what is said when a mended cause comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integration import connections
from integration.errors import NotSentError
from tests import factories

from .conftest import Box, turn

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def everything(db: None) -> None:
    """One mail address hears of every subject at once."""
    from integration.models import Channel, EscalationRule
    from integration.models.escalation import Subject

    channel = Channel.objects.create(name="Integration", recipients="ines@example.com")
    for subject in Subject:
        EscalationRule.objects.create(name=subject.label, subject=subject, channel=channel)


def test_a_standstill_of_deliveries_is_told_and_ends_by_itself(
    everything: None, sandbox: Any, box: Box
) -> None:
    from integration.models import Incident

    factories.open_company()
    factories.open_company("OTHER")
    circuit = connections.circuit()
    for _ in range(20):
        circuit.note(NotSentError("Business Central could not be reached.", code="Tieout_NotReached"))
    try:
        told = turn()
    finally:
        circuit.forget()
    turn()

    assert told == 1
    assert box.got[0].startswith("Business Central does not answer since ")
    assert Incident.objects.get(subject="standstill").closed_at is not None


def test_a_pull_that_fails_is_told_until_it_goes_well_again(everything: None, box: Box) -> None:
    from integration.models import Incident, SyncRun

    company, now = factories.open_company(), timezone.now()
    ended = {"company": company, "entity": "vendors", "kind": "delta", "finished_at": now}
    for _ in range(3):
        SyncRun.objects.create(**ended, state="failed", error="Business Central answered 500.")
    told = turn()
    SyncRun.objects.create(**ended, state="done")
    turn()

    assert told == 1
    assert box.got == ["3 × failed run: Pulling vendors fails: Business Central answered 500."]
    assert Incident.objects.get().closed_at is not None


def test_the_silence_of_the_clock_is_told_by_a_worker_in_its_place(everything: None, box: Box) -> None:
    from integration import escalation
    from integration.models import Incident

    factories.open_company()
    now = timezone.now()
    escalation.turn(now=now)
    soon = escalation.stand_in(now=now + 4 * MINUTE)
    late = escalation.stand_in(now=now + 6 * MINUTE)
    escalation.stand_in(now=now + 7 * MINUTE)
    escalation.stand_in(now=now + 8 * MINUTE)
    told = list(box.got)
    escalation.turn(now=now + 9 * MINUTE)

    assert (soon, late) == (False, True)
    assert len(told) == 1
    assert told[0].startswith("The clock wakes nobody since ")
    assert Incident.objects.get().closed_at is not None


def test_deliveries_that_nobody_takes_are_told_and_those_that_wait_for_another_are_not(
    everything: None, sandbox: Any, box: Box
) -> None:
    from integration.models import Incident

    company = factories.open_company()
    behind = factories.refused(company, "PO-1")
    follower = factories.queued(company, "PO-2")
    type(follower).objects.filter(pk=follower.pk).update(chain=behind.chain)
    turn(later=60 * MINUTE)
    waits = Incident.objects.filter(subject="clock").count()
    factories.queued(company, "PO-3")
    turn(later=60 * MINUTE)

    assert waits == 0
    assert Incident.objects.get(subject="clock").sentence.startswith(
        "Nobody takes messages to Business Central; purchase order PO-3 is due since "
    )


def test_a_clock_that_never_came_is_noticed_too() -> None:
    from integration import escalation

    factories.open_company()
    now = timezone.now()

    assert [escalation.stand_in(now=now + each * MINUTE) for each in (0, 4, 6)] == [False, False, True]


def test_a_cause_that_comes_back_after_it_was_mended_is_flagged(everything: None, box: Box) -> None:
    from integration import outbox
    from integration.models import Incident

    company, ines = factories.open_company(), factories.person("", "ines")
    first = factories.refused(company, "PO-1")
    turn(later=0 * MINUTE)
    outbox.mark_done_by_hand(first, by=ines, reason="entered there", bc_number="PO-1001")
    turn(later=MINUTE)
    factories.refused(company, "PO-2")
    turn(later=60 * MINUTE)

    assert [each.former_id is not None for each in Incident.objects.order_by("pk")] == [False, True]
    assert box.got[1] == f"Came back: {box.got[0]}"


@pytest.mark.parametrize("how", ["snoozed", "cancelled"])
def test_what_was_put_aside_is_not_called_a_return(everything: None, box: Box, how: str) -> None:
    from integration import outbox
    from integration.desk import care
    from integration.models import Cause, Incident

    company, ines = factories.open_company(), factories.person("", "ines")
    message = factories.refused(company, "PO-1")
    turn(later=MINUTE)
    if how == "snoozed":
        until = timezone.now() + 90 * MINUTE
        care.snooze(Cause.objects.get(), until=until, by=ines, reason="vendor is asked")
    else:
        outbox.cancel(message, by=ines, reason="not wanted")
        factories.refused(company, "PO-2")
        Cause.objects.update(snoozed_until=timezone.now() + 90 * MINUTE)
    turn(later=2 * MINUTE)
    quiet = Incident.objects.filter(closed_at=None).count()
    turn(later=120 * MINUTE)

    assert quiet == 0
    assert [each.former_id for each in Incident.objects.order_by("pk")] == [None, None]
    assert Incident.objects.order_by("pk")[0].notes.get().text == "Put aside under Dead letters"


def test_what_is_mended_for_a_moment_only_is_not_told_twice(everything: None, box: Box) -> None:
    from integration.models import Incident, Message

    company = factories.open_company()
    factories.refused(company, "PO-1")
    turn(later=MINUTE)
    Message.objects.update(state="cancelled")
    turn(later=2 * MINUTE)
    factories.refused(company, "PO-2")
    turn(later=5 * MINUTE)

    assert len(box.got) == 1
    assert Incident.objects.get().closed_at is None
