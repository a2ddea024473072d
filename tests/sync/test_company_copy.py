"""A company that was copied in BC keeps ids and stamps, and still comes whole, beside the first one."""

from __future__ import annotations

from typing import Any

import pytest

from integration import sync
from integration.models import SyncRun, SyncState
from masterdata.models import Company, Item, Unit
from tests import changes as book

pytestmark = pytest.mark.django_db

COPY = "Nordhafen Copy"
COPIED = {
    "unitsOfMeasure": ("id", "code", "displayName", "lastModifiedDateTime"),
    "items": ("id", "number", "displayName", "baseUnitOfMeasureCode", "blocked", "lastModifiedDateTime"),
}


@pytest.fixture
def copied(filled: Any) -> Any:
    """The first company is mirrored; then BC copies it, stamps and ids and all."""
    sync.pull_entity("all")
    for entity_set, fields in COPIED.items():
        rows = [{name: row[name] for name in fields} for row in filled.control.dump(entity_set)]
        filled.control.seed({entity_set: rows}, company=COPY)
    return filled


def stamps(sandbox: Any, company: str | None = None) -> dict[str, tuple[str, str]]:
    rows = sandbox.control.dump("items", company=company)
    return {row["number"]: (row["id"], row["lastModifiedDateTime"]) for row in rows}


def test_a_copied_company_comes_whole_though_its_stamps_are_unchanged(copied: Any, settings: Any) -> None:
    assert stamps(copied, COPY) == stamps(copied)
    settings.BC_COMPANY = COPY

    run = sync.pull_entity("items")[0]

    assert (run.company.name, run.kind, run.rows_new) == (COPY, "full", 2)
    assert Item.objects.filter(company=run.company).count() == 2


def test_the_two_companies_do_not_touch_each_other(copied: Any, settings: Any) -> None:
    first = Company.objects.get()
    mark = SyncState.objects.get(company=first, entity="items").watermark
    settings.BC_COMPANY = COPY
    sync.pull_entity("items")
    copied.control.seed({"items": [{"number": "FILTER", "displayName": "only in the copy"}]}, company=COPY)

    sync.pull_entity("items")

    second = Company.objects.get(name=COPY)
    assert Item.objects.get(company=second, number="FILTER").name == "only in the copy"
    assert Item.objects.get(company=first, number="FILTER").name == "Air filter"
    assert SyncState.objects.get(company=first, entity="items").watermark == mark
    assert Unit.objects.filter(company=second).count() == 2
    assert book.changes().count() == 1


def test_the_first_company_goes_on_with_its_changes_afterwards(copied: Any, settings: Any) -> None:
    before = settings.BC_COMPANY
    settings.BC_COMPANY = COPY
    sync.pull_entity("items")
    settings.BC_COMPANY = before

    run = sync.pull_entity("items")[0]

    assert (run.kind, run.rows_unchanged, run.rows_deleted) == ("delta", 2, 0)
    assert SyncRun.objects.filter(company=run.company, entity="items").count() == 2
