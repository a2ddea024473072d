"""How figures, days and people are written."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from reconciliation.matching import Code
from reconciliation.views import figures
from reconciliation.views.reasons import REASONS, reason

TODAY = datetime.date(2026, 11, 25)
NOW = datetime.datetime(2026, 11, 25, 12, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "0.00 EUR"),
        ("5", "5.00 EUR"),
        ("1234567.5", "1,234,567.50 EUR"),
        ("0.12345", "0.12345 EUR"),
        ("12.30000000", "12.30 EUR"),
        ("-42", "−42.00 EUR"),
        ("1E+3", "1,000.00 EUR"),
    ],
)
def test_money_has_its_currency_and_never_fewer_places_than_it_has(amount, written):
    assert figures.money(Decimal(amount), "EUR") == written


@pytest.mark.parametrize(("amount", "written"), [("42", "+42.00"), ("-42", "−42.00"), ("0", "0.00")])
def test_a_difference_says_its_direction(amount, written):
    assert figures.money(Decimal(amount), signed=True) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [("10.000", "10 PCS"), ("0.5", "0.5 PCS"), ("12000", "12,000 PCS"), ("1E+2", "100 PCS")],
)
def test_a_quantity_has_its_unit_and_no_idle_zeros(amount, written):
    assert figures.quantity(Decimal(amount), "PCS") == written


@pytest.mark.parametrize(
    ("share", "written"),
    [("5.2549", "5.25 %"), ("0", "0.00 %"), ("0.004", "under 0.01 %"), ("24591.2", "24,591.20 %")],
)
def test_a_share_has_two_places(share, written):
    assert figures.percent(Decimal(share)) == written


def test_what_is_not_known_is_left_empty():
    assert figures.money(None, "EUR") == ""
    assert figures.quantity(None, "PCS") == ""
    assert figures.percent(None) == ""
    assert figures.due(None, TODAY) == ""
    assert figures.person(None) == ""


@pytest.mark.parametrize(
    ("since", "written"),
    [
        (datetime.timedelta(seconds=-5), "0 min"),
        (datetime.timedelta(minutes=59, seconds=59), "59 min"),
        (datetime.timedelta(hours=1), "1 h"),
        (datetime.timedelta(hours=23, minutes=59), "23 h"),
        (datetime.timedelta(days=40), "40 d"),
    ],
)
def test_age_is_told_in_one_unit(since, written):
    assert figures.age(NOW - since, NOW) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0 s"), (0.6, "1 s"), (120, "120 s"), (121, "3 min"), (7200, "120 min"), (7201, "3 h")],
)
def test_what_something_takes_is_never_told_too_short(seconds, written):
    assert figures.span(seconds) == written


@pytest.mark.parametrize(
    ("days", "written"),
    [
        (-3, "3 days late"),
        (-1, "1 day late"),
        (0, "today"),
        (1, "tomorrow"),
        (7, "2 Dec"),
        (60, "24 Jan 2027"),
    ],
)
def test_a_day_to_decide_by_is_told_from_today(days, written):
    assert figures.due(TODAY + datetime.timedelta(days=days), TODAY) == written


def test_a_moment_of_today_is_told_by_the_clock():
    at = timezone.localtime().replace(hour=9, minute=12)

    assert figures.moment(at) == "today 09:12"
    assert figures.moment(datetime.datetime(2025, 3, 2, 8, 5, tzinfo=datetime.UTC)) == "2 Mar 2025 09:05"


def test_people_are_named_and_oneself_is_you():
    clara = User(pk=1, username="clara", first_name="Clara", last_name="Weiss")
    nameless = User(pk=2, username="ops")

    assert figures.person(clara) == "Clara Weiss"
    assert figures.person(nameless, clara) == "ops"
    assert figures.person(clara, clara) == "You"


def test_every_reason_of_the_engine_has_its_words():
    assert {str(code) for code in Code} - set(REASONS) == set()


def test_a_reason_from_a_newer_engine_is_still_readable():
    assert reason("SOME_NEW_RULE").label == "Some new rule"
    assert reason("SOME_NEW_RULE").tone == "bad"
