"""One record is brought up to date on its own: by its number, by its BC id, and when BC says it is gone."""

from __future__ import annotations

from uuid import uuid4

import pytest

from integration import connections, sync
from integration.models import HeldRecord, SyncPlace, SyncRun, SyncState
from integration.sync import places, runs
from masterdata.models import Item, ItemUnit
from tests import changes as book

pytestmark = pytest.mark.django_db


def counts(run: SyncRun) -> tuple[int, int, int, int, int]:
    return (run.rows_read, run.rows_new, run.rows_changed, run.rows_unchanged, run.rows_deleted)


def delete(entity_set: str, bc_id) -> None:
    client = connections.client()
    tag = client.get(entity_set, bc_id, select=("id",))["@odata.etag"]
    client.delete(entity_set, bc_id, etag=tag)


def test_one_record_is_pulled_by_its_id_and_nothing_else_is_read(filled) -> None:
    sync.pull_entity("all")
    row = Item.objects.get(number="FILTER")
    filled.control.seed(
        {"items": [{"number": "FILTER", "displayName": "Bag"}, {"number": "OLD", "displayName": "Older"}]}
    )

    run = sync.pull_record("items", row.bc_id)

    assert (run.kind, run.state, counts(run)) == ("records", "done", (1, 0, 1, 0, 0))
    assert Item.objects.get(number="FILTER").name == "Bag"
    assert Item.objects.get(number="OLD").name == "Old part"
    assert book.changes().get().actor == f"sync items run {run.pk}"


def test_a_record_that_is_as_it_was_is_not_written(filled) -> None:
    sync.pull_entity("all")
    row = Item.objects.get(number="FILTER")

    assert counts(sync.pull_record("items", row.bc_id)) == (1, 0, 0, 1, 0)
    assert not book.changes().exists()


def test_a_record_that_bc_no_longer_has_is_marked_as_deleted(filled) -> None:
    sync.pull_entity("all")
    old = Item.objects.get(number="OLD")
    delete("items", old.bc_id)

    run = sync.pull_record("items", old.bc_id)

    assert counts(run) == (0, 0, 0, 0, 1)
    assert list(Item.objects.present().values_list("number", flat=True)) == ["FILTER"]
    assert counts(sync.pull_record("items", old.bc_id)) == (0, 0, 0, 0, 0)


def test_a_record_that_neither_side_knows_changes_nothing(filled) -> None:
    sync.pull_entity("all")

    assert counts(sync.pull_record("items", uuid4())) == (0, 0, 0, 0, 0)
    assert Item.objects.present().count() == 2


def test_a_record_is_found_by_its_number_and_by_its_id_in_words(filled) -> None:
    sync.pull_entity("units")

    assert counts(sync.pull_named("items", "FILTER"))[:2] == (1, 1)
    assert counts(sync.pull_named("items", str(Item.objects.get().bc_id))) == (1, 0, 0, 1, 0)
    assert Item.objects.get().number == "FILTER"


def test_a_renamed_record_is_found_by_the_number_that_it_had(filled) -> None:
    sync.pull_entity("all")
    row = Item.objects.get(number="FILTER")
    filled.control.seed({"items": [{"id": str(row.bc_id), "number": "FILTER-NEW"}]})

    run = sync.pull_named("items", "FILTER")

    assert run.rows_changed == 1
    assert Item.objects.get(pk=row.pk).number == "FILTER-NEW"


def test_the_item_units_of_an_item_are_pulled_by_the_item(filled) -> None:
    sync.pull_entity("items")

    run = sync.pull_named("item-units", "FILTER")

    assert run.rows_new == run.rows_read == ItemUnit.objects.count() > 0
    assert set(ItemUnit.objects.values_list("item_number", flat=True)) == {"FILTER"}


def test_a_number_that_nobody_knows_is_said(filled) -> None:
    with pytest.raises(sync.NoSuchRecord, match="no 4711 among its items"):
        sync.pull_named("items", "4711")

    assert not SyncRun.objects.exists()


@pytest.mark.parametrize("entity", ["invoices", "tools"])
def test_only_records_of_master_lists_are_pulled_one_by_one(filled, entity: str) -> None:
    with pytest.raises(sync.UnknownEntity, match="no single records"):
        sync.pull_record(entity, uuid4())


def test_a_record_that_has_to_wait_is_held_and_comes_when_it_is_asked_for_again(filled) -> None:
    sync.pull_entity("units")
    filled.control.seed({"unitsOfMeasure": [{"code": "PALLET"}]})
    filled.control.seed({"items": [{"number": "SALT", "baseUnitOfMeasureCode": "PALLET"}]})

    first = sync.pull_named("items", "SALT")
    held = HeldRecord.objects.get()
    sync.pull_entity("units")
    second = sync.pull_record("items", held.bc_id)

    assert (first.rows_waiting, second.rows_new) == (1, 1)
    assert held.reason == "It waits for the unit of measure PALLET."
    assert not HeldRecord.objects.exists()


def test_a_record_is_pulled_while_the_whole_list_is(filled) -> None:
    sync.pull_entity("units")
    company = sync.ensure_company()
    whole = runs.start(company, "items", full=True)
    place = places.take(whole, latest=None)

    run = sync.pull_named("items", "FILTER")

    whole.refresh_from_db()
    assert (run.state, whole.state) == ("done", "running")
    assert SyncPlace.objects.get() == place


def test_single_records_do_not_count_as_the_list(filled) -> None:
    sync.pull_entity("units")

    sync.pull_named("items", "FILTER")

    assert not SyncState.objects.filter(entity="items").exists()
    assert not runs.was_read(sync.ensure_company(), "items")
    assert sync.pull_entity("items")[0].kind == "full"
