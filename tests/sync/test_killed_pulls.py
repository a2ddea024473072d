"""A pull that is killed is gone on with at its page: nothing is lost, nothing is read or written twice."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from itertools import pairwise
from subprocess import TimeoutExpired

import pytest

from integration import connections, sync
from integration.models import ScannedPage, SyncPlace, SyncRun
from integration.sync import masters
from masterdata.models import Change, Item
from tests.sync import killed

pytestmark = pytest.mark.django_db(transaction=True)

ROWS, PAGE = 60, 5
SECONDS = 60.0


def items(*, name: str) -> list[dict[str, object]]:
    return [
        {"number": f"N{number:03}", "displayName": name, "baseUnitOfMeasureCode": "PCS"}
        for number in range(ROWS)
    ]


def kill_after_pages(process, pages: int) -> None:
    """Wait until so many pages are written, then end the process without a word."""
    end = time.monotonic() + SECONDS
    while not SyncPlace.objects.filter(entity="items", page__gte=pages).exists():
        assert time.monotonic() < end, "the pull never came so far"
        with suppress(TimeoutExpired):
            process.wait(timeout=0.01)
            break
    process.kill()
    process.communicate()


def what_bc_has(sandbox) -> set[tuple[str, str, str]]:
    return {(row["id"].lower(), row["number"], row["displayName"]) for row in sandbox.control.dump("items")}


def what_is_here() -> set[tuple[str, str, str]]:
    return {(str(row.bc_id), row.number, row.name) for row in Item.objects.present()}


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_pull_is_gone_on_with_where_it_stopped(sandbox, monkeypatch, seed: int) -> None:
    monkeypatch.setattr(masters, "PAGE_SIZE", PAGE)
    chance = random.Random(seed)
    sandbox.control.seed({"unitsOfMeasure": [{"code": "PCS"}], "items": items(name="first")})
    sync.pull_entity("items")
    sandbox.control.seed({"items": items(name="second")})
    sandbox.control.set_faults([{"fault": "slow", "method": "GET", "path": "items?", "seconds": 0.03}])

    kills = 0
    while SyncPlace.objects.filter(entity="items").exists() or not kills:
        place = SyncPlace.objects.filter(entity="items").first()
        so_far = place.page if place else 0
        kill_after_pages(killed.start("items", page_size=PAGE), so_far + chance.randint(1, 4))
        kills += 1
        assert kills < ROWS // PAGE + 2
    sandbox.control.clear_faults()

    runs = list(SyncRun.objects.filter(entity="items").order_by("pk"))[1:]
    assert [run.state for run in runs[:-1]] == ["failed"] * (len(runs) - 1)
    assert all(run.resumes_id == before.pk for before, run in pairwise(runs))
    assert sum(run.rows_read for run in runs) == ROWS
    assert sum(run.rows_changed for run in runs) == ROWS
    assert Change.objects.filter(table="masterdata_item").count() == ROWS
    assert what_is_here() == what_bc_has(sandbox)
    assert not ScannedPage.objects.exists()


def test_what_was_deleted_in_bc_is_found_over_a_kill(sandbox, monkeypatch) -> None:
    monkeypatch.setattr(masters, "PAGE_SIZE", PAGE)
    sandbox.control.seed({"unitsOfMeasure": [{"code": "PCS"}], "items": items(name="first")})
    sync.pull_entity("items")
    client = connections.client()
    for row in Item.objects.filter(number__in=["N003", "N050"]):
        tag = client.get("items", row.bc_id, select=("id",))["@odata.etag"]
        client.delete("items", row.bc_id, etag=tag)
    sandbox.control.set_faults([{"fault": "slow", "method": "GET", "path": "items?", "seconds": 0.05}])
    kill_after_pages(killed.start("items", page_size=PAGE), 4)
    sandbox.control.clear_faults()

    run = sync.pull_entity("items", full=True)[0]

    assert run.resumes_id is not None
    assert run.rows_read <= ROWS - 2 - 4 * PAGE
    gone = set(Item.objects.exclude(deleted_at=None).values_list("number", flat=True))
    assert gone == {"N003", "N050"}
