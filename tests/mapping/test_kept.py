"""A compiled mapping is kept a version long, in each process, and no longer."""

from __future__ import annotations

from typing import Any

import pytest

from integration.mapping import compiled, defaults, publish
from integration.models import FieldMapping

pytestmark = pytest.mark.django_db


def test_a_kept_mapping_costs_one_question_and_a_new_version_is_read(
    django_assert_num_queries: Any,
) -> None:
    defaults.install()
    mapping = FieldMapping.objects.get(name=defaults.ORDER)
    before = compiled(defaults.ORDER)

    with django_assert_num_queries(1):
        assert compiled(defaults.ORDER) is before
    mapping.rows.filter(target="orderDate").update(target="documentDate2")
    publish(mapping)

    after = compiled(defaults.ORDER)
    assert after.version == before.version + 1
    assert "documentDate2" in {row.target for row in after.rows}
    assert "orderDate" not in {row.target for row in after.rows}
