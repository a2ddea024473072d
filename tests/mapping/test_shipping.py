"""Shipped mappings are installed, upgraded beside what was changed here, reset, and moved by file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integration.mapping import Row, compiled, content, defaults, drafts, files
from integration.models import FieldMapping
from tests import mappings

pytestmark = pytest.mark.django_db

NEW = Row("approved_by", "shipToName", "text", {"length": 100})


@pytest.fixture
def mapping() -> FieldMapping:
    defaults.install()
    return FieldMapping.objects.get(name=defaults.ORDER)


def targets(name: str = defaults.ORDER) -> list[str]:
    return [row.target for row in compiled(name).rows]


def test_installing_twice_adds_nothing_and_keeps_what_people_changed() -> None:
    assert defaults.install() == len(list(defaults.shipped()))
    mappings.change_row(defaults.ORDER, "orderDate", target="documentDate")

    assert defaults.install() == 0

    assert "documentDate" in targets()
    assert compiled(defaults.ORDER).version == 2


def test_an_upgrade_brings_new_rows_where_nobody_changed_anything(mapping: FieldMapping) -> None:
    defaults.upgrade(mapping, mappings.current(mapping.name).with_row(NEW))

    version = mapping.versions.get(number=2)
    assert targets()[-1] == "shipToName"
    assert (version.origin, version.note) == ("shipped", "Shipped with an upgrade: shipToName.")


def test_an_upgrade_is_merged_with_what_was_changed_here(mapping: FieldMapping) -> None:
    shipped = mappings.current(mapping.name)
    mappings.change_row(mapping.name, "orderDate", source="expected_on")
    mappings.drop_row(mapping.name, "currencyCode")
    changed_order_date = replace(shipped.rows[2], transform="copy")

    defaults.upgrade(mapping, shipped.with_row(NEW).with_row(changed_order_date))

    version = mapping.versions.get(number=4)
    rows = {row.target: row for row in compiled(mapping.name).rows}
    assert version.origin == "merged"
    assert version.note == ("Shipped with an upgrade: shipToName. Kept as it was changed here: orderDate.")
    assert (rows["orderDate"].source, rows["orderDate"].transform) == ("expected_on", "date")
    assert "shipToName" in rows
    assert "currencyCode" not in rows


def test_set_up_upgrades_by_itself_and_once(mapping: FieldMapping) -> None:
    old = mappings.current(mapping.name).without("requestedReceiptDate")
    FieldMapping.objects.filter(pk=mapping.pk).update(shipped=content.written(old))
    mappings.drop_row(mapping.name, "requestedReceiptDate")

    defaults.install()
    defaults.install()

    assert "requestedReceiptDate" in targets()
    assert mapping.versions.count() == 3


def test_reset_drafts_what_is_shipped(mapping: FieldMapping, django_user_model: Any) -> None:
    mappings.drop_row(mapping.name, "currencyCode")
    ines = django_user_model.objects.create(username="ines")

    draft = defaults.reset(FieldMapping.objects.get(pk=mapping.pk), by=ines)

    assert (draft.state, draft.origin) == ("draft", "reset")
    assert "currencyCode" in {row["target"] for row in draft.content["rows"]}
    assert "currencyCode" not in targets()


def test_a_file_takes_a_mapping_to_another_house(mapping: FieldMapping, django_user_model: Any) -> None:
    ines = django_user_model.objects.create(username="ines")
    mappings.add_row(mapping.name, NEW)
    written = files.export(mapping)
    mappings.drop_row(mapping.name, "shipToName")

    draft = files.read_in(mapping, written, by=ines)

    assert draft.origin == "imported"
    assert content.read(draft.content).rows[-1] == NEW
    assert "shipToName" not in targets()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("no json", "is not a file of a mapping"),
        ('{"rows": []}', "is not a file of a mapping"),
        (
            '{"tieout_mapping": 1, "source": "asset_notice", "target": "fixedAssets", "content": {}}',
            "is for asset_notice → fixedAssets",
        ),
        (
            '{"tieout_mapping": 1, "source": "purchase_order", "target": "purchaseOrders", "content": '
            '{"rows": [{"source": "nothing_such", "target": "orderDate"}]}}',
            "orderDate: There is no field 'nothing_such'",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_words(
    mapping: FieldMapping, django_user_model: Any, written: str, said: str
) -> None:
    ines = django_user_model.objects.create(username="ines")

    with pytest.raises(drafts.NotPossible) as refused:
        files.read_in(mapping, written, by=ines)

    assert said in str(refused.value)
    assert not mapping.versions.open().exists()
