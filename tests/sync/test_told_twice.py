"""A record that the pages of one run bring more than once: what came last counts, whatever is remembered."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest

from integration import connections, sync
from integration.bc import RawRow
from integration.models import MirrorFilter, SyncRun
from integration.sync import filters, runs
from integration.sync.entities import ENTITIES
from integration.sync.writing import Writer
from masterdata.models import Item

pytestmark = pytest.mark.django_db

ITEMS = ENTITIES["items"]


@dataclass
class Pages:
    """The writer of one full run, and the air filter as BC tells it."""

    writer: Writer
    filter: RawRow

    def tell(self, name: str) -> None:
        """Bring the air filter under another name."""
        raw = bytes(self.filter.raw).replace(b"Air filter", name.encode())
        self.writer.write([RawRow(self.filter.id, self.filter.modified, msgspec.Raw(raw))])


def name_here() -> str:
    return Item.objects.get(number="FILTER").name


@pytest.fixture
def pages(filled) -> Pages:
    """Give a run that has read nothing yet; whether the mirror holds something the test says."""
    company = sync.ensure_company()
    sync.pull_entity("units")
    rows, _ = connections.client().page(ITEMS.entity_set, select=ITEMS.select)
    run = runs.start(company, "items", full=True)
    assert run.kind == SyncRun.Kind.FULL
    return Pages(Writer(company, ITEMS, run), next(row for row in rows if b"Air filter" in bytes(row.raw)))


def leave_out_bags(company_of: SyncRun) -> None:
    row = MirrorFilter(
        company=company_of.company, entity="items", field="name", comparison="begins", values="Air"
    )
    filters.save(row)


def test_a_name_that_changes_and_changes_back(pages) -> None:
    pages.tell("Air filter")
    again = Writer(pages.writer.company, ITEMS, pages.writer.run)  # knows it by its hash
    for name in ("Air filter", "Bag filter", "Air filter"):
        Pages(again, pages.filter).tell(name)

    assert name_here() == "Air filter"


def test_a_new_record_that_changes_and_changes_back(pages) -> None:
    for name in ("Air filter", "Bag filter", "Air filter"):
        pages.tell(name)

    assert name_here() == "Air filter"


def test_a_record_that_a_filter_leaves_out_at_first(pages) -> None:
    leave_out_bags(pages.writer.run)
    writer = Pages(Writer(pages.writer.company, ITEMS, pages.writer.run), pages.filter)

    writer.tell("Bag filter")
    assert not Item.objects.exists()
    writer.tell("Air filter")

    assert name_here() == "Air filter"


def test_a_record_that_a_filter_leaves_out_for_a_while(pages) -> None:
    leave_out_bags(pages.writer.run)
    pages.tell("Air filter")
    writer = Pages(Writer(pages.writer.company, ITEMS, pages.writer.run), pages.filter)

    writer.tell("Bag filter")
    assert Item.objects.get().filtered_at is not None
    writer.tell("Air filter")

    assert Item.objects.get().filtered_at is None
    assert name_here() == "Air filter"
