"""A compiled mapping is kept a version long, in each process, and no longer."""

from __future__ import annotations

from typing import Any

import pytest

from integration.mapping import compiled, defaults
from tests import mappings

pytestmark = pytest.mark.django_db


def test_a_kept_mapping_costs_one_question_and_a_new_version_is_read(
    django_assert_num_queries: Any,
) -> None:
    defaults.install()
    before = compiled(defaults.ORDER)

    with django_assert_num_queries(1):
        assert compiled(defaults.ORDER) is before
    mappings.change_row(defaults.ORDER, "orderDate", target="documentDate2")

    after = compiled(defaults.ORDER)
    assert after.version == before.version + 1
    assert "documentDate2" in {row.target for row in after.rows}
    assert "orderDate" not in {row.target for row in after.rows}
