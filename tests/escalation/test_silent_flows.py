"""Silence is an alarm: a flow that has not moved by the time it was expected."""

from __future__ import annotations

import datetime
from datetime import time

import pytest

from integration.escalation import silence, watch
from integration.models import DriftCheck, Expectation, Incident
from tests.factories import open_company

pytestmark = pytest.mark.django_db
FRIDAY_SEVEN = datetime.datetime(2026, 11, 6, 7, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def company():
    Expectation.objects.create(
        name="Comparison", flow="drift", by=time(8), days="1,2,3,4,5", hours=24, time_zone="Europe/Berlin"
    )
    return open_company()


def seen(company, at: datetime.datetime) -> None:
    DriftCheck.objects.create(company=company, entity="items", checked_at=at)


@pytest.mark.parametrize(
    ("last", "now", "is_silent"),
    [
        (FRIDAY_SEVEN - 23 * HOUR, FRIDAY_SEVEN, False),
        (FRIDAY_SEVEN - 25 * HOUR, FRIDAY_SEVEN - HOUR / 60, False),  # not expected before eight
        (FRIDAY_SEVEN - 25 * HOUR, FRIDAY_SEVEN, True),
        (FRIDAY_SEVEN - 25 * HOUR, FRIDAY_SEVEN + 30 * HOUR, True),  # nor is Saturday a way out
        (FRIDAY_SEVEN - HOUR, FRIDAY_SEVEN + 48 * HOUR, False),  # nothing is expected on a Sunday
    ],
)
def test_a_flow_is_silent_from_the_time_it_was_expected(company, last, now, is_silent) -> None:
    seen(company, last)

    assert bool(list(silence.of_flows(company, now))) is is_silent


def test_a_flow_that_never_began_is_not_missed(company) -> None:
    assert list(silence.of_flows(company, FRIDAY_SEVEN)) == []


def test_people_are_told_when_it_was_expected_and_the_alarm_ends_when_it_moves(company) -> None:
    seen(company, FRIDAY_SEVEN - 25 * HOUR)
    watch(now=FRIDAY_SEVEN)
    told = Incident.objects.get(subject="silent")
    seen(company, FRIDAY_SEVEN + HOUR)

    watch(now=FRIDAY_SEVEN + HOUR)

    assert told.sentence.startswith(
        "Nothing came of the comparison of master data since 2026-11-05 07:00; "
        "it was expected by 2026-11-06 08:00."
    )
    told.refresh_from_db()
    assert told.closed_at == FRIDAY_SEVEN + HOUR
