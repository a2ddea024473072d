"""A pull that is killed is gone on with at its page: nothing is lost, nothing is read or written twice."""

from __future__ import annotations

import random
import time
from itertools import pairwise
from typing import Any

import pytest

from integration import connections, sync
from integration.models import ScannedPage, SyncPlace, SyncRun
from integration.sandbox.launch import Running
from integration.sync import masters
from masterdata.models import Item
from tests import changes as book
from tests.sync import killed

pytestmark = pytest.mark.django_db(transaction=True)

ROWS, PAGE = 60, 5
SECONDS = 60.0


def items(*, name: str) -> list[dict[str, object]]:
    return [
        {"number": f"N{number:03}", "displayName": name, "baseUnitOfMeasureCode": "PCS"}
        for number in range(ROWS)
    ]


@pytest.fixture
def filled_with_items(sandbox: Running, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Running:
    """Sixty items, pulled once; from now on each page takes a moment, so that there is time to kill."""
    settings.BC_REQUESTS_PER_SECOND = 200
    monkeypatch.setattr(masters, "PAGE_SIZE", PAGE)
    sandbox.control.seed({"unitsOfMeasure": [{"code": "PCS"}], "items": items(name="first")})
    sync.pull_entity("items")
    sandbox.control.set_faults([{"fault": "slow", "method": "GET", "path": "items?", "seconds": 0.03}])
    return sandbox


def pages_written() -> int:
    return SyncPlace.objects.filter(entity="items").values_list("page", flat=True).first() or 0


def kill_after_pages(pull: killed.Pull, pages: int, *, and_then: float = 0.0) -> bool:
    """Wait until so many pages are written and a moment longer, then kill; False when it ended before."""
    end = time.monotonic() + SECONDS
    while pages_written() < pages and not pull.ends_within(0.005):
        assert time.monotonic() < end, "the pull never came so far"
    pull.ends_within(and_then)
    return pull.kill()


def what_bc_has(sandbox: Running) -> set[tuple[str, str, str, bool]]:
    return {
        (row["id"].lower(), row["number"], row["displayName"], row["blocked"])
        for row in sandbox.control.dump("items")
    }


def what_is_here() -> set[tuple[str, str, str, bool]]:
    return {(str(row.bc_id), row.number, row.name, row.blocked) for row in Item.objects.present()}


def change_bc(sandbox: Running, chance: random.Random, sync_number: int) -> tuple[int, int]:
    """Rename, block, describe anew, delete and add some items; returns how many changed and how many came."""
    rows = sorted(sandbox.control.dump("items"), key=lambda row: row["id"])
    chance.shuffle(rows)
    gone, renamed, blocked, told = rows[:2], rows[2:6], rows[6:12], rows[12:30]
    client = connections.client()
    for row in gone:
        tag = client.get("items", row["id"], select=("id",))["@odata.etag"]
        client.delete("items", row["id"], etag=tag)
    changes: list[dict[str, Any]] = [
        *({"id": row["id"], "number": f"R{sync_number:02}-{row['number'][-3:]}"} for row in renamed),
        *({"id": row["id"], "blocked": not row["blocked"]} for row in blocked),
        *({"id": row["id"], "displayName": f"sync {sync_number}"} for row in told),
        *(
            {"number": f"A{sync_number:02}-{each}", "displayName": "new", "baseUnitOfMeasureCode": "PCS"}
            for each in range(2)
        ),
    ]
    sandbox.control.seed({"items": changes})
    return len(gone) + len(renamed) + len(blocked) + len(told), 2


def pages_asked_for(sandbox: Running) -> int:
    """Count the pages of items that BC was asked for; a question for their count is none."""
    log = sandbox.control.requests(entitySet="items", last=1000)["log"]
    return sum("$count" not in each["target"] for each in log)


@pytest.mark.parametrize(
    ("seed", "syncs"), [(3, 3), pytest.param(20, 20, marks=pytest.mark.slow)], ids=["three", "twenty"]
)
def test_syncs_whose_workers_are_killed_at_random_points_end_as_bc_is(
    filled_with_items: Running, seed: int, syncs: int
) -> None:
    chance = random.Random(seed)
    with killed.Nursery(page_size=PAGE) as nursery:
        kills = [_sync_with_kills(filled_with_items, nursery, chance, number) for number in range(syncs)]

    assert min(kills) >= 1
    assert what_is_here() == what_bc_has(filled_with_items)
    assert not ScannedPage.objects.exists()


def _sync_with_kills(sandbox: Running, nursery: killed.Nursery, chance: random.Random, number: int) -> int:
    """Let BC change, pull, kill the worker at random points until a pull goes through; returns the kills."""
    changed, new = change_bc(sandbox, chance, number)
    rows = len(sandbox.control.dump("items"))
    last_run = SyncRun.objects.latest("pk").pk
    last_change = book.changes().count()
    kills = 0
    for _ in range(chance.randint(1, 3)):
        point = pages_written() + chance.randint(0, 5)
        if not kill_after_pages(nursery.pull("items"), point, and_then=chance.uniform(0, 0.06)):
            break
        kills += 1
    if SyncPlace.objects.exists() or not _ended_since(last_run):
        sync.pull_entity("items", full=True)

    runs = list(SyncRun.objects.filter(entity="items", pk__gt=last_run).order_by("pk"))
    assert runs[-1].state == "done"
    assert sum(run.rows_read for run in runs) == rows  # each row was read and written once
    assert sum(run.rows_new for run in runs) == new
    assert sum(run.rows_changed + run.rows_deleted for run in runs) == changed
    assert book.changes().count() - last_change == changed
    assert what_is_here() == what_bc_has(sandbox)
    return kills


def _ended_since(pk: int) -> bool:
    return SyncRun.objects.filter(entity="items", pk__gt=pk, state="done").exists()


def test_a_killed_pull_is_gone_on_with_where_it_stopped(filled_with_items: Running) -> None:
    sandbox = filled_with_items
    sandbox.control.seed({"items": items(name="second")})
    sandbox.control.forget_requests()
    kills, first = 0, SyncRun.objects.get(entity="items").pk
    with killed.Nursery(page_size=PAGE) as nursery:
        while kill_after_pages(nursery.pull("items"), pages_written() + 3) and not _ended_since(first):
            kills += 1  # whoever is killed after its last page has ended well

    runs = list(SyncRun.objects.filter(entity="items", pk__gt=first).order_by("pk"))
    assert kills >= 3
    assert [run.state for run in runs] == ["failed"] * kills + ["done"]
    assert all(run.resumes_id == before.pk for before, run in pairwise(runs))
    assert sum(run.rows_read for run in runs) == ROWS
    assert sum(run.rows_changed for run in runs) == ROWS
    assert book.changes().filter(table="masterdata_item").count() == ROWS
    assert ROWS // PAGE <= pages_asked_for(sandbox) <= ROWS // PAGE + kills
    assert what_is_here() == what_bc_has(sandbox)
    assert not ScannedPage.objects.exists()


def test_what_was_deleted_in_bc_is_found_over_a_kill(filled_with_items: Running) -> None:
    client = connections.client()
    for row in Item.objects.filter(number__in=["N003", "N050"]):
        tag = client.get("items", row.bc_id, select=("id",))["@odata.etag"]
        client.delete("items", row.bc_id, etag=tag)
    with killed.Nursery(page_size=PAGE) as nursery:
        assert kill_after_pages(nursery.pull("items"), 4)
    filled_with_items.control.clear_faults()

    run = sync.pull_entity("items", full=True)[0]

    assert run.resumes_id is not None
    assert run.rows_read <= ROWS - 2 - 4 * PAGE
    gone = set(Item.objects.exclude(deleted_at=None).values_list("number", flat=True))
    assert gone == {"N003", "N050"}
