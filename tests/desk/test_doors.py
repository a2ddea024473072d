"""The doors: signing in and out, the pages for what is not there, and what browsers are told."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from config import views
from config.version import VERSION
from integration import correlation
from reconciliation import roles
from tests import factories

from .reading import links, words

pytestmark = pytest.mark.django_db


def test_with_name_and_password_one_comes_to_where_one_wanted():
    factories.person(roles.AP_CLERK)

    answer = Client().post(
        "/sign-in/?next=/exceptions/?tab=open",
        {"login": "clara", "password": factories.PASSWORD, "next": "/exceptions/?tab=open"},
    )

    assert answer["Location"] == "/exceptions/?tab=open"


@pytest.mark.parametrize("sent", [{"login": "clara", "password": "wrong"}, {"login": "who", "password": "x"}])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(sent):
    factories.person(roles.AP_CLERK)

    answer = Client().post("/sign-in/", sent)

    assert "That name and password do not fit together. Check both; capital letters count." in words(answer)
    assert f'value="{sent["login"]}"' in answer.content.decode()


def test_sign_in_leads_to_no_strangers_page():
    factories.person(roles.AP_CLERK)

    answer = Client().post(
        "/sign-in/",
        {"login": "clara", "password": factories.PASSWORD, "next": "https://elsewhere.example/"},
    )

    assert answer["Location"] == "/"


def test_empty_fields_are_named():
    answer = Client().post("/sign-in/", {})

    assert words(answer).count("This field is required.") == 2


def test_who_is_signed_in_goes_straight_home(signed_in):
    assert signed_in(roles.AP_CLERK).get("/sign-in/")["Location"] == "/"


def test_a_link_cannot_sign_anyone_out_but_the_button_does(company, signed_in):
    client = signed_in(roles.AP_CLERK)

    assert client.get("/sign-out/").status_code == 405
    assert client.get("/").status_code == 200
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302


def test_a_deed_after_the_session_has_ended_leads_back_to_the_page_it_was_on(desk):
    case = factories.billed_before_receipt(desk)
    page = f"/exceptions/{case.pk}/"

    answer = Client().post(
        f"{page}reject/", {"reason": "no"}, headers={"referer": f"http://testserver{page}"}
    )

    assert answer["Location"] == f"/sign-in/?next=http%3A//testserver{page}"
    case.refresh_from_db()
    assert case.is_open


@pytest.mark.parametrize("before", ["", "https://elsewhere.example/exceptions/"])
def test_a_deed_from_nowhere_leads_home(before):
    answer = Client().post("/exceptions/take/", headers={"referer": before})

    assert answer["Location"] == "/sign-in/?next=/"


def test_a_form_that_is_too_old_says_that_nothing_was_saved(company):
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.person(roles.AP_CLERK))

    answer = client.post("/exceptions/take/")

    assert answer.status_code == 403
    assert "This form is too old You were signed out since it was opened" in words(answer)
    assert "Nothing was saved." in words(answer)


def test_an_address_with_nothing_behind_it_says_so(company, signed_in):
    answer = signed_in(roles.AP_CLERK).get("/exceptions/4711/")

    assert answer.status_code == 404
    assert "There is nothing at this address" in words(answer)
    assert links(answer)["Go to exceptions"] == "/exceptions/"


def test_a_stranger_gets_the_same_page_without_the_desks_links(company):
    answer = Client().get("/no/such/page/")

    assert answer.status_code == 404
    assert "There is nothing at this address" in words(answer)
    assert "Go to exceptions" not in links(answer)


def test_a_broken_page_is_shown_without_asking_the_database(django_assert_num_queries):
    with django_assert_num_queries(0), correlation.going_on_with("5b1c7d0a4f5e"):
        answer = views.broken(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert "This page could not be made The fault is ours" in words(answer)
    assert "The log has it under this number: 5b1c7d0a4f5e" in words(answer)


@pytest.mark.parametrize("chosen", ["0", "x", "", "99999999999999999999"])
def test_a_company_that_is_not_there_is_not_chosen(company, signed_in, chosen):
    client = signed_in(roles.AP_CLERK)

    client.post("/company/", {"company": chosen})

    assert client.get("/").context["company"] == company


def test_with_two_companies_one_can_switch(company, signed_in):
    other = factories.open_company("OTHER")
    client = signed_in(roles.AP_CLERK)

    client.post("/company/", {"company": other.pk})

    assert client.get("/").context["company"] == other
    assert client.get("/exceptions/").context["company"] == other


def test_the_desk_runs_only_its_own_scripts_and_nobody_frames_it(company, signed_in):
    told = signed_in(roles.AP_CLERK).get("/").headers

    policy = told["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert told["X-Frame-Options"] == "DENY"
    assert told["X-Content-Type-Options"] == "nosniff"


def test_the_admin_takes_nothing_from_elsewhere_either(company, signed_in):
    policy = signed_in(roles.AUDITOR).get("/admin/masterdata/vendor/")["Content-Security-Policy"]

    assert "http" not in policy
    assert "form-action 'self'; base-uri 'none'; frame-ancestors 'none'" in policy


@pytest.mark.parametrize("page", ["/", "/admin/"])
def test_who_is_signed_in_sees_which_version_answers(company, signed_in, page):
    assert f"Tieout {VERSION}" in words(signed_in(roles.INTEGRATION_ADMIN).get(page))


def test_a_stranger_is_not_told_the_version(company):
    assert VERSION not in Client().get("/sign-in/").content.decode()


def test_the_process_says_that_it_lives():
    answer = Client().get("/healthz")

    assert answer.json() == {"status": "ok"}


def test_readiness_names_each_part(company):
    answer = Client().get("/readyz")

    parts = {"database": "ok", "redis": "ok", "work": "ok", "clock": "ok", "business_central": "ok"}
    assert answer.json() == {"status": "ok"} | parts


def test_messages_that_nobody_delivers_make_the_house_not_ready(company):
    import datetime

    from django.utils import timezone

    from integration.models import Message

    message = factories.queued(company, "PO-1")
    long_ago = timezone.now() - datetime.timedelta(minutes=11)
    Message.objects.filter(pk=message.pk).update(next_attempt_at=long_ago)

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["work"] == "messages have been due for ten minutes and nobody delivers them"
    assert answer.json()["database"] == "ok"


def test_a_message_behind_one_that_is_stuck_is_nobodys_sleep(company):
    import datetime

    from django.utils import timezone

    from integration.models import Message

    factories.refused(company, "PO-1")
    behind = factories.waiting_receipt(company, "GR-1", "PO-1")
    Message.objects.filter(pk=behind.pk).update(
        next_attempt_at=timezone.now() - datetime.timedelta(minutes=11)
    )
    assert Message.objects.get(pk=behind.pk).state == "ready"

    assert Client().get("/readyz").json()["work"] == "ok"


def test_a_silent_clock_makes_the_house_not_ready(company):
    import datetime

    from django.utils import timezone

    from integration.models import Turn

    Turn.objects.create(pk=1, looked_at=timezone.now() - datetime.timedelta(minutes=11))

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert "has done nothing for ten minutes" in answer.json()["clock"]
    assert Client().get("/readyz?only=servers").status_code == 200  # the doors stay open for the CAFM


def test_readiness_notices_a_silent_redis(company, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["redis"] == "Redis does not answer"
