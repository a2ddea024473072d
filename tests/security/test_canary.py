"""Secrets that are planted do not come out again: in no log, attempt, page, answer, metric, trace or file."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import pickle
import re
import zipfile
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
import redis
from django.apps import apps
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from config.settings.logs import LOGGING
from integration import connections, tracing, webhooks
from integration.cafm import auth
from integration.models import Attempt, Channel, Message, Webhook
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


@pytest.fixture
def as_shipped() -> Iterator[io.StringIO]:
    """Hear the log as it is written, as text and as JSON."""
    heard = io.StringIO()
    shipped = logging.config.DictConfigurator(LOGGING)
    handlers = []
    for form in ("text", "json"):
        handler = logging.StreamHandler(heard)
        handler.setFormatter(shipped.configure_formatter(LOGGING["formatters"][form]))
        handler.addFilter(shipped.configure_filter(LOGGING["filters"]["answer_keys"]))
        logging.getLogger().addHandler(handler)
        handlers.append(handler)
    yield heard
    for handler in handlers:
        logging.getLogger().removeHandler(handler)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Keep what would be exported of the traces of this process."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider)
    yield exporter
    tracing.use(None)


def test_no_planted_secret_comes_out_by_a_side_door(
    house: Any, settings: Any, as_shipped: io.StringIO, spans: InMemorySpanExporter
) -> None:
    key, api_key = auth.issue(house.company, "CAFM", ["events"])
    controller = factories.person(roles.FINANCE_CONTROLLER)
    channel, webhook, signing, way_to_people = _set_up(key)
    planted = {
        "BC's client secret": settings.BC_CLIENT_SECRET,
        "the API key": api_key,
        "a person's password": factories.PASSWORD,
        "the password's hash": controller.password[:40],
        "the signing key": settings.SECRET_KEY,
        "a webhook's secret": signing,
        "a channel's address": way_to_people,
        "a wrong API key": "tieout_canary-of-a-wrong-key",
        "a bank account": "DE02120300000000202051",
    }
    list(_work(house, api_key, planted))
    factories.billed_before_receipt(factories.Desk(house.company), "R-77")
    broken = _broken_sign_in(controller.get_username())

    told = {
        "the page that broke": broken,
        "the log": as_shipped.getvalue(),
        "a trace": "".join(span.to_json() for span in spans.get_finished_spans()),
        "Redis": "".join(_kept_in_redis(settings.REDIS_URL)),
        "a file": "".join(_files(controller)),
        "the admin's history": "".join(_histories(channel, webhook)),
    }

    found = {(name, place) for name, secret in planted.items() for place in told if secret in told[place]}
    assert found == set()
    assert [place for place in told if TOKEN.search(told[place])] == []
    for place, heard in HEARD.items():
        assert heard in told[place], place


# What shows that each place was looked into.
HEARD = {
    "the page that broke": "<h1>",
    "the log": "Failing row contains (",
    "a trace": "POST admin/integration/channel/add/",
    "Redis": "bc:token:",
    "a file": "PO-R-77",
    "the admin's history": "Canary channel",
}


def _set_up(key: Any) -> tuple[Channel, Webhook, str, str]:
    """Let somebody set up a way to people and a webhook, each with a secret."""
    webhook = Webhook(key=key, name="Canary webhook", url="https://cafm.example/hook")
    signing = webhooks.create(webhook)
    way_to_people = "https://chat.example/canary-of-a-way-to-people"
    admin = Client()
    admin.force_login(factories.person(roles.INTEGRATION_ADMIN, "setter"))
    typed = {"name": "Canary channel", "kind": "webhook", "secret": way_to_people, "enabled": "on"}
    typed |= {"audience": "", "recipients": ""}
    answer = admin.post("/admin/integration/channel/add/", typed)
    assert answer.status_code == 302, answer.content.decode()
    webhook.name = "Canary webhook again"
    webhook.save()
    return Channel.objects.get(name="Canary channel"), webhook, signing, way_to_people


def _broken_sign_in(username: str) -> str:
    """Let the database refuse a row that holds a password's hash, in the midst of a request."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE auth_user ADD CONSTRAINT broken CHECK (false) NOT VALID")
        client = Client(raise_request_exception=False)
        answer = client.post("/sign-in/", {"login": username, "password": factories.PASSWORD})
        transaction.set_rollback(True)
    assert answer.status_code == 500
    return _answered(answer)


def _kept_in_redis(url: str) -> Iterator[str]:
    """Give every key with its value; what is pickled is read as whoever has Redis reads it."""
    store = redis.Redis.from_url(url)
    read = {
        b"string": store.get,
        b"hash": store.hgetall,
        b"list": lambda key: store.lrange(key, 0, -1),
        b"set": store.smembers,
        b"zset": lambda key: store.zrange(key, 0, -1, withscores=True),
    }
    for key in store.scan_iter():
        value = read[store.type(key)](key)
        yield f"{key!r} {value!r}\n"
        if isinstance(value, bytes) and value.startswith(b"\x80"):
            yield repr(pickle.loads(value))


def _files(person: Any) -> Iterator[str]:
    """Give every board as a file, an Excel file as the text in it."""
    client = Client()
    client.force_login(person)
    boards = ("due", "until", "opened", "reasons", "owners", "received", "billed")
    paths = [*(f"/boards/{key}" for key in boards), "/boards/not-yet/received", "/boards/not-yet/billed"]
    paths += [f"/boards/lost/{way}" for way in ("within", "accepted", "discount")]
    for path in paths:
        yield client.get(f"{path}.csv").content.decode()
        with zipfile.ZipFile(io.BytesIO(client.get(f"{path}.xlsx").content)) as book:
            yield book.read("xl/worksheets/sheet1.xml").decode()


def _histories(channel: Channel, webhook: Webhook) -> Iterator[str]:
    """Give the pages of history of what has a secret, and of a person."""
    client = Client(raise_request_exception=False)
    client.force_login(factories.person(roles.INTEGRATION_ADMIN, "reader"))
    for path in (
        f"/admin/integration/channel/{channel.pk}/history/",
        f"/admin/integration/webhook/{webhook.pk}/history/",
        f"/admin/integration/apikey/{webhook.key_id}/history/",
        "/admin/integration/channel/",
        f"/admin/integration/channel/{channel.pk}/change/",
    ):
        yield _answered(client.get(path))
    for model in apps.get_models():
        if hasattr(model, "history_id") or model._meta.db_table in ("django_admin_log", "masterdata_change"):
            yield json.dumps(list(model._default_manager.values()), default=str)


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
