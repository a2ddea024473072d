"""A mirrored record beside what Business Central has now, field by field, without a write."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration import connections, sync
from integration.models import MirrorFilter
from integration.sync import comparing, filters
from integration.sync.entities import ENTITIES
from masterdata.models import Dimension, Item, ItemUnit, Vendor
from tests import changes as book

pytestmark = pytest.mark.django_db


def compare(entity: str, *records) -> list[comparing.Compared]:
    ids = [record.bc_id for record in records]
    return comparing.compare_now(connections.client(), sync.ensure_company(), ENTITIES[entity], ids)


def test_a_field_that_differs_is_told_with_both_values(filled) -> None:
    sync.pull_entity("all")
    filled.control.seed({"items": [{"number": "FILTER", "displayName": "Bag", "unitCost": "13.50"}]})
    changed, same = Item.objects.get(number="FILTER"), Item.objects.get(number="OLD")

    first, second = compare("items", changed, same)

    assert first.differences == (
        comparing.Difference("name", "Air filter", "Bag"),
        comparing.Difference("unit cost", Decimal("12.5"), Decimal("13.5")),
    )
    assert second.agrees
    assert Item.objects.get(number="FILTER").name == "Air filter"
    assert not book.changes().exists()


def test_a_record_that_bc_no_longer_has_is_said(filled) -> None:
    sync.pull_entity("all")
    old = Item.objects.get(number="OLD")
    client = connections.client()
    client.delete("items", old.bc_id, etag=client.get("items", old.bc_id, select=("id",))["@odata.etag"])

    (told,) = compare("items", old)
    sync.pull_record("items", old.bc_id)
    old.refresh_from_db()
    (marked,) = compare("items", old)

    assert (told.standing, told.note) == ("gone", "Business Central no longer has it.")
    assert marked.agrees


def test_names_that_bc_tells_by_id_are_compared_by_our_key(filled) -> None:
    sync.pull_entity("all")

    assert all(each.agrees for each in compare("vendors", *Vendor.objects.all()))
    assert all(each.agrees for each in compare("dimensions", *Dimension.objects.all()))


def test_a_record_whose_unit_is_not_here_says_what_it_waits_for(filled) -> None:
    sync.pull_entity("all")
    filled.control.seed({"unitsOfMeasure": [{"code": "PALLET"}]})
    filled.control.seed({"items": [{"number": "FILTER", "baseUnitOfMeasureCode": "PALLET"}]})

    (told,) = compare("items", Item.objects.get(number="FILTER"))

    assert (told.standing, told.note) == ("unusable", "It waits for the unit of measure PALLET.")


def test_a_record_that_is_left_out_with_its_owner_is_not_told_as_gone(filled) -> None:
    sync.pull_entity("all")
    company = sync.ensure_company()
    filters.save(MirrorFilter(company=company, entity="items", field="number", comparison="is", values="OLD"))
    Item.objects.filter(number="FILTER").delete()

    (told,) = compare("item-units", ItemUnit.objects.get(item_number="FILTER", unit="BOX"))

    assert (told.standing, told.note) == ("same", "A filter leaves it out.")
