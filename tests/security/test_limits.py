"""Nobody calls without end, and no statement of the web runs without end."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from config.env import Environment, database
from integration.cafm import throttles
from tests.cafm import forms

pytestmark = pytest.mark.django_db


def test_a_key_that_calls_too_often_is_asked_to_wait(cafm: Any, settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = 2

    statuses = [cafm.send(forms.order(f"PO-{number}")).status_code for number in (1, 2, 3)]
    refused = cafm.ask("nothing")

    assert statuses == [202, 202, 429]
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 61


def test_who_tries_keys_is_asked_to_wait(cafm: Any, settings: Any) -> None:
    settings.API_CALLS_OF_STRANGERS_A_MINUTE = 2
    stranger = Client(headers={"authorization": "Bearer tieout_guessed"})

    statuses = [stranger.get("/api/v1/items").status_code for _ in range(3)]

    assert statuses == [401, 401, 429]
    assert cafm.ask("nothing").status_code == 404  # who has a key is counted apart


def test_behind_our_proxy_strangers_are_counted_by_the_address_it_appended(db: None, settings: Any) -> None:
    settings.API_CALLS_OF_STRANGERS_A_MINUTE = 1
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    came = ["198.51.100.1", "198.51.100.2", "192.0.2.7, 198.51.100.1", "192.0.2.8, 198.51.100.3"]
    stranger = Client(headers={"authorization": "Bearer tieout_guessed"})

    statuses = [
        stranger.get("/api/v1/items", headers={"X-Forwarded-For": addresses}).status_code
        for addresses in came
    ]

    assert statuses == [401, 401, 429, 401]


def test_without_a_proxy_of_ours_nobody_says_where_they_come_from(db: None, settings: Any) -> None:
    settings.API_CALLS_OF_STRANGERS_A_MINUTE = 1
    stranger = Client(headers={"authorization": "Bearer tieout_guessed"})

    statuses = [
        stranger.get("/api/v1/items", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
        for n in (1, 2)
    ]

    assert statuses == [401, 429]


def test_after_a_minute_there_is_room_again() -> None:
    assert [throttles.seconds_to_wait("a", 1, now=100.0), throttles.seconds_to_wait("a", 1, now=130.0)] == [
        0.0,
        30.0,
    ]
    assert throttles.seconds_to_wait("a", 1, now=160.0) == 0.0


def test_a_statement_of_the_web_is_ended_in_time() -> None:
    told = database("postgresql://x@y/z", statement_seconds=15)["OPTIONS"]

    assert "-c statement_timeout=15s" in told["options"]
    assert Environment({"TIEOUT_MODE": "test", "TIEOUT_PROCESS": "web"}).is_web
    ended = pytest.raises(OperationalError, match="statement timeout")
    with ended, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(5)")


def test_only_the_web_has_that_limit() -> None:
    asked = "import {}; from config import settings; print(settings.DATABASES['default']['OPTIONS'])"
    told = {
        module: subprocess.run(
            [sys.executable, "-c", asked.format(module)],
            env=os.environ | {"TIEOUT_MODE": "test"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for module in ("config.wsgi", "config.celery")
    }

    assert "statement_timeout=15s" in told["config.wsgi"]
    assert "statement_timeout" not in told["config.celery"]
