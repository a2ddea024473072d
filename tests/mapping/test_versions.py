"""Versions of a mapping, and the mappings that Tieout ships."""

from __future__ import annotations

import pytest

from integration.mapping import compiled, defaults, publish, versions
from integration.models import FieldMapping, FieldMappingRow

pytestmark = pytest.mark.django_db


def test_installing_twice_adds_nothing_and_keeps_what_people_changed() -> None:
    assert defaults.install() == len(defaults.DEFAULTS)
    FieldMappingRow.objects.filter(mapping__name=defaults.ORDER, target="orderDate").update(
        target="documentDate"
    )
    rows = FieldMappingRow.objects.count()

    assert defaults.install() == 0

    assert FieldMappingRow.objects.count() == rows
    assert FieldMappingRow.objects.filter(target="documentDate").exists()


def test_a_compiled_mapping_has_its_enabled_rows_in_their_order() -> None:
    defaults.install()
    mapping = FieldMapping.objects.get(name=defaults.ORDER)
    mapping.rows.filter(target="currencyCode").update(enabled=False)
    mapping.rows.filter(target="requestedReceiptDate").update(position=1)

    found = compiled(defaults.ORDER)

    assert [row.target for row in found.rows] == [
        "requestedReceiptDate",
        "vendorNumber",
        "orderDate",
        "postingDate",
    ]


def test_publishing_counts_on() -> None:
    defaults.install()
    mapping = FieldMapping.objects.get(name=defaults.ORDER)

    assert publish(mapping) == 2
    assert publish(mapping) == 3
    assert compiled(defaults.ORDER).version == 3


def test_a_message_keeps_the_version_it_was_built_with() -> None:
    from tests import factories

    company = factories.open_company()
    before = factories.queued(company, "PO-1")
    publish(FieldMapping.objects.get(name=defaults.ORDER))

    after = factories.queued(company, "PO-2")

    before.refresh_from_db()
    assert before.mapping_version is not None
    assert after.mapping_version is not None
    assert after.mapping_version > before.mapping_version


@pytest.mark.parametrize(("published", "kept"), [(defaults.ORDER, (2, 1)), (defaults.ORDER_LINE, (1, 2))])
def test_a_message_keeps_the_version_of_its_lines_mapping_beside_that_of_its_head(
    published: str, kept: tuple[int, int]
) -> None:
    from tests import factories

    company = factories.open_company()
    defaults.install()
    publish(FieldMapping.objects.get(name=published))

    message = factories.queued(company, "PO-1")

    message.refresh_from_db()
    assert (message.mapping_version, message.line_mapping_version) == kept


def test_a_mapping_that_is_not_installed_says_what_to_run() -> None:
    with pytest.raises(versions.MappingMissing, match=r"Run manage.py set_up to install the defaults\."):
        compiled("purchase order → BC")
