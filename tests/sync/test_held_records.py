"""A record that cannot be mirrored yet is held with its reason, holds up nobody, and is tried by each run."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integration import connections, sync
from integration.models import HeldRecord, SyncIssue, SyncRun, SyncState
from masterdata.models import Item, ItemUnit, Unit

pytestmark = pytest.mark.django_db


def pull(entity: str, *, full: bool = False) -> SyncRun:
    return sync.pull_entity(entity, full=full)[0]


def nothing_lies_within_the_overlap(entity: str) -> None:
    """Let an hour pass since the last pull of an entity, so that a delta brings nothing."""
    SyncState.objects.filter(entity=entity).update(watermark=timezone.now() + datetime.timedelta(hours=1))


@pytest.fixture
def waiting(filled):
    """An item whose unit was made after the units were pulled."""
    pull("units")
    filled.control.seed({"unitsOfMeasure": [{"code": "PALLET"}]})
    filled.control.seed({"items": [{"number": "SALT", "baseUnitOfMeasureCode": "PALLET"}]})
    return filled


def test_an_item_waits_for_its_unit_and_names_it(waiting) -> None:
    run = pull("items")

    assert (run.state, run.rows_read, run.rows_new) == ("done", 3, 2)
    assert (run.rows_waiting, run.rows_failed) == (1, 0)
    assert not Item.objects.filter(number="SALT").exists()
    held = HeldRecord.objects.get()
    assert (held.entity, held.record, held.why) == ("items", "SALT", "waiting")
    assert held.reason == "It waits for the unit of measure PALLET."
    assert SyncIssue.objects.get(run=run).reason == held.reason


def test_it_comes_with_the_next_run_once_the_unit_is_here(waiting) -> None:
    pull("items")
    nothing_lies_within_the_overlap("items")
    pull("units")

    run = pull("items")

    assert (run.kind, run.rows_read, run.rows_new, run.rows_waiting) == ("delta", 1, 1, 0)
    assert Item.objects.get(number="SALT").base_unit == "PALLET"
    assert not HeldRecord.objects.exists()


def test_all_lists_come_in_the_order_of_need_so_nothing_waits(waiting) -> None:
    sync.pull_entity("all")

    assert Item.objects.filter(number="SALT").exists()
    assert not HeldRecord.objects.exists()


def test_a_list_that_was_never_read_is_read_before_what_names_it(filled) -> None:
    run = pull("item-units")

    assert (run.rows_new, run.rows_waiting) == (3, 0)
    assert Unit.objects.count() == 2
    assert Item.objects.count() == 2


def test_a_record_that_fails_is_tried_again_and_comes_when_it_is_put_right(filled) -> None:
    filled.control.seed(
        {"itemUnitsOfMeasure": [{"itemNumber": "OLD", "code": "BOX", "qtyPerUnitOfMeasure": 0}]}
    )
    first = pull("item-units")
    held = HeldRecord.objects.get()
    nothing_lies_within_the_overlap("item-units")
    second = pull("item-units")
    again = HeldRecord.objects.get()
    filled.control.seed(
        {"itemUnitsOfMeasure": [{"itemNumber": "OLD", "code": "BOX", "qtyPerUnitOfMeasure": 6}]}
    )
    third = pull("item-units")

    assert [(run.state, run.rows_failed) for run in (first, second, third)] == [
        ("done", 1),
        ("done", 1),
        ("done", 0),
    ]
    assert (held.record, held.why) == ("OLD BOX", "failed")
    assert again.since == held.since
    assert again.tried_at > held.tried_at
    assert ItemUnit.objects.get(item_number="OLD", unit="BOX").per_base == 6
    assert not HeldRecord.objects.exists()


def test_a_record_that_bc_deleted_is_held_no_longer(waiting) -> None:
    pull("items")
    nothing_lies_within_the_overlap("items")
    client = connections.client()
    salt = HeldRecord.objects.get().bc_id
    tag = client.get("items", salt, select=("id",))["@odata.etag"]
    client.delete("items", salt, etag=tag)

    pull("items")

    assert not HeldRecord.objects.exists()


def test_a_row_that_is_here_keeps_its_values_while_its_change_waits(waiting) -> None:
    pull("items")
    filled = waiting
    filled.control.seed(
        {"items": [{"number": "OLD", "baseUnitOfMeasureCode": "PALLET", "displayName": "New"}]}
    )

    run = pull("items")

    assert run.rows_waiting == 2
    assert (Item.objects.get(number="OLD").name, Item.objects.get(number="OLD").base_unit) == (
        "Old part",
        "PCS",
    )


def test_the_reasons_of_many_held_records_are_written_at_once(filled, monkeypatch) -> None:
    from integration.sync import runs

    pull("units")
    monkeypatch.setattr(runs, "MOST_ISSUES", 25)
    rows = [{"number": f"S{number:02}", "baseUnitOfMeasureCode": "PALLET"} for number in range(30)]
    filled.control.seed({"unitsOfMeasure": [{"code": "PALLET"}]})
    filled.control.seed({"items": rows})

    with CaptureQueriesContext(connection) as asked:
        run = pull("items")

    assert len([each for each in asked if "syncissue" in each["sql"]]) == 2
    assert (run.rows_waiting, HeldRecord.objects.count(), run.issues.count()) == (30, 30, 25)
