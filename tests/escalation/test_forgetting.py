"""Incidents that were over long ago are forgotten; what is open or recent is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests import factories

from .conftest import Box, turn

if TYPE_CHECKING:
    from integration.models import EscalationRule

pytestmark = pytest.mark.django_db


def test_an_incident_is_forgotten_long_after_its_end_with_what_was_told(
    rule: EscalationRule, box: Box
) -> None:
    from integration import escalation
    from integration.models import Incident, Message, Notification

    company = factories.open_company()
    factories.refused(company, "PO-1")
    turn()
    Message.objects.update(state="cancelled")
    turn()
    old = Incident.objects.get()
    later = Incident.objects.create(
        company=company,
        subject="run",
        cause="items",
        count=1,
        since=old.since,
        opened_at=old.opened_at,
        closed_at=timezone.now() + timedelta(days=1),
        former=old,
    )
    still_open = Incident.objects.create(
        company=company, subject="held", cause="items", count=1, since=old.since, opened_at=old.opened_at
    )

    kept = escalation.forget_old(now=old.closed_at + timedelta(days=399))
    gone = escalation.forget_old(now=old.closed_at + timedelta(days=400, seconds=1))

    assert (kept, gone) == (0, 1)
    assert set(Incident.objects.values_list("pk", "former")) == {(later.pk, None), (still_open.pk, None)}
    assert not Notification.objects.exists()


def test_the_clock_forgets_as_well(rule: EscalationRule) -> None:
    from integration import escalation
    from integration.models import Incident

    at = timezone.now()
    Incident.objects.create(
        company=factories.open_company(),
        subject="held",
        cause="items",
        count=1,
        since=at,
        opened_at=at,
        closed_at=at,
    )

    escalation.turn(now=at + timedelta(days=401))

    assert not Incident.objects.exists()
