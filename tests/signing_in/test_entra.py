"""Signing in with Entra ID, at a real OIDC server: PKCE, roles of the day, and what is refused."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client

from reconciliation import roles
from tests import factories
from tests.desk.reading import words

pytestmark = pytest.mark.django_db
LOGIN = "/account/oidc/entra/login/"
CLARA = {"sub": "s-1", "oid": "o-1", "tid": "t-1", "preferred_username": "clara.weiss", "roles": ["APClerk"]}


@pytest.fixture(autouse=True)
def _roles(db) -> None:
    roles.apply_roles()


def sign_in(entra, client: Client, address: str = LOGIN, **claims):
    entra.sign_in_next(**claims)
    asked = client.get(address)["Location"]
    back = requests.get(asked, allow_redirects=False, timeout=10).headers["Location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")


def test_who_has_a_role_there_comes_in_with_the_same_role_here(entra) -> None:
    client = Client()

    answer = sign_in(entra, client, f"{LOGIN}?next=/exceptions/", **CLARA)

    assert (answer.status_code, answer["Location"]) == (302, "/exceptions/")
    user = User.objects.get()
    assert (user.username, user.has_usable_password()) == ("clara.weiss", False)
    assert [group.name for group in user.groups.all()] == [roles.AP_CLERK]
    told = SocialAccount.objects.get().extra_data["id_token"]
    assert (told["oid"], told["tid"]) == ("o-1", "t-1")


def test_the_roles_of_today_replace_those_of_before(entra) -> None:
    sign_in(entra, Client(), **CLARA)

    sign_in(entra, Client(), **CLARA | {"roles": ["Finance-Controller", "Something.Else"]})

    assert [group.name for group in User.objects.get().groups.all()] == [roles.FINANCE_CONTROLLER]


@pytest.mark.parametrize("claims", [{"roles": []}, {"roles": ["Something.Else"]}])
def test_who_has_no_role_there_stays_outside_and_is_told_whom_to_ask(entra, claims) -> None:
    client = Client()

    answer = sign_in(entra, client, **CLARA | claims)

    assert answer.status_code == 403
    assert "You have no role in Tieout" in words(answer)
    assert not User.objects.exists()
    assert client.get("/").status_code == 302


def test_an_address_by_mail_takes_nobodys_place(entra) -> None:
    own = factories.person(roles.AP_APPROVER, username="anton")
    own.email = "anton@example.com"
    own.save()

    sign_in(
        entra, Client(), **CLARA | {"email": own.email, "email_verified": True, "preferred_username": "anton"}
    )

    other = User.objects.exclude(pk=own.pk).get()
    assert other.username != "anton"
    assert [group.name for group in other.groups.all()] == [roles.AP_CLERK]


def test_the_way_there_is_bound_by_pkce_and_a_state(entra) -> None:
    asked = parse_qs(urlsplit(Client().get(LOGIN)["Location"]).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["state"][0]


def test_a_way_back_that_nobody_began_lets_nobody_in(entra) -> None:
    client = Client()

    answer = client.get("/account/oidc/entra/login/callback/?code=x&state=y")

    assert client.get("/").status_code == 302
    assert "You were not signed in" in words(answer)


@pytest.mark.parametrize("wrong", [{"iss": "https://elsewhere.example"}, {"aud": "another"}, {"exp": 1}])
def test_a_token_of_another_issuer_for_another_or_too_old_lets_nobody_in(entra, wrong) -> None:
    client = Client()

    sign_in(entra, client, **CLARA | wrong)

    assert not User.objects.exists()
    assert client.get("/").status_code == 302


def test_who_was_shut_out_here_stays_outside(entra) -> None:
    sign_in(entra, Client(), **CLARA)
    User.objects.update(is_active=False)
    client = Client()

    sign_in(entra, client, **CLARA)

    assert client.get("/").status_code == 302


def test_the_sign_in_page_offers_it_only_where_it_is_set_up(entra, settings) -> None:
    offered = words(Client().get("/sign-in/"))
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}

    assert "Sign in with Microsoft" in offered
    assert "Microsoft" not in words(Client().get("/sign-in/"))
    assert Client().get(LOGIN).status_code == 404


def test_who_lost_every_role_there_has_none_here_and_no_session(entra) -> None:
    earlier = Client()
    sign_in(entra, earlier, **CLARA)
    assert earlier.get("/exceptions/").status_code == 200

    refused = sign_in(entra, Client(), **CLARA | {"roles": []})

    assert refused.status_code == 403
    assert not User.objects.get().groups.exists()
    assert earlier.get("/exceptions/")["Location"].startswith("/sign-in/")


def test_who_lost_every_role_is_signed_out_of_the_very_browser_they_tried_it_in(entra) -> None:
    client = Client()
    sign_in(entra, client, **CLARA)

    refused = sign_in(entra, client, **CLARA | {"roles": []})

    assert refused.status_code == 403
    assert "You have no role in Tieout" in words(refused)
    assert client.get("/exceptions/")["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("process", ["connect", "redirect", ""])
def test_no_identity_is_tied_to_the_account_that_is_signed_in(entra, process) -> None:
    own = factories.person(roles.AP_APPROVER, username="anton")
    client = Client()
    client.post("/sign-in/", {"login": "anton", "password": factories.PASSWORD})

    answer = sign_in(entra, client, f"{LOGIN}?process={process}", **CLARA)

    assert answer.status_code == 401
    assert "You were not signed in" in words(answer)
    assert not SocialAccount.objects.exists()
    assert [*User.objects.all()] == [own]
    assert [group.name for group in own.groups.all()] == [roles.AP_APPROVER]


def test_an_identity_that_is_known_changes_nothing_but_by_signing_in(entra) -> None:
    sign_in(entra, Client(), **CLARA)
    claims = CLARA | {"roles": ["FinanceController"]}

    sign_in(entra, Client(), f"{LOGIN}?process=connect", **claims)

    assert [group.name for group in User.objects.get().groups.all()] == [roles.AP_CLERK]
