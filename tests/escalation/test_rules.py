"""Who is told when: by age, money and period end; the owner first, then the administrator, then finance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reconciliation import roles
from tests import factories

from .conftest import Box, turn

if TYPE_CHECKING:
    from integration.models import EscalationRule

pytestmark = pytest.mark.django_db

MID_MONTH = datetime(2026, 3, 12, 9, tzinfo=UTC)
MONTH_END = datetime(2026, 3, 30, 9, tzinfo=UTC)


def people() -> None:
    for role in (roles.INTEGRATION_ADMIN, roles.FINANCE_CONTROLLER):
        person = factories.person(role)
        person.email = f"{person.username}@example.com"
        person.save()


def told(begun: datetime, hours: float, worth: int = 100) -> set[str]:
    """Give the channels that hear of a refusal so many hours after it began."""
    from integration import escalation
    from integration.models import Incident, Notification

    escalation.install()
    now = begun + timedelta(hours=hours)
    Incident.objects.create(
        company=factories.open_company(),
        subject="refused",
        cause="x",
        sentence="Vendor V10 blocked",
        count=1,
        worth=Decimal(worth),
        since=begun,
        opened_at=begun,
    )
    escalation.write_due(now=now)
    return {name.split(",")[0] for name in Notification.objects.values_list("channel__name", flat=True)}


@pytest.mark.parametrize(
    ("begun", "hours", "worth", "whom"),
    [
        (MID_MONTH, 0, 100, {"Owner"}),
        (MID_MONTH, 3.9, 50_000, {"Owner"}),
        (MID_MONTH, 4, 100, {"Owner", "Integration admins"}),
        (MID_MONTH, 25, 100, {"Owner", "Integration admins"}),
        (MID_MONTH, 23.9, 10_000, {"Owner", "Integration admins"}),
        (MID_MONTH, 24, 10_000, {"Owner", "Integration admins", "Finance controllers"}),
        (MONTH_END, 0.9, 10_000, {"Owner"}),
        (MONTH_END, 1, 10_000, {"Owner", "Integration admins"}),
        (MONTH_END, 4, 10_000, {"Owner", "Integration admins", "Finance controllers"}),
        (MONTH_END, 4, 9_999, {"Owner", "Integration admins"}),
    ],
)
def test_the_shipped_rules_know_age_money_and_period_end(
    begun: datetime, hours: float, worth: int, whom: set[str]
) -> None:
    assert told(begun, hours, worth) == whom


def test_a_new_house_escalates_without_being_set_up(box: Box) -> None:
    from integration import installation

    people()
    installation.set_up()
    factories.refused(factories.open_company(), "PO-1")

    assert turn(later=timedelta(minutes=1)) == 1
    assert box.to == [["ines@example.com"]]


def test_a_cause_that_is_given_to_somebody_is_told_to_them(box: Box) -> None:
    from integration import escalation
    from integration.desk import care
    from integration.models import Cause

    people()
    escalation.install()
    factories.refused(factories.open_company(), "PO-1")
    frida = factories.person(roles.FINANCE_CONTROLLER, "frida.2")
    frida.email = "frida.2@example.com"
    frida.save()
    care.assign(Cause.objects.get(), to=f"person:{frida.pk}", by=frida)

    turn(later=timedelta(minutes=1))

    assert box.to == [["frida.2@example.com"]]


def test_what_people_changed_of_the_shipped_rules_stays() -> None:
    from integration import escalation
    from integration.models import Channel, EscalationRule

    first = escalation.install()
    EscalationRule.objects.update(enabled=False, after_minutes=7)
    Channel.objects.update(audience="", recipients="ops@example.com")

    assert (first, escalation.install()) == (31, 0)
    assert set(EscalationRule.objects.values_list("enabled", "after_minutes")) == {(False, 7)}
    assert set(Channel.objects.values_list("audience", flat=True)) == {""}


def test_failing_is_told_from_the_third_attempt_or_a_quarter_of_an_hour(
    rule: EscalationRule, box: Box
) -> None:
    from integration.models import EscalationRule, Message

    EscalationRule.objects.update(subject="failing", after_minutes=15, from_attempt=3)
    factories.retried(factories.open_company(), "PO-1")
    early = turn(later=timedelta(minutes=5))
    Message.objects.update(attempts=3)

    assert (early, turn(later=timedelta(minutes=5))) == (0, 1)
