"""Log lines for machines: an object a line, and one id from a request to what the workers do for it."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from celery.app.trace import build_tracer
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config import correlation
from config.celery import app
from config.env import Environment
from config.logging import JsonFormatter

pytestmark = pytest.mark.django_db

ID = "order-4711.retry_2"
logger = logging.getLogger(__name__)


class Kept(logging.Handler):
    """Keeps what would be written, as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def kept() -> Any:
    handler = Kept()
    logging.getLogger().addHandler(handler)
    yield handler.lines
    logging.getLogger().removeHandler(handler)


@app.task(name="tests.say")  # type: ignore[untyped-decorator]
def say() -> None:
    logger.warning("said by a worker")


def test_a_line_is_one_object_with_its_moment_in_utc(kept: list[str]) -> None:
    logger.warning("Delivered %s as\n%s", "PO-1", "106001 – done")

    (line,) = kept
    told = json.loads(line)
    assert "\n" not in line
    assert told.pop("at").endswith("Z")
    assert told == {
        "level": "WARNING",
        "logger": "tests.desk.test_logs",
        "message": "Delivered PO-1 as\n106001 – done",
    }


def test_a_traceback_is_a_field_of_its_line(kept: list[str]) -> None:
    try:
        int("no unit")
    except ValueError:
        logger.exception("Matching failed")

    (line,) = kept
    assert json.loads(line)["traceback"].endswith("invalid literal for int() with base 10: 'no unit'")


def test_an_answer_names_the_id_that_the_sender_gave(kept: list[str]) -> None:
    answer = Client().get("/no-such-page", headers={"X-Request-ID": ID})

    assert answer["X-Request-ID"] == ID
    assert {json.loads(line).get("correlation") for line in kept} == {ID}
    assert correlation.current() == ""


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "forged\tline 1234", "semi;colon;1234"])
def test_an_id_of_another_form_is_not_taken(given: str) -> None:
    answer = Client().get("/healthz", headers={"X-Request-ID": given})

    assert len(answer["X-Request-ID"]) == 32
    assert answer["X-Request-ID"] != given


def test_what_a_worker_does_for_a_request_carries_its_id(kept: list[str]) -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        say.apply_async(queue="of-the-test", retry=False)
        return HttpResponse()

    request = RequestFactory().get("/", headers={"X-Request-ID": ID})
    correlation.CorrelationMiddleware(view)(request).close()
    run_next()

    told = [json.loads(line) for line in kept]
    assert ("said by a worker", ID) in [(each["message"], each.get("correlation")) for each in told]
    assert correlation.current() == ""


def test_a_task_of_the_clock_has_an_id_of_its_own(kept: list[str]) -> None:
    say.apply_async(queue="of-the-test", retry=False)

    task_id = run_next()

    assert json.loads(kept[-1])["correlation"] == task_id


def run_next() -> str:
    """Run the next task as a worker does; returns its id."""
    with app.connection_for_read() as broker, broker.SimpleQueue("of-the-test") as queue:
        message = queue.get(timeout=5)
        message.ack()
    headers = dict(message.headers)
    build_tracer(say.name, say, app=app)(headers["id"], (), {}, headers)
    return str(headers["id"])


def test_a_form_that_there_is_not_is_refused_at_the_start() -> None:
    environment = Environment({"TIEOUT_MODE": "test", "LOG_FORMAT": "xml"})

    with pytest.raises(ImproperlyConfigured, match=r"LOG_FORMAT is 'xml'\. Use one of: text, json\."):
        environment.one_of("LOG_FORMAT", ("text", "json"))
