"""What BC tells as before is known by its hash; what else bears on a row still counts."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from integration import sync
from integration.models import SyncRun
from integration.sync import filters, seen
from integration.sync.entities import ENTITIES
from masterdata.models import Change, Dimension, DimensionValue, Item, Unit
from masterdata.upsert import mark_deleted, take_turn

pytestmark = pytest.mark.django_db


def pull(entity: str) -> SyncRun:
    return sync.pull_entity(entity, full=True)[0]


def versions() -> set[tuple[str, ...]]:
    """What a write of any kind would change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, ctid::text, xmin::text, xmax::text FROM masterdata_item")
        return set(cursor.fetchall())


def test_what_bc_tells_as_before_is_not_written(filled) -> None:
    pull("items")
    before = versions()

    run = pull("items")

    assert (run.rows_read, run.rows_unchanged, run.rows_changed) == (2, 2, 0)
    assert versions() == before


def test_a_list_too_long_to_keep_in_memory_is_asked_for_page_by_page(filled, monkeypatch) -> None:
    monkeypatch.setattr(seen, "MOST_AT_ONCE", 1)
    pull("items")
    before = versions()
    filled.control.seed({"items": [{"number": "FILTER", "displayName": "Fine filter"}]})

    run = pull("items")

    assert (run.rows_unchanged, run.rows_changed, run.rows_new) == (1, 1, 0)
    assert len(versions() & before) == 1


def test_what_another_writes_meanwhile_is_read_again(filled) -> None:
    pull("items")
    company, entity = sync.ensure_company(), ENTITIES["items"]
    kept = seen.Seen(company, entity, filters.Filter(), is_full=True)
    row = Item.objects.get(number="FILTER")
    seals = {str(row.bc_id): bytes(row.row_hash)}
    with transaction.atomic():
        first = kept.others(take_turn(company, Item), seals)
    mark_deleted(company, Item, [row.bc_id])

    with transaction.atomic():
        again = kept.others(take_turn(company, Item), seals)

    assert first == set()
    assert again == set(seals)


def test_each_row_keeps_a_hash_of_its_own(filled) -> None:
    pull("items")

    hashes = {bytes(each) for each in Item.objects.values_list("row_hash", flat=True)}
    assert {len(each) for each in hashes} == {16}
    assert len(hashes) == 2


def test_a_field_that_is_not_mirrored_changes_nothing_but_the_hash(filled) -> None:
    pull("items")
    before = Item.objects.get(number="FILTER")
    filled.control.seed({"items": [{"number": "FILTER", "unitPrice": "99.5"}]})

    run = pull("items")

    after = Item.objects.get(number="FILTER")
    assert (run.rows_changed, run.rows_unchanged) == (0, 2)
    assert after.changed_at == before.changed_at
    assert bytes(after.row_hash) != bytes(before.row_hash)
    assert not Change.objects.filter(table="masterdata_item").exists()
    settled = versions()
    pull("items")
    assert versions() == settled


def test_a_row_of_before_there_were_hashes_is_written_once_more_without_a_change(filled) -> None:
    pull("items")
    Item.objects.update(row_hash=b"")
    stamps = set(Item.objects.values_list("changed_at", flat=True))

    run = pull("items")

    assert run.rows_unchanged == 2
    assert set(Item.objects.values_list("changed_at", flat=True)) == stamps
    assert not Item.objects.filter(row_hash=b"").exists()


def test_a_row_whose_unit_is_gone_is_looked_at_again(filled) -> None:
    pull("items")
    mark_deleted(sync.ensure_company(), Unit, [Unit.objects.get(code="PCS").bc_id])

    run = pull("items")

    assert (run.rows_waiting, run.rows_unchanged) == (2, 0)


def test_two_dimensions_that_swap_their_codes_take_their_values_along(filled) -> None:
    filled.control.seed(
        {
            "dimensions": [{"code": "AREA"}],
            "dimensionValues": [{"dimensionCode": "AREA", "code": "NORTH"}],
        }
    )
    sync.pull_entity("all")
    ids = {row.code: str(row.bc_id) for row in Dimension.objects.all()}
    for code, name in ((ids["AREA"], "FREE"), (ids["DEPARTMENT"], "AREA"), (ids["AREA"], "DEPARTMENT")):
        filled.control.seed({"dimensions": [{"id": code, "code": name}]})

    sync.pull_entity("all", full=True)

    told = dict(DimensionValue.objects.values_list("code", "dimension"))
    assert told == {"FM": "AREA", "NORTH": "DEPARTMENT"}


def test_a_deleted_row_that_comes_back_as_it_was_is_there_again(filled) -> None:
    pull("items")
    mark_deleted(sync.ensure_company(), Item, [Item.objects.get(number="OLD").bc_id])

    run = pull("items")

    assert (run.rows_changed, run.rows_unchanged) == (1, 1)
    assert Item.objects.get(number="OLD").deleted_at is None
