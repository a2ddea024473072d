"""A run tells how far it is, stops before its next page when somebody asks, and is gone on with."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from integration import connections, sync
from integration.bc import Client
from integration.bc.transport import Answer, Request, Transport
from integration.models import SyncPlace, SyncRun, SyncState
from integration.sync import masters, progress, runs
from masterdata.models import Company, Item

pytestmark = pytest.mark.django_db

ROWS, PAGE = 12, 5


class AskedToStop(Transport):
    """A wire on which somebody asks the run to stop, while a page of items is on its way."""

    pages = 1

    def send(self, request: Request, *args: Any, **kwargs: Any) -> Answer:
        answer = super().send(request, *args, **kwargs)
        if "/items?" in request.url:
            self.pages -= 1
            if not self.pages:
                runs.ask_to_stop(SyncRun.objects.get(entity="items", state="running"), by="anna")
        return answer


@pytest.fixture
def items(sandbox, monkeypatch):
    monkeypatch.setattr(masters, "PAGE_SIZE", PAGE)
    rows = [{"number": f"N{number:02}", "baseUnitOfMeasureCode": "PCS"} for number in range(ROWS)]
    sandbox.control.seed({"unitsOfMeasure": [{"code": "PCS"}], "items": rows})
    sync.pull_entity("units")
    return sandbox


def pull_and_stop(*, after: int = 1) -> SyncRun:
    client = Client(connections.connection())
    wire = AskedToStop(trusted_ca=client.connection.trusted_ca)
    wire.pages = after
    client.transport = wire
    return sync.pull_one(client, sync.ensure_company(), "items", full=True)


def test_a_run_stops_before_its_next_page(items) -> None:
    run = pull_and_stop(after=2)

    assert (run.state, run.rows_read, run.rows_new) == ("stopped", 2 * PAGE, 2 * PAGE)
    assert run.error == "Stopped by anna. The next run goes on from there."
    assert run.finished_at is not None
    assert Item.objects.count() == 2 * PAGE
    assert SyncPlace.objects.get().page == 2
    assert not SyncState.objects.filter(entity="items").exists()


def test_the_next_run_goes_on_from_the_place(items) -> None:
    stopped = pull_and_stop()

    run = sync.pull_entity("items")[0]

    assert (run.state, run.kind, run.resumes_id) == ("done", "full", stopped.pk)
    assert (run.rows_before, run.rows_read, run.rows_expected) == (PAGE, ROWS - PAGE, ROWS)
    assert Item.objects.count() == ROWS
    assert not SyncPlace.objects.exists()


class OutOfTime(Transport):
    """A wire on which the worker's time ends while a page of items is on its way, as Celery tells it."""

    def send(self, request: Request, *args: Any, **kwargs: Any) -> Answer:
        if "skiptoken" in request.url:
            raise SoftTimeLimitExceeded
        return super().send(request, *args, **kwargs)


def test_a_run_whose_time_has_ended_says_so_and_is_gone_on_with(items) -> None:
    client = Client(connections.connection())
    client.transport = OutOfTime(trusted_ca=client.connection.trusted_ca)

    with pytest.raises(SoftTimeLimitExceeded):
        sync.pull_one(client, sync.ensure_company(), "items", full=True)
    cut_off = SyncRun.objects.latest("pk")
    run = sync.pull_entity("items")[0]

    assert (cut_off.state, cut_off.rows_read) == ("failed", PAGE)
    assert cut_off.error.startswith("Cut off: it took longer than a worker may.")
    assert (run.state, run.resumes_id, run.rows_read) == ("done", cut_off.pk, ROWS - PAGE)


def test_a_run_that_has_ended_cannot_be_stopped(items) -> None:
    run = sync.pull_entity("items")[0]

    assert not runs.ask_to_stop(run, by="anna")

    run.refresh_from_db()
    assert (run.state, run.stop_asked_by) == ("done", "")


def test_how_many_rows_there_are_is_asked_once_and_only_when_there_are_more_pages(items) -> None:
    items.control.forget_requests()
    whole = sync.pull_entity("items", full=True)[0]
    counted = json.dumps(items.control.requests()).count("items/$count")
    items.control.forget_requests()
    delta = sync.pull_entity("units")[0]

    assert counted == 1
    assert (whole.rows_expected, delta.rows_expected) == (ROWS, 1)
    assert "$count" not in json.dumps(items.control.requests())


def test_without_a_count_from_bc_the_last_full_pull_tells_how_many_to_expect(items) -> None:
    items.control.set_faults([{"fault": "unavailable", "path": "$count"}])
    first = sync.pull_entity("items", full=True)[0]
    items.control.clear_faults()
    sync.pull_entity("items", full=True)
    items.control.set_faults([{"fault": "unavailable", "path": "$count"}])

    again = sync.pull_entity("items", full=True)[0]

    assert (first.state, first.rows_read, first.rows_expected) == ("done", ROWS, None)
    assert (again.state, again.rows_expected) == ("done", ROWS)


NOW = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("seconds", "read", "before", "expected", "told"),
    [
        (10, 500, 0, 2000, (500, 2000, 25, 50.0, 30)),
        (10, 500, 1000, 2000, (1500, 2000, 75, 50.0, 10)),  # it goes on from another run
        (10, 500, 0, None, (500, None, None, 50.0, None)),
        (1, 500, 0, 2000, (500, 2000, 25, None, None)),  # too soon for a rate
        (10, 2500, 0, 2000, (2500, 2500, 100, 250.0, 0)),  # records were added meanwhile
        (10, 0, 0, 0, (0, 0, None, None, None)),
    ],
)
def test_progress_is_told_as_far_as_it_is_known(seconds, read, before, expected, told) -> None:
    run = SyncRun(
        company=Company(),
        entity="items",
        state="running",
        rows_read=read,
        rows_before=before,
        rows_expected=expected,
    )
    run.started_at = NOW - datetime.timedelta(seconds=seconds)

    found = progress.of(run, now=NOW)

    left = None if found.left is None else found.left.total_seconds()
    assert (found.read, found.expected, found.percent, found.per_second, left) == told


def test_a_run_that_ended_has_its_rate_and_nothing_left() -> None:
    run = SyncRun(company=Company(), entity="items", state="done", rows_read=100, rows_expected=100)
    run.started_at, run.finished_at = NOW - datetime.timedelta(seconds=2), NOW

    found = progress.of(run, now=NOW + datetime.timedelta(hours=1))

    assert (found.percent, found.per_second, found.left) == (100, 50.0, None)
