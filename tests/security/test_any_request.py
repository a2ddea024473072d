"""Whatever the API's own description allows, and much that it does not, is answered; never with a 5xx.

Each address is asked in both ways. For longer: python -m pytest -m slow tests/security/test_any_request.py,
and ANY_REQUEST_EXAMPLES=500 before it for as many as you like.
"""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import requests
import schemathesis
import yaml
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from integration.cafm import auth
from tests.cafm.client import prepare_company

pytestmark = pytest.mark.django_db

EVENTS, EVENT, A_LIST = "/api/v1/events", "/api/v1/events/{event_id}", "/api/v1/items"
# The lists are one view: one of them stands for all, the others are only knocked at.
A_FEW = {EVENTS: 10, EVENT: 20, A_LIST: 20}
KNOCK = 2
MANY = int(os.environ.get("ANY_REQUEST_EXAMPLES") or 100)
ASKING = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


def test_nothing_that_is_asked_breaks_it() -> None:
    asked = _ask_everything(lambda path: A_FEW.get(path, KNOCK))

    assert asked[f"POST {EVENTS}"] >= 2 * A_FEW[EVENTS]
    assert len(asked) == 16


@pytest.mark.slow
def test_nothing_that_is_asked_for_long_breaks_it() -> None:
    asked = _ask_everything(lambda path: MANY)

    assert asked[f"POST {EVENTS}"] >= 2 * MANY
    assert len(asked) == 16


def _ask_everything(how_often: Callable[[str], int]) -> Counter[str]:
    """Ask each operation so often in both ways; returns how often each was asked. Nothing may answer 5xx."""
    _key, secret = auth.issue(prepare_company(), "any", ["events", "masterdata"])
    headers = {"Authorization": f"Bearer {secret}"}
    asked: Counter[str] = Counter()
    broken: list[str] = []

    for operation in _operations():
        for mode in MODES:
            often = settings(ASKING, max_examples=how_often(operation.path))
            _ask(operation, mode, often, headers, asked, broken)

    assert broken == []
    return asked


def _operations() -> list[Any]:
    """Read the API's own description."""
    told = io.StringIO()
    call_command("spectacular", stdout=told)
    schema = schemathesis.openapi.from_dict(yaml.safe_load(told.getvalue()))
    return [result.ok() for result in schema.get_all_operations()]


def _answer(case: Any, headers: dict[str, str]) -> Any:
    """Ask in this thread and transaction, as Django's own test client does."""
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    sent = {
        name: value for name, value in asked.headers.items() if name.lower() != "content-length"
    } | headers
    content_type = sent.pop("Content-Type", "application/octet-stream")
    client = Client(raise_request_exception=False)
    body = asked.body.encode() if isinstance(asked.body, str) else asked.body or b""
    return client.generic(asked.method or "GET", asked.path_url, body, content_type, headers=sent)


def _ask(
    operation: Any,
    mode: Any,
    often: settings,
    headers: dict[str, str],
    asked: Counter[str],
    broken: list[str],
) -> None:
    @often
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = _answer(case, headers)
        asked[operation.label] += 1
        if answer.status_code >= 500:
            broken.append(f"{case.as_curl_command()}: {answer.status_code} {answer.content[:500]!r}")

    ask()
