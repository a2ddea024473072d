"""Secrets that are planted do not come out again: in no log, attempt, page, answer or metric."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client

from integration import connections
from integration.cafm import auth
from integration.models import Attempt, Message
from masterdata import chain
from masterdata.models import ChainHead
from reconciliation import roles
from tests import factories
from tests.rehearsal import exports

PASSWORD = "canary-password-of-a-person"
TOKEN = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}")  # what Entra issues
PAGES = (
    "/", "/dead-letters/", "/dead-letters/messages/", "/notifications/", "/mappings/", "/readyz", "/cutover/",
    "/metrics", "/admin/integration/apikey/", "/admin/integration/message/", "/admin/integration/webhook/",
    "/admin/integration/inboxevent/", "/api/schema", "/nothing/",
)  # fmt: skip
FAULTS = [
    {"fault": "bad_gateway", "method": "POST", "times": 1},
    {"fault": "commit_then_drop", "method": "POST", "every": 3},
]


@pytest.fixture
def house(db: None, sandbox: Any, settings: Any) -> Any:
    from tests.delivery.conftest import hurry
    from tests.delivery.house import prepare_house

    hurry(settings)
    settings.EMAIL_HOST_PASSWORD = "canary-of-the-mail-server"
    settings.METRICS_KEY, settings.METRICS_NETWORKS = "canary-of-the-figures", [ip_network("127.0.0.0/8")]
    return prepare_house(sandbox)


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Hear every logger at its most talkative, ours and the packages'."""
    quiet = ("urllib3", "msal", "apprise", "django.server")
    before = {name: logging.getLogger(name).level for name in quiet}
    for name in quiet:
        logging.getLogger(name).setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        yield caplog
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_no_planted_secret_comes_out(
    house: Any, settings: Any, everything_logged: pytest.LogCaptureFixture
) -> None:
    _key, api_key = auth.issue(house.company, "CAFM", ["events"])
    signing = "whsec_" + "canaryOfTheWebhookCanaryOfTheWebh="
    planted = {
        "BC's client secret": settings.BC_CLIENT_SECRET,
        "the API key": api_key,
        "a person's password": PASSWORD,
        "the mail server's password": settings.EMAIL_HOST_PASSWORD,
        "the signing key": settings.SECRET_KEY,
        "the key of the figures": settings.METRICS_KEY,
        "a wrong API key": "tieout_canary-of-a-wrong-key",
        "a webhook's secret": signing,
        "a bank account": "DE02120300000000202051",
    }
    told = list(_work(house, api_key, planted))

    told += [everything_logged.text, *_rows(), *_pages(), *_taken_away()]

    for heard in ("Delivered", "Unauthorized: /api/v1/items", "is rejected", "DEBUG"):
        assert heard in everything_logged.text
    found = {name for name, secret in planted.items() if any(secret in each for each in told)}
    assert found == set()
    assert any("tieout_messages{" in each for each in told)  # the figures themselves, no refusal
    assert [each[:200] for each in told if TOKEN.search(each)] == []
    assert settings.BC_CLIENT_SECRET not in repr(connections.connections())


def _work(house: Any, api_key: str, planted: dict[str, str]) -> Iterator[str]:
    """Let everything happen in which a secret could be told: success, refusal, a lost answer, a wrong key."""
    house.faults(*FAULTS)
    cafm = Client(headers={"authorization": f"Bearer {api_key}"})
    account = {"supplier_iban": planted["a bank account"]}
    for event in [*exports.EVENTS, exports.order("PO-9") | account]:
        yield _answered(cafm.post("/api/v1/events", json.dumps(event), content_type="application/json"))
    for wrong in (planted["a wrong API key"], planted["a webhook's secret"]):
        stranger = Client(headers={"authorization": f"Bearer {wrong}"})
        yield _answered(stranger.get("/api/v1/items"))
    person = factories.person(roles.AP_CLERK)
    typed = {"login": person.get_username(), "password": PASSWORD}
    yield _answered(Client().post("/sign-in/", typed))
    house.drain()
    assert set(Message.objects.values_list("state", flat=True)) >= {"done", "rejected"}


def _answered(answer: Any) -> str:
    return f"{answer.headers}{answer.content.decode()}"


def _rows() -> Iterator[str]:
    """Give every column of what machines write down about their work."""
    for row in Attempt.objects.values():
        yield json.dumps(row, default=str)
    for model in apps.get_app_config("integration").get_models():
        is_ours = model.__module__.startswith("integration.")  # tests have tables of their own there
        if is_ours and model._meta.model_name not in ("inboxevent", "webhook", "channel", "apikey"):
            yield json.dumps(list(model._default_manager.values()[:500]), default=str)


def _taken_away() -> Iterator[str]:
    """Give the chains as auditors take them away, but for events (kept as they came), and all mails."""
    chain.seal()
    for number in ChainHead.objects.values_list("chain", flat=True):
        yield from (line for line in chain.export_lines(number) if json.loads(line)["book"] != "event")
    yield from (f"{each.subject}{each.body}" for each in mail.outbox)


def _pages() -> Iterator[str]:
    client = Client(raise_request_exception=False)
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))
    messages = [f"/messages/{pk}/" for pk in Message.objects.values_list("pk", flat=True)]
    for path in (*PAGES, *messages):
        yield _answered(client.get(path))
