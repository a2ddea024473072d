"""Webhooks in the admin: the secret is shown once, a wrong address is refused, a test is sent."""

from __future__ import annotations

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
PAGE = "/admin/integration/webhook/"


@pytest.fixture
def admin(company) -> Client:
    from reconciliation import roles
    from tests import factories

    roles.apply_roles()
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))
    return client


def form(company, url: str) -> dict:
    from integration.cafm import auth

    key, _ = auth.issue(company, "CAFM", ["masterdata"])
    return {"key": key.pk, "name": "CAFM Nord", "url": url, "lists": ["items"], "enabled": "on"}


def test_a_new_webhook_shows_its_secret_once_and_takes_a_test(admin, company, receiver) -> None:
    from integration.models import Webhook

    made = admin.post(f"{PAGE}add/", form(company, receiver.url))
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/]{43}=", made.content.decode())
    hook = Webhook.objects.get()
    pages = [PAGE, f"{PAGE}{hook.pk}/change/", f"{PAGE}{hook.pk}/history/"]
    later = "".join(admin.get(page).content.decode() for page in pages)
    action = {"action": "send_test", "_selected_action": [hook.pk]}
    said = admin.post(PAGE, action, follow=True).content.decode()

    assert secret not in later
    assert "no-store" in made["Cache-Control"]
    assert "CAFM Nord took the test." in said
    assert len(receiver.got) == 1


@pytest.mark.parametrize("url", ["http://cafm.example/x", "https://10.20.1.5/x", "https://u:p@cafm.example/"])
def test_an_address_that_may_not_be_called_is_refused(admin, company, url) -> None:
    from integration.models import Webhook

    assert admin.post(f"{PAGE}add/", form(company, url)).status_code == 200
    assert Webhook.objects.count() == 0
