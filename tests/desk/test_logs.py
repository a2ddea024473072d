"""Log lines for machines: an object a line, and one id from a request to what the workers do for it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery.app.trace import build_tracer
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from gunicorn.config import Config

from config import correlation
from config.celery import app
from config.env import Environment
from config.logging import JsonFormatter, UtcFormatter, WithoutAnswerKeys
from config.web_log import WebLog
from tests.conftest import ROOT

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


@pytest.mark.parametrize("form", [JsonFormatter(), UtcFormatter("%(message)s")], ids=["json", "text"])
@pytest.mark.parametrize(
    "told",
    [
        "DETAIL:  Failing row contains (1, canary).",
        "DETAIL:  Failing row contains (1, canary).\nAnd then",
        "DETAIL:  Failing row contains (1, two lines (one)\ncanary, 2).\nAnd then",
        "DETAIL:  Failing row contains (1, canary).; it is tried again",
        repr(ValueError("Failing row contains (1, canary).\n")) + " was told",
    ],
)
def test_a_refused_row_is_left_out_wherever_it_is_told(form: logging.Formatter, told: str) -> None:
    line = form.format(logging.makeLogRecord({"msg": told}))

    assert "canary" not in line
    assert "Failing row contains (…" in line
    assert ("And then" in line) is ("And then" in told)


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


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What our own handler writes, filtered as the settings say."""
    ours = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    stream = io.StringIO()
    monkeypatch.setattr(ours[0], "stream", stream)
    return stream


def test_no_line_tells_the_key_of_a_link_to_an_answer(written: io.StringIO) -> None:
    Client().get("/answer/eyJy:1vP:s3cret_-K/")
    Client(enforce_csrf_checks=True).post("/answer/eyJy:1vP:s3cret_-K/")
    logger.warning("Sent to %s", "/sign-in/?next=%2Fanswer%2FeyJy%3A1vP%3As3cret_-K%2F&x=1")

    told = written.getvalue()
    assert "Gone: /answer/…/\n" in told
    assert "Forbidden (CSRF cookie not set.): /answer/…/\n" in told
    assert "Sent to /sign-in/?next=%2Fanswer%2F…&x=1\n" in told
    assert "s3cret" not in told
    assert "eyJy" not in told


def test_a_line_that_is_written_wrongly_is_left_to_its_handler() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "%s and %s", ("one",), None)

    assert WithoutAnswerKeys().filter(record)


@pytest.fixture
def web_log(tmp_path: Path) -> Iterator[tuple[WebLog, Path]]:
    """The log of gunicorn as we start it, in a file."""
    path = tmp_path / "web.log"
    cfg = Config()
    cfg.set("accesslog", str(path))
    cfg.set("errorlog", str(path))
    log = WebLog(cfg)
    yield log, path
    for each in (log.access_log, log.error_log):
        for handler in [*each.handlers]:
            handler.close()
            each.removeHandler(handler)


def test_neither_does_the_log_of_gunicorn(web_log: tuple[WebLog, Path]) -> None:
    log, path = web_log
    asked = "/answer/eyJy:1vP:s3cret_-K/"
    environ = {
        "REQUEST_METHOD": "POST",
        "RAW_URI": asked,
        "PATH_INFO": asked,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": f"https://tieout.example{asked}",
    }
    request, answer = SimpleNamespace(headers=[]), SimpleNamespace(status="200 OK", headers=[], sent=7)

    log.access(answer, request, environ, timedelta(seconds=1))
    log.error("Error handling request %s", asked)

    told = path.read_text()
    assert '"POST /answer/…/ HTTP/1.1" 200 7 "https://tieout.example/answer/…/"' in told
    assert "Error handling request /answer/…/" in told
    assert "s3cret" not in told


def test_every_way_to_start_the_web_has_that_log() -> None:
    ways = ("Dockerfile", "kubernetes/web.yaml", "systemd/tieout-web.service")

    for way in ways:
        started = [line for line in (ROOT / "deploy" / way).read_text().splitlines() if "config.wsgi" in line]
        assert started, way
        assert all("config.web_log.WebLog" in line for line in started), way
