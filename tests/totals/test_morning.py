"""The morning mail: the right words, at eight by the company's own clock, once."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from integration import morning
from integration.models import Channel, DriftCheck, Morning, MorningMail
from masterdata.models import Company
from reconciliation import control
from tests.factories import open_company
from tests.totals.days import a_day

pytestmark = pytest.mark.django_db
EIGHT_IN_BERLIN = datetime.datetime(2026, 11, 6, 7, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def company(settings: Any) -> Company:
    """A company whose day was taken a moment before eight, and whom the mail goes to."""
    settings.EMAIL_HOST = "mail.example.com"
    company = open_company()
    channel = Channel.objects.create(name="Finance", recipients="frida@example.com")
    MorningMail.objects.create(company=company, channel=channel, time_zone="Europe/Berlin")
    control.keep(company, a_day(receipts=42, late=True), now=EIGHT_IN_BERLIN - MINUTE)
    return company


def test_the_mail_says_what_is_posted_what_waits_and_whose_it_is(company: Company) -> None:
    DriftCheck.objects.create(company=company, entity="items", checked_at=timezone.now(), rows_differ=2)

    assert morning.turn(now=EIGHT_IN_BERLIN) == 1

    (sent,) = mail.outbox
    assert sent.to == ["frida@example.com"]
    assert sent.subject == f"{company} on 2026-11-05: 1 difference"
    assert sent.body == (
        "41 of 42 of yesterday's receipts are posted; "
        "GR-42 waits for unit BX, owner Stores, since 09:12.\n"
        "Master data that differs from Business Central and stays so: 2 of items."
    )


def test_it_is_sent_at_eight_by_the_companys_clock_and_once(company: Company) -> None:
    times = [EIGHT_IN_BERLIN - MINUTE, EIGHT_IN_BERLIN, EIGHT_IN_BERLIN + MINUTE]

    assert [morning.turn(now=now) for now in times] == [0, 1, 0]
    assert len(mail.outbox) == 1


def test_another_zone_has_another_eight(company: Company) -> None:
    MorningMail.objects.update(time_zone="America/New_York")

    assert morning.turn(now=EIGHT_IN_BERLIN) == 0
    assert morning.turn(now=EIGHT_IN_BERLIN + datetime.timedelta(hours=6)) == 1


def test_a_mail_that_the_server_did_not_take_is_tried_again(company: Company, settings: Any) -> None:
    settings.EMAIL_HOST = settings.EMAIL_FOLDER = ""
    first = morning.turn(now=EIGHT_IN_BERLIN)
    settings.EMAIL_HOST = "mail.example.com"

    later = morning.turn(now=EIGHT_IN_BERLIN + datetime.timedelta(minutes=5))

    assert (first, later, len(mail.outbox)) == (0, 1, 1)
    row = Morning.objects.get()
    assert (row.state, row.attempts, row.told) == ("sent", 2, "frida@example.com")


def test_nobody_is_told_who_switched_it_off(company: Company) -> None:
    MorningMail.objects.update(enabled=False)

    assert morning.turn(now=EIGHT_IN_BERLIN) == 0
