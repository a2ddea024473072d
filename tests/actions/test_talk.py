"""Talk about a case: names call people, followers are told, and everyone sees who has it open."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integration import escalation
from integration.tasks import verify_audit
from reconciliation import actions, cases, roles
from reconciliation.models import CaseNotice, CaseVisit, ExceptionCase
from tests import factories
from tests.desk.reading import words

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def clara(db) -> User:
    return factories.person(roles.AP_CLERK)


@pytest.fixture
def anton(db) -> User:
    return factories.person(roles.AP_APPROVER)


@pytest.fixture
def bea(db) -> User:
    return factories.person(roles.BUYER)


def page(user: User, case: ExceptionCase):
    client = Client()
    client.force_login(user)
    return client.get(reverse("case", args=[case.pk]))


def told(user: User) -> list[str]:
    return [notice.kind for notice in CaseNotice.objects.filter(person=user).order_by("pk")]


def say(case: ExceptionCase, by: User, text: str) -> str:
    return actions.do("comment", case, by=by, sent={"text": text}).sentence


def test_a_name_in_a_comment_calls_that_person_and_lets_them_follow(desk, clara, bea):
    case = factories.price_over_order(desk)

    assert say(case, clara, "Is this agreed, @bea? Mail clara@anton.example or ask @bea.") == "Comment added."

    assert (told(bea), told(clara)) == (["mentioned"], [])
    assert {each.person for each in case.watchers.all()} == {clara, bea}


def test_who_signs_in_by_an_address_is_called_by_it(desk, clara, bea, anton):
    """The list beneath the comment offers this name; half of it may be somebody else's."""
    bea.username, anton.username = "bea@house.example", "bea"
    bea.save()
    anton.save()
    case = factories.price_over_order(desk)

    assert say(case, clara, "Is this agreed, @bea@house.example?") == "Comment added."

    assert (told(bea), told(anton)) == (["mentioned"], [])


def test_the_page_names_whom_one_can_call(desk, clara, bea):
    factories.person(roles.INTEGRATION_ADMIN)
    case = factories.price_over_order(desk)

    assert page(clara, case).context["callable"] == [("bea", "Bea Lang")]


def test_a_name_that_nobody_has_is_said_so_and_the_comment_stays(desk, clara):
    factories.person(roles.INTEGRATION_ADMIN)  # ines, who may not see exceptions
    case = factories.price_over_order(desk)

    sentence = say(case, clara, "@ines or @nobody, please look")

    assert "called @ines, @nobody, so nobody was told there" in sentence
    assert case.comments.count() == 1
    assert not CaseNotice.objects.exists()


def test_the_owner_and_who_follows_are_told_and_never_who_says_it(desk, clara, anton, bea):
    case = factories.price_over_order(desk)
    cases.take(case, by=clara)
    case.refresh_from_db()
    actions.do("watch", case, by=bea, sent={})

    say(case, anton, "The supplier has called")

    assert (told(clara), told(bea), told(anton)) == (["said"], ["said"], [])


def test_who_follows_no_more_is_told_no_more(desk, clara, bea):
    case = factories.price_over_order(desk)
    actions.do("watch", case, by=bea, sent={})
    actions.do("unwatch", case, by=bea, sent={})

    say(case, clara, "First")
    say(case, clara, "Second, @bea")

    assert told(bea) == ["mentioned"]


def test_who_is_given_a_case_is_told_by_whom(desk, clara, anton):
    case = factories.price_over_order(desk)

    actions.do("hand-over", case, by=clara, sent={"to": anton.username})

    notice = CaseNotice.objects.get()
    assert (notice.person, notice.kind, notice.by_name) == (anton, "given", "Clara Weiss")


def test_what_one_was_told_is_listed_and_read_when_the_case_is_opened(desk, clara, bea, client):
    case = factories.price_over_order(desk)
    say(case, clara, "Is this agreed, @bea?")
    client.force_login(bea)

    assert "1 new thing for you." in words(client.get(reverse("home")))
    before = words(client.get(reverse("told")))
    client.get(reverse("case", args=[case.pk]))
    after = words(client.get(reverse("told")))

    assert "Clara Weiss named you new Is this agreed, @bea?" in before
    assert "Clara Weiss named you Is this agreed, @bea?" in after
    assert "new thing" not in words(client.get(reverse("home")))


def test_nothing_told_is_said_in_a_sentence(desk, clara, client):
    client.force_login(clara)

    assert "Nobody has written to you yet" in words(client.get(reverse("told")))


def test_another_companys_talk_is_not_listed(desk, clara, bea, client):
    elsewhere = factories.price_over_order(factories.Desk(factories.open_company("ELSEWHERE")), "R-9")
    say(elsewhere, clara, "Secret of the other house, @bea")
    client.force_login(bea)

    assert "Secret" not in words(client.get(reverse("told")))


def test_the_page_says_who_has_the_case_open_and_who_has_seen_it(desk, clara, anton):
    case = factories.price_over_order(desk)
    page(clara, case)

    now = page(anton, case)
    CaseVisit.objects.filter(person=clara).update(last_at=timezone.now() - datetime.timedelta(minutes=5))
    later = page(anton, case)

    assert now.context["presence"] == "Clara Weiss has this open now."
    assert later.context["presence"] == ""
    assert later.context["seen_by"][0].startswith("Clara Weiss today ")
    assert page(clara, case).context["presence"] == "Anton Berg has this open now."


def test_an_auditor_leaves_no_trace_on_the_desk(desk, clara):
    case = factories.price_over_order(desk)

    assert page(factories.person(roles.AUDITOR), case).status_code == 200

    assert not CaseVisit.objects.exists()


def test_an_open_page_hears_that_the_case_has_moved_on(desk, clara, anton, client):
    case = factories.price_over_order(desk)
    seen = cases.version(case)
    client.force_login(clara)
    address = reverse("case-here", args=[case.pk])

    calm = client.post(address, {"seen": seen}).json()
    cases.reject(case, by=anton, reason="Not ours")
    moved = client.post(address, {"seen": seen}).json()

    assert calm == {"here": "", "moved": ""}
    assert moved["moved"].startswith("Anton Berg rejected this invoice at ")


def test_presence_is_not_for_strangers_or_other_companies(desk, clara, client):
    factories.price_over_order(desk)
    elsewhere = factories.price_over_order(factories.Desk(factories.open_company("ELSEWHERE")), "R-9")
    address = reverse("case-here", args=[elsewhere.pk])
    client.force_login(clara)

    assert client.post(address).status_code == 404
    assert Client().post(address).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clara)
    assert strict.post(address).status_code == 403
    assert not CaseVisit.objects.exists()


def test_of_two_who_decide_the_second_is_told_and_nothing_is_overwritten(desk, clara, anton, client):
    case = factories.price_over_order(desk)
    seen = cases.version(case)
    actions.do("reject", case, by=anton, sent={"seen": seen, "reason": "Not ours"})
    client.force_login(clara)

    late = client.post(
        reverse("case-act", args=[case.pk, "wait"]),
        {"seen": seen, "until": "2099-01-01", "reason": "Let us wait"},
    )

    case.refresh_from_db()
    assert late.status_code == 409
    assert "Anton Berg rejected this invoice at " in late.context["problem"]
    assert "You had written: “Let us wait”" in words(late)
    assert (case.status, case.wait_until, case.resolutions.get().by) == ("rejected", None, anton)


def test_who_looked_and_who_was_told_is_forgotten_long_after_the_end(desk, clara, anton):
    ended, still_open = factories.price_over_order(desk, "R-1"), factories.price_over_order(desk, "R-2")
    for case in (ended, still_open):
        cases.visit(case, anton)
        cases.comment(case, by=clara, text="Is this right, @anton?")
    cases.reject(ended, by=clara, reason="Not ours")
    ended.refresh_from_db()
    day = ended.closed_at + datetime.timedelta(days=400)

    assert cases.forget_old(now=day) == 0
    assert cases.forget_old(now=day + datetime.timedelta(seconds=1)) == 2

    assert set(CaseVisit.objects.values_list("case", flat=True)) == {still_open.pk}
    assert set(CaseNotice.objects.values_list("case", flat=True)) == {still_open.pk}
    assert ended.comments.count() == 1


def test_the_night_forgets_and_the_clocks_every_turn_does_not_search_all_visits(desk, clara):
    case = factories.price_over_order(desk)
    cases.visit(case, clara)
    cases.reject(case, by=clara, reason="Not ours")
    ExceptionCase.objects.update(closed_at=timezone.now() - datetime.timedelta(days=401))

    with CaptureQueriesContext(connection) as asked:
        escalation.turn(now=timezone.now())
    assert [each["sql"] for each in asked if CaseVisit._meta.db_table in each["sql"]] == []
    assert CaseVisit.objects.count() == 1

    verify_audit()
    assert not CaseVisit.objects.exists()
