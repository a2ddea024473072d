"""Mail about single cases, over a real mail server: mentions, what is given, and the one-tap question."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integration import escalation
from reconciliation import actions, cases, roles
from reconciliation.models import CaseNotice
from tests import factories
from tests.desk.conftest import company, desk

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

__all__ = ["company", "desk"]

pytestmark = pytest.mark.django_db

LATER = datetime.timedelta(minutes=5)


@pytest.fixture
def clara(settings) -> User:
    settings.TIEOUT_URL = "https://tieout.example"
    return factories.person(roles.AP_CLERK)


@pytest.fixture
def bea(db) -> User:
    user = factories.person(roles.BUYER)
    type(user).objects.filter(pk=user.pk).update(email="bea@example.com")
    return user


def send() -> int:
    return escalation.send_case_mail(now=timezone.now() + LATER)


def test_who_is_named_gets_the_words_and_the_way_there(desk, clara, bea, box):
    case = factories.price_over_order(desk)
    cases.comment(case, by=clara, text="Is this agreed, @bea?")

    assert escalation.send_case_mail(now=timezone.now()) == 0  # it may be read on the page first
    assert (send(), send()) == (1, 0)

    assert (box.got, box.to) == (["Clara Weiss named you on R-200"], [["bea@example.com"]])
    assert "Is this agreed, @bea?" in box.texts[0]
    assert f"https://tieout.example{reverse('case', args=[case.pk])}" in box.texts[0]


def test_who_has_read_it_by_then_gets_no_mail(desk, clara, bea, box, client):
    case = factories.price_over_order(desk)
    cases.comment(case, by=clara, text="Is this agreed, @bea?")
    client.force_login(bea)
    client.get(reverse("case", args=[case.pk]))

    assert send() == 0
    assert (box.got, CaseNotice.objects.get().state) == ([], "not_needed")


def test_several_things_for_one_person_are_one_mail(desk, clara, bea, box):
    first, second = factories.price_over_order(desk, "R-1"), factories.price_over_order(desk, "R-2")
    cases.comment(first, by=clara, text="One, @bea")
    cases.comment(second, by=clara, text="Two, @bea")

    assert send() == 2
    assert box.got == ["2 things about exceptions for you"]
    assert "R-1" in box.texts[0]
    assert "R-2" in box.texts[0]


def test_the_question_goes_by_mail_and_its_link_answers_in_the_answerers_name(desk, clara, bea, box):
    case = factories.billed_before_receipt(desk)
    actions.do("ask-receiver", case, by=clara, sent={"email": "sam@example.com"})

    assert send() == 1
    assert (box.got, box.to) == (["A question about invoice R-100"], [["sam@example.com"]])
    assert "How much of 10 PCS FILTER has come, order PO-R-100?" in box.texts[0]
    (link,) = re.findall(r"https://tieout\.example(/answer/\S+)", box.texts[0])
    Client().post(link, {"quantity": "4", "name": "Sam Store"})

    said = case.comments.get()
    assert (said.by, said.said_by) == (None, "Sam Store (sam@example.com)")
    assert CaseNotice.objects.get(person=clara).kind == "answered"


def test_a_question_that_was_undone_is_never_sent(desk, clara, box):
    case = factories.billed_before_receipt(desk)
    done = actions.do("ask-receiver", case, by=clara, sent={"email": "sam@example.com"})
    actions.undo(done.undoable, by=clara)

    assert send() == 0
    assert (box.got, CaseNotice.objects.get().state) == ([], "not_needed")


def test_what_was_taken_back_from_somebody_is_not_told(desk, clara, bea, box):
    case = factories.price_over_order(desk)
    done = actions.do("hand-over", case, by=clara, sent={"to": "bea"})
    actions.undo(done.undoable, by=clara)

    assert send() == 0
    assert box.got == []


def test_a_mail_server_that_is_away_is_tried_again(desk, clara, bea, settings):
    settings.EMAIL_HOST = settings.EMAIL_FOLDER = ""
    cases.comment(factories.price_over_order(desk), by=clara, text="@bea")

    assert send() == 0

    notice = CaseNotice.objects.get()
    assert (notice.state, notice.attempts) == ("queued", 1)
    assert "No mail server is set." in notice.error
    assert notice.next_attempt_at > timezone.now()
