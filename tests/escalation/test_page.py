"""The Notifications page: what people were told of, taken on by one of them, with an undo."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from reconciliation import roles
from tests import factories
from tests.desk.reading import links, words

from .conftest import Box, turn

if TYPE_CHECKING:
    from integration.models import EscalationRule, Incident
    from masterdata.models import Company

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=1)


@pytest.fixture
def company(db: None) -> Company:
    return factories.open_company()


@pytest.fixture
def told(company: Company, rule: EscalationRule, box: Box) -> Incident:
    """Ines was told by mail that BC refused two orders."""
    from integration.models import Incident

    factories.refused(company, "PO-1")
    factories.refused(company, "PO-2")
    turn(later=SOON)
    return Incident.objects.get()


def signed_in(role: str, username: str = "") -> Client:
    client = Client()
    client.force_login(factories.person(role, username))
    if username and role:
        from django.contrib.auth.models import Group, User

        User.objects.get(username=username).groups.add(Group.objects.get(name=role))
    return client


def test_the_page_says_what_since_when_how_much_and_who_was_told(told: Incident) -> None:
    page = words(signed_in(roles.INTEGRATION_ADMIN).get("/notifications/"))

    assert "To take on 1 Taken on 0 Nobody told yet 0 Over 0" in page
    assert "Blocked 2 × refused by Business Central" in page
    assert "100.00 EUR Integration" in page
    assert "Take it on" in page


def test_one_takes_it_on_with_a_note_and_undoes_it(told: Incident) -> None:
    client, address = signed_in(roles.INTEGRATION_ADMIN), f"/notifications/{told.pk}"
    taken = client.post(f"{address}/take/", {"note": "Vendor was asked"}, follow=True)
    listed = words(client.get("/notifications/?show=taken"))
    home_then = words(client.get("/"))
    back = client.post(f"{address}/give-back/", follow=True)

    assert "You have taken on “Blocked”. Undo" in words(taken)
    assert "Ines Roth" in listed
    assert "Vendor was asked" in listed
    assert "unacknowledged" not in home_then
    assert "Nobody has it now; reminders go on." in words(back)
    assert "1 unacknowledged matter, since " in words(client.get("/"))


def test_who_comes_second_is_told_who_was_first(told: Incident) -> None:
    address = f"/notifications/{told.pk}/take/"
    signed_in(roles.FINANCE_CONTROLLER).post(address)

    second = signed_in(roles.INTEGRATION_ADMIN).post(address, follow=True)

    assert "Frida Kern has taken it on already." in words(second)
    told.refresh_from_db()
    assert told.acknowledged_by.username == "frida"


def test_home_and_the_desk_lead_to_it(told: Incident) -> None:
    client = signed_in(roles.INTEGRATION_ADMIN)

    home = client.get("/")
    desk = client.get("/dead-letters/")
    cause = client.get(f"/dead-letters/causes/{told.filed_under_id}/")

    (line,) = [text for text in links(home) if "unacknowledged" in text]
    assert links(home)[line] == "/notifications/"
    assert links(desk)["not taken on"] == f"/notifications/{told.pk}/"
    assert links(cause)["Who was told of it"] == f"/notifications/{told.pk}/"


def test_an_incident_leads_to_its_messages_and_names_who_was_told(told: Incident) -> None:
    page = signed_in(roles.INTEGRATION_ADMIN).get(f"/notifications/{told.pk}/")

    assert links(page)["Show what is concerned"] == f"/dead-letters/causes/{told.filed_under_id}/"
    assert "Integration ines@example.com Refused Sent" in words(page)
    assert "Next step: Unblock it in BC, then retry." in words(page)
    assert "somebody is told next" in words(page)


def test_a_failing_channel_is_shown(told: Incident) -> None:
    from integration.models import Channel

    Channel.objects.update(error="The mail server did not take it.")

    page = words(signed_in(roles.AUDITOR).get("/notifications/"))

    assert "The channel Integration fails: The mail server did not take it." in page


def test_with_nothing_to_take_on_each_tab_says_so(company: Company, rule: EscalationRule) -> None:
    client = signed_in(roles.INTEGRATION_ADMIN)

    assert "Nothing waits for somebody to take it on" in words(client.get("/notifications/"))
    assert "Nobody has anything in hand" in words(client.get("/notifications/?show=taken"))
    assert "Nothing is over yet" in words(client.get("/notifications/?show=over"))
    assert "Nobody is told of anything" not in words(client.get("/notifications/"))


def test_without_a_rule_the_page_says_that_nobody_is_told(company: Company) -> None:
    page = words(signed_in(roles.INTEGRATION_ADMIN).get("/notifications/"))

    assert "Nobody is told of anything: no rule with a channel is switched on." in page


def test_before_there_is_a_company_the_page_says_how_to_begin(db: None) -> None:
    page = words(signed_in(roles.INTEGRATION_ADMIN).get("/notifications/"))

    assert "There is no company yet" in page


def test_a_clerk_is_told_whom_to_ask(told: Incident) -> None:
    answer = signed_in(roles.AP_CLERK).get("/notifications/")

    assert answer.status_code == 403
    assert "As AP clerk you may not see what people are told of." in words(answer)


def test_an_auditor_sees_it_and_cannot_take_it_on(told: Incident) -> None:
    client = signed_in(roles.AUDITOR)
    page = client.get(f"/notifications/{told.pk}/")
    tried = client.post(f"/notifications/{told.pk}/take/")

    assert "As Auditor you may not take on what people are told of." in words(page)
    assert tried.status_code == 403
    told.refresh_from_db()
    assert told.acknowledged_by is None


def test_another_companys_incident_is_not_there(told: Incident) -> None:
    other = factories.open_company("OTHER")
    client = signed_in(roles.INTEGRATION_ADMIN)
    client.post("/company/", {"company": other.pk})

    assert client.get(f"/notifications/{told.pk}/").status_code == 404
    assert client.post(f"/notifications/{told.pk}/take/").status_code == 404
