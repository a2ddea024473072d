"""Machines that come with a token of Entra ID: only as an application that was named, and with its role."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from integration.cafm import auth, machine_tokens, throttles
from tests.cafm import forms
from tests.cafm.client import Cafm
from tests.factories import open_company

pytestmark = pytest.mark.django_db
APPLICATION = "5f0c1f1e-0000-4000-8000-000000000001"
GOOD = {"aud": "api-tieout", "azp": APPLICATION, "tid": "t-1", "roles": ["Tieout.Machine"]}


@pytest.fixture
def issuer(oidc_process, settings):
    settings.ENTRA_ISSUER = oidc_process.address
    settings.ENTRA_JWKS_URL = f"{oidc_process.address}/keys"
    settings.ENTRA_AUDIENCE = "api-tieout"
    return oidc_process


@pytest.fixture
def application(db):
    return auth.admit(open_company(), "CAFM", APPLICATION, ["events"])


@pytest.fixture(autouse=True)
def _nobody_has_called() -> None:
    throttles._counts.clear()


def asked(token: str) -> int:
    return Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/events/none").status_code


def test_an_application_that_was_named_sends_events_within_its_scopes(issuer, application) -> None:
    cafm = Cafm(issuer.token(**GOOD))

    assert cafm.send(forms.order()).status_code == 202
    assert cafm.client.get("/api/v1/items").status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"azp": "another"},
        {"azp": None},
        {"roles": ["Other"]},
        {"roles": []},
        {"scp": "user_impersonation"},
        {"strange_key": True},
        {"unsigned": True},
        {"kid": "unheard-of"},
    ],
    ids=str,
)
def test_every_other_token_is_refused(issuer, application, wrong) -> None:
    assert asked(issuer.token(**GOOD)) == 404
    assert asked(issuer.token(**GOOD | wrong)) == 401


def test_a_token_signed_with_our_public_key_as_a_secret_is_refused(issuer, application) -> None:
    forged = jwt.encode(
        GOOD | {"iss": issuer.address, "iat": 1, "exp": 9_999_999_999}, "x" * 32, "HS256", {"kid": "one"}
    )

    assert asked(forged) == 401


def test_a_revoked_application_is_refused_at_once(issuer, application) -> None:
    token = issuer.token(**GOOD)
    before = asked(token)
    application.revoked_at = timezone.now()
    application.save()

    assert (before, asked(token)) == (404, 401)


def test_where_no_issuer_is_named_no_token_opens_the_door(issuer, application, settings) -> None:
    token = issuer.token(**GOOD)
    settings.ENTRA_ISSUER = ""

    assert asked(token) == 401


def test_while_the_keys_cannot_be_read_the_sender_is_told_to_wait(issuer, application, settings) -> None:
    token = issuer.token(**GOOD)
    settings.ENTRA_JWKS_URL = "http://127.0.0.1:9/keys"

    answer = Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/events/none")

    assert answer.status_code == 503
    assert answer.json()["code"] == "sign-in-service-not-reached"


def test_no_machine_signs_in_at_the_desk(issuer, application) -> None:
    for way in ({"login": "CAFM", "password": APPLICATION}, {"login": APPLICATION, "password": "x"}):
        client = Client()
        client.post("/sign-in/", way)
        assert client.get("/").status_code == 302
    assert Client(headers={"Authorization": f"Bearer {issuer.token(**GOOD)}"}).get("/").status_code == 302


def test_who_tries_tokens_is_asked_to_wait(issuer, application, settings) -> None:
    settings.API_CALLS_OF_STRANGERS_A_MINUTE = 2
    good, wrong = issuer.token(**GOOD), issuer.token(**GOOD | {"strange_key": True})
    unnamed = issuer.token(**GOOD | {"azp": "another"})

    assert [asked(wrong), asked(unnamed), asked(wrong), asked(unnamed)] == [401, 401, 429, 429]
    assert asked(good) == 404  # who has a good one is counted apart


@pytest.fixture
def fallen() -> Iterator[Fallen]:
    """A server of keys that fails, and counts how often it was asked."""
    with Fallen(("127.0.0.1", 0), Failing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Fallen(HTTPServer):
    asked = 0


class Failing(BaseHTTPRequestHandler):
    server: Fallen

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_error(500)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def test_a_server_of_keys_that_failed_is_left_alone_for_a_while(
    issuer, application, fallen, settings, monkeypatch
) -> None:
    token = issuer.token(**GOOD)
    settings.ENTRA_JWKS_URL = f"http://127.0.0.1:{fallen.server_port}/keys"

    assert [asked(token), asked(token), fallen.asked] == [503, 503, 1]
    monkeypatch.setattr(machine_tokens, "FAILED_SECONDS", 0)
    assert [asked(token), fallen.asked] == [503, 2]


def test_keys_that_are_known_stay_good_while_their_server_fails(
    issuer, application, fallen, settings
) -> None:
    assert asked(issuer.token(**GOOD)) == 404
    keys = machine_tokens._keys(settings.ENTRA_JWKS_URL)
    reached, keys.client = keys.client, jwt.PyJWKClient(f"http://127.0.0.1:{fallen.server_port}/keys")
    keys.looked_at = float("-inf")
    try:
        unheard_of = asked(issuer.token(**GOOD | {"kid": "unheard-of"}))
        known = asked(issuer.token(**GOOD))
    finally:
        keys.client, keys.failed_at = reached, float("-inf")

    assert (unheard_of, known, fallen.asked) == (503, 404, 1)
