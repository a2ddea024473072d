"""What the portal has of a day: whose clock says the day, and how little is asked for it."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from integration.models import Channel, MorningMail
from integration.totals import in_bc, portal
from masterdata.models import Company
from reconciliation import documents, forms
from reconciliation.totals import Fate, Kind, Ours
from tests.factories import open_company

DAY = datetime.date(2026, 11, 5)
LATE = datetime.datetime(2026, 11, 4, 23, 30, tzinfo=datetime.UTC)
ID, KEY = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def request_in(company: Company, number: str) -> None:
    line = forms.RequestLineForm(line=1, description="Filter", quantity=Decimal(4), unit="PCS")
    form = forms.RequestForm(number, "caretaker", "head of maintenance", LATE, (line,))
    documents.record_request(company, form, source="/cafm/test")


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "back"), [("Europe/Berlin", 0), ("America/New_York", 1)])
def test_a_request_is_of_the_day_of_the_companys_clock(zone: str, back: int) -> None:
    company = open_company()
    channel = Channel.objects.create(name="Finance", recipients="frida@example.com")
    MorningMail.objects.create(company=company, channel=channel, time_zone=zone)
    request_in(company, "PR-1")
    days = [DAY, DAY - datetime.timedelta(days=1)]

    here = [[each.number for each in portal.ours(company, Kind.REQUEST, day)] for day in days]

    assert here[back] == ["PR-1"]
    assert here[1 - back] == []
    assert portal.days_here(company, Kind.REQUEST, ["PR-1"], but=days[1 - back]) == {"PR-1": days[back]}


def test_only_what_was_not_seen_is_asked_for_by_its_ids() -> None:
    posted = Ours("PO-1", Fate.POSTED, keys=frozenset({ID, KEY}))
    waiting = Ours("PO-2", Fate.WAITING, keys=frozenset({KEY}))

    assert in_bc._lost_ids([posted, waiting], {ID}) == set()
    assert in_bc._lost_ids([posted, waiting], set()) == {ID, KEY}
