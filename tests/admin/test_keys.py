"""API keys: made in the admin, shown once, revoked for good."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from django.http import HttpResponse

    from integration.models import ApiKey
    from masterdata.models import Company
    from tests.admin.conftest import SignedIn

pytestmark = pytest.mark.django_db
KEYS = "/admin/integration/apikey/"
SECRET = re.compile(r"tieout_[A-Za-z0-9_-]{43}")


@pytest.fixture
def admin(signed_in: SignedIn) -> Client:
    return signed_in(roles.INTEGRATION_ADMIN)


def make(admin: Client, company: Company) -> HttpResponse:
    return admin.post(
        f"{KEYS}add/",
        {
            "company": company.pk,
            "name": "CAFM Nord",
            "scopes": ["events"],
            "sources": "/cafm/nord, /cafm/sued",
            "expires_at_0": "",
            "expires_at_1": "",
        },
    )


def the_key() -> ApiKey:
    from integration.models import ApiKey

    return ApiKey.objects.get(name="CAFM Nord")


def test_a_new_key_is_shown_once_and_never_again(admin: Client, company: Company) -> None:
    from integration.cafm import keys

    issued = make(admin, company)
    (secret,) = SECRET.findall(issued.content.decode())
    key = the_key()
    pages = [KEYS, f"{KEYS}{key.pk}/change/", f"{KEYS}{key.pk}/history/"]
    later = "".join(admin.get(page).content.decode() for page in pages)

    assert bytes(key.key_hash) == keys.digest(secret)
    assert "no-store" in issued["Cache-Control"]
    assert secret not in later
    assert SECRET.search(later) is None
    assert secret[:12] in later


def test_a_new_key_opens_the_door_until_it_is_revoked(admin: Client, company: Company) -> None:
    (secret,) = SECRET.findall(make(admin, company).content.decode())
    machine = Client(headers={"Authorization": f"Bearer {secret}"})
    before = machine.get("/api/v1/events/unheard-of").status_code

    action = {"action": "revoke", "_selected_action": [the_key().pk]}
    said = words(admin.post(KEYS, action, follow=True))
    after = machine.get("/api/v1/events/unheard-of").status_code

    assert (before, after) == (404, 401)
    assert "1 revoked. Whoever uses such a key is refused from now on." in said


def test_the_button_replaces_a_key_without_a_gap(admin: Client, company: Company) -> None:
    (old,) = SECRET.findall(make(admin, company).content.decode())
    replace = {"action": "replace", "_selected_action": [the_key().pk]}

    shown = admin.post(KEYS, replace)

    (new,) = SECRET.findall(shown.content.decode())
    machines = [Client(headers={"Authorization": f"Bearer {secret}"}) for secret in (old, new)]
    assert [each.get("/api/v1/events/unheard-of").status_code for each in machines] == [404, 404]
    assert "no-store" in shown["Cache-Control"]


def test_revoking_twice_keeps_the_first_time(admin: Client, company: Company) -> None:
    make(admin, company)
    action = {"action": "revoke", "_selected_action": [the_key().pk]}
    admin.post(KEYS, action)
    first = the_key().revoked_at

    said = words(admin.post(KEYS, action, follow=True))

    assert "0 revoked." in said
    assert the_key().revoked_at == first


def test_a_key_remembers_who_made_it_and_what_it_may_send(admin: Client, company: Company) -> None:
    make(admin, company)

    key = the_key()
    assert key.created_by is not None
    assert key.created_by.get_username() == "ines"
    assert key.scopes == ["events"]
    assert key.sources == ["/cafm/nord", "/cafm/sued"]


def test_the_history_of_a_key_tells_who_made_and_who_revoked_it_and_never_its_hash(
    admin: Client, company: Company
) -> None:
    from masterdata.models import Change

    make(admin, company)
    key = the_key()
    admin.post(KEYS, {"action": "revoke", "_selected_action": [key.pk]})

    history = words(admin.get(f"{KEYS}{key.pk}/history/"))
    book = Change.objects.filter(table="integration_apikey", row=key.pk).order_by("pk")
    assert [(change.actor, change.action) for change in book] == [("ines", "insert"), ("ines", "update")]
    assert [name for change in book for name in change.new if "hash" in name] == []
    assert "ines added" in history
    assert "Name – → CAFM Nord" in history
    assert re.search(r"ines changed Revoked at – → \d+ \w{3} 20\d\d \d\d:", history)


def test_a_saved_key_cannot_be_turned_into_another(admin: Client, company: Company) -> None:
    make(admin, company)
    key = the_key()

    admin.post(f"{KEYS}{key.pk}/change/", {"name": "CAFM Süd", "scopes": ["masterdata"], "sources": ""})

    kept = the_key()
    assert (kept.name, kept.scopes, kept.sources) == (key.name, key.scopes, key.sources)
    assert bytes(kept.key_hash) == bytes(key.key_hash)


def test_what_a_key_may_do_is_told_in_words(company: Company, signed_in: SignedIn) -> None:
    from integration.cafm import auth

    key, _ = auth.issue(company, "reader", ["events", "masterdata"])
    admin = signed_in(roles.INTEGRATION_ADMIN)

    listed = words(admin.get("/admin/integration/apikey/"))
    one = words(admin.get(f"/admin/integration/apikey/{key.pk}/change/"))

    assert "send events, read master data" in listed
    assert "send events, read master data" in one
    assert "any source" in one
    assert '["' not in listed
