"""Whatever the API's own description allows, and much that it does not, is answered; never with a 5xx.

The lists are one view: a few stand for all. For longer, and over all of them:
ANY_REQUEST_EXAMPLES=500 python -m pytest tests/security/test_any_request.py
"""

from __future__ import annotations

import io
import os
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

ASKED_FOR = os.environ.get("ANY_REQUEST_EXAMPLES", "")
EXAMPLES = int(ASKED_FOR or "2")
A_FEW = ("/api/v1/events", "/api/v1/events/{event_id}", "/api/v1/items")
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


def test_nothing_that_is_asked_breaks_it() -> None:
    _key, secret = auth.issue(prepare_company(), "any", ["events", "masterdata"])
    headers = {"Authorization": f"Bearer {secret}"}
    asked: list[tuple[str, int]] = []
    broken: list[str] = []

    for operation in _operations():
        for mode in MODES:
            _ask(operation, mode, headers, asked, broken)

    assert broken == []
    assert {name for name, _status in asked} >= {f"POST {A_FEW[0]}", f"GET {A_FEW[1]}", f"GET {A_FEW[2]}"}


def _operations() -> list[Any]:
    """Read the API's own description."""
    told = io.StringIO()
    call_command("spectacular", stdout=told)
    schema = schemathesis.openapi.from_dict(yaml.safe_load(told.getvalue()))
    found = [result.ok() for result in schema.get_all_operations()]
    return [operation for operation in found if ASKED_FOR or operation.path in A_FEW]


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
    operation: Any, mode: Any, headers: dict[str, str], asked: list[tuple[str, int]], broken: list[str]
) -> None:
    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = _answer(case, headers)
        asked.append((operation.label, answer.status_code))
        if answer.status_code >= 500:
            broken.append(f"{case.as_curl_command()}: {answer.status_code} {answer.content[:500]!r}")

    ask()
