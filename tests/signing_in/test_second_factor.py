"""A password with a second factor, throttled; one's sessions listed and ended; no way to sign up."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from django.test import Client

from reconciliation import roles
from tests import factories
from tests.desk.reading import words

pytestmark = pytest.mark.django_db
SIGN_IN = {"login": "clara", "password": factories.PASSWORD}


@pytest.fixture
def clara(db) -> User:
    return factories.person()


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def signed_in() -> Client:
    client = Client()
    client.post("/sign-in/", SIGN_IN)
    return client


def with_app(client: Client) -> str:
    """Set up an authenticator app, for which the password is asked once more; returns its secret."""
    assert client.get("/account/second-factor/totp/activate/")["Location"].startswith("/account/confirm/")
    client.post("/account/confirm/", {"password": factories.PASSWORD})
    page = client.get("/account/second-factor/totp/activate/").content.decode()
    (secret,) = re.findall(r"\b[A-Z2-7]{32}\b", page)[:1]
    assert client.post("/account/second-factor/totp/activate/", {"code": code(secret)}).status_code == 302
    return secret


def test_after_the_password_the_app_is_asked_and_a_wrong_code_lets_nobody_in(clara) -> None:
    secret = with_app(signed_in())
    from django.core.cache import cache

    cache.clear()  # a code counts once; this is another moment
    client = Client()

    answer = client.post("/sign-in/", SIGN_IN)
    between = client.get("/")
    wrong = client.post("/account/second-factor/authenticate/", {"code": "000000"})
    still_out = client.get("/").status_code
    right = client.post("/account/second-factor/authenticate/", {"code": code(secret)})

    assert answer["Location"] == "/account/second-factor/authenticate/"
    assert (between.status_code, still_out) == (302, 302)
    assert "Incorrect code" in words(wrong)
    assert right["Location"] == "/"
    assert client.get("/rights/").status_code == 200


def test_the_secret_of_an_app_is_kept_encrypted(clara) -> None:
    secret = with_app(signed_in())

    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP).data

    assert secret not in str(kept)


def test_where_the_house_wants_a_second_factor_nothing_else_is_open_before(clara, settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client = signed_in()

    shut = client.get("/rights/", follow=True)
    with_app(client)

    assert shut.redirect_chain == [("/account/second-factor/", 302)]
    assert "Set up a second factor first" in words(shut)
    assert client.get("/rights/").status_code == 200


def test_a_name_is_guessed_at_five_times_then_the_right_password_waits_too(clara) -> None:
    for _try in range(5):
        Client().post("/sign-in/", SIGN_IN | {"password": "wrong"})

    answer = Client().post("/sign-in/", SIGN_IN)

    assert answer.status_code == 200
    assert "Too many tries." in words(answer)


def test_sessions_are_listed_and_the_others_can_be_ended(clara) -> None:
    here, elsewhere = signed_in(), signed_in()
    here.get("/rights/")
    elsewhere.get("/rights/")

    listed = words(here.get("/account/sessions/"))
    here.post("/account/sessions/")

    assert listed.count("127.0.0.1") == 2
    assert here.get("/rights/").status_code == 200
    assert elsewhere.get("/rights/").status_code == 302


def test_nobody_signs_up(db) -> None:
    assert Client().get("/account/signup/").status_code in {302, 404}
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "page", ["", "totp/activate/", "webauthn/", "webauthn/add/", "recovery-codes/generate/"]
)
def test_the_pages_of_ones_account_have_our_frame(clara, page) -> None:
    client = signed_in()
    with_app(client)

    answer = client.get(f"/account/second-factor/{page}", follow=True)

    assert answer.status_code == 200
    assert 'class="shell"' in answer.content.decode()


def test_a_new_password_ends_the_other_sessions(clara) -> None:
    here, elsewhere = signed_in(), signed_in()

    here.post(
        "/account/password/",
        {"oldpassword": factories.PASSWORD, "password1": "another-long-one", "password2": "another-long-one"},
    )

    assert here.get("/rights/").status_code == 200
    assert elsewhere.get("/rights/").status_code == 302


def test_no_role_is_needed_for_ones_own_account_and_strangers_are_shown_the_door(db) -> None:
    for page in ("second-factor/", "sessions/", "password/"):
        assert Client().get(f"/account/{page}")["Location"].startswith("/sign-in/")
    assert roles.AP_CLERK in roles.ROLES


def test_a_new_secret_key_leaves_the_apps_as_long_as_the_one_of_before_is_named(clara, settings) -> None:
    secret = with_app(signed_in())
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" + "x" * 50
    settings.SECRET_KEY_FALLBACKS = [before]
    from django.core.cache import cache

    cache.clear()  # a code counts once; this is another moment
    client = Client()

    client.post("/sign-in/", SIGN_IN)
    right = client.post("/account/second-factor/authenticate/", {"code": code(secret)})

    assert right["Location"] == "/"
    assert client.get("/rights/").status_code == 200
