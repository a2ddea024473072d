"""Reminders and escalation of exceptions by their age: first whose they are, then who answers for them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from integration import escalation
from integration.models import EscalationRule, Incident
from reconciliation import cases, roles
from reconciliation.models import ExceptionCase
from tests import factories
from tests.desk.conftest import company, desk

from .conftest import turn

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

__all__ = ["company", "desk"]

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def clara(settings) -> User:
    settings.TIEOUT_URL = "https://tieout.example"
    escalation.install()
    EscalationRule.objects.update(period_days=0)  # whatever day of the month it is
    for role, name in ((roles.AP_APPROVER, "anton"), (roles.AP_CLERK, "clara")):
        user = factories.person(role)
        type(user).objects.filter(pk=user.pk).update(email=f"{name}@example.com")
    user.refresh_from_db()
    return user


def old(case: ExceptionCase, *, days: int) -> ExceptionCase:
    ExceptionCase.objects.filter(pk=case.pk).update(opened_at=timezone.now() - days * DAY)
    case.refresh_from_db()
    return case


def test_the_owner_is_reminded_after_two_days_with_the_way_to_them(desk, clara, box):
    for number in ("R-1", "R-2"):
        cases.take(old(factories.price_over_order(desk, number), days=3), by=clara)
    factories.price_over_order(desk, "R-3")  # of today

    turn()

    (title,) = box.got
    assert title.startswith(
        "2 × exceptions that wait, 120.00 EUR: They are with Clara Weiss; the oldest is R-1"
    )
    assert box.to == [["clara@example.com"]]
    assert "Open them: https://tieout.example/exceptions/?tab=open&owner=clara" in box.texts[0]


def test_after_a_week_the_approvers_hear_of_it_too(desk, clara, box):
    cases.take(old(factories.price_over_order(desk), days=8), by=clara)

    turn()

    assert sorted(box.to) == [["anton@example.com"], ["clara@example.com"]]


def test_what_is_nobodys_goes_to_the_clerks_and_a_proposal_to_the_approvers(desk, clara, box):
    old(factories.price_over_order(desk, "R-1"), days=3)
    large = old(factories.billed_before_receipt(desk, "R-2", price="500.00"), days=3)
    cases.release(large, by=clara, reason="Urgent")

    turn()

    told = dict(zip([to[0] for to in box.to], box.got, strict=True))
    assert "They are nobody's yet; the oldest is R-1" in told["clara@example.com"]
    assert "They wait for approval; the oldest is R-2" in told["anton@example.com"]


def test_what_was_put_aside_or_decided_is_not_reminded_of(desk, clara, box):
    waits = old(factories.price_over_order(desk, "R-1"), days=9)
    cases.wait(waits, by=clara, until=timezone.localdate() + DAY, reason="Announced for tomorrow")
    done = old(factories.price_over_order(desk, "R-2"), days=9)
    turn()
    cases.reject(done, by=clara, reason="Not ours")
    box.got.clear()

    turn(later=3 * DAY)

    assert box.got == []
    assert Incident.objects.get(subject="cases").closed_at is not None


def test_without_a_rule_nobody_is_told(desk, clara, box):
    EscalationRule.objects.filter(subject="cases").update(enabled=False)
    old(factories.price_over_order(desk), days=9)

    turn()

    assert (box.got, Incident.objects.count()) == ([], 0)
