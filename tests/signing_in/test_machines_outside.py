"""No machine signs in: neither by its key nor as its application, at no address of the house."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from config import rights
from integration.cafm import auth
from reconciliation import roles
from tests import factories
from tests.cafm import forms
from tests.cafm.client import Cafm, prepare_company
from tests.desk.reading import words
from tests.desk.test_rights import address
from tests.signing_in.test_entra import CLARA, sign_in

pytestmark = pytest.mark.django_db
APPLICATION = "5f0c1f1e-0000-4000-8000-000000000001"
SENTENCE = "Machines do not sign in here"


@pytest.fixture
def secret(db: None) -> str:
    return auth.issue(prepare_company(), "CAFM", ["events", "masterdata"], [forms.SOURCE])[1]


def is_outside(client: Client) -> bool:
    return client.get("/")["Location"].startswith("/sign-in/") and "_auth_user_id" not in client.session


@pytest.mark.parametrize("door", ["/sign-in/", "/account/login/", "/admin/login/"])
@pytest.mark.parametrize("name", ["CAFM", "clara", APPLICATION, "KEY"])
def test_a_key_is_no_password_and_no_name_at_any_door(secret: str, door: str, name: str) -> None:
    factories.person(username="clara")
    client = Client()
    typed = secret if name == "KEY" else name

    answer = client.post(
        door, {"login": typed, "username": typed, "password": secret}, follow=door != "/sign-in/"
    )

    assert is_outside(client)
    if door == "/sign-in/":
        assert SENTENCE in words(answer)


def test_an_applications_id_is_no_name_and_nothing_is_said_of_whether_it_is_known(secret: str) -> None:
    auth.admit(factories.open_company(), "CAFM", APPLICATION, ["events"])
    unknown = APPLICATION.replace("1", "2")

    told = [
        words(Client().post("/sign-in/", {"login": login, "password": "x"}))
        for login in (APPLICATION, unknown)
    ]

    assert SENTENCE in told[0]
    assert told[0].replace(APPLICATION, "") == told[1].replace(unknown, "")


def test_no_address_of_the_house_gives_a_key_a_session(secret: str) -> None:
    basic = base64.b64encode(f"CAFM:{secret}".encode()).decode()
    typed = {"login": "CAFM", "username": "CAFM", "password": secret, "code": secret, "key": secret}
    places = {_place(route): route for route in rights.routes()} | {"/admin/": None, "/admin/login/": None}
    opened = []

    for place, route in places.items():
        for method, shown, sent in (("get", f"Bearer {secret}", None), ("post", f"Basic {basic}", typed)):
            client = Client(headers={"Authorization": shown}, raise_request_exception=False)
            answer = getattr(client, method)(place, sent)
            if "_auth_user_id" in client.session or _is_let_in(answer, route):
                opened.append((method, place, answer.status_code))

    assert opened == []
    assert len(places) > 100
    assert not User.objects.exists()


def _place(route: rights.Route) -> str:
    """Give an address of a route; some of allauth's are regular expressions."""
    return address(replace(route, path=re.sub(r"\^\(\?P<\w+>\[\^/\]\+\)", "entra", route.path).rstrip("$")))


def _is_let_in(answer: Any, route: rights.Route | None) -> bool:
    """Whether a page of the desk was shown: of those that ask for a person."""
    return answer.status_code == 200 and route is not None and route.permission is not None


def test_a_machine_that_works_is_no_user_and_has_no_session(secret: str) -> None:
    answer = Cafm(secret).send(forms.order())

    assert answer.status_code == 202
    assert answer.cookies == {}
    assert (User.objects.count(), Session.objects.count()) == (0, 0)


def test_neither_a_persons_session_nor_a_persons_password_opens_the_machines_door(secret: str) -> None:
    factories.person(username="clara")
    client = Client()
    client.post("/sign-in/", {"login": "clara", "password": factories.PASSWORD})
    basic = base64.b64encode(f"clara:{factories.PASSWORD}".encode()).decode()

    answers = [
        client.get("/api/v1/items"),
        Client(headers={"Authorization": f"Basic {basic}"}).get("/api/v1/items"),
    ]

    assert client.get("/").status_code == 200
    assert [answer.status_code for answer in answers] == [401, 401]


@pytest.mark.parametrize(
    "claims", [{"roles": ["Tieout.Machine"]}, {"roles": ["APClerk", "Tieout.Machine"]}, {"idtyp": "app"}]
)
def test_who_is_a_machine_in_entra_id_stays_outside_whatever_else_it_is(entra: Any, claims: Any) -> None:
    roles.apply_roles()
    client = Client()

    answer = sign_in(entra, client, **CLARA | claims)

    assert answer.status_code == 403
    assert SENTENCE in words(answer)
    assert is_outside(client)
    assert not User.objects.exists()


def test_who_became_a_machine_in_entra_id_loses_roles_and_sessions(entra: Any) -> None:
    roles.apply_roles()
    earlier = Client()
    sign_in(entra, earlier, **CLARA)

    refused = sign_in(entra, Client(), **CLARA | {"roles": ["APClerk", "Tieout.Machine"]})

    assert refused.status_code == 403
    assert not User.objects.get().groups.exists()
    assert is_outside(earlier)
