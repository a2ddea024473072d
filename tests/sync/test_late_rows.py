"""BC stamps a row before it commits it: what comes late lies behind the mark, and is read all the same."""

from __future__ import annotations

import datetime

import pytest

from integration import sync
from integration.models import SyncState
from integration.sync import masters
from masterdata.models import Item
from tests import changes as book

pytestmark = pytest.mark.django_db


@pytest.fixture
def mark(filled) -> datetime.datetime:
    """Items were pulled; the moment up to which they were read."""
    sync.pull_entity("items")
    found = SyncState.objects.get(entity="items").watermark
    assert found is not None
    return found


def stamped(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def late(moment: datetime.datetime, **values: object) -> dict[str, list[dict[str, object]]]:
    """A row that was stamped at a moment and is seen only now."""
    row = {"number": "LATE", "baseUnitOfMeasureCode": "PCS", "lastModifiedDateTime": stamped(moment)}
    return {"items": [row | values]}


def test_a_row_that_was_committed_late_with_an_earlier_stamp_is_not_lost(filled, mark) -> None:
    filled.control.seed(late(mark - datetime.timedelta(minutes=9)))

    run = sync.pull_entity("items")[0]

    assert (run.kind, run.rows_new) == ("delta", 1)
    assert Item.objects.filter(number="LATE").exists()


def test_the_mark_does_not_move_back_for_a_late_row(filled, mark) -> None:
    filled.control.seed(late(mark - datetime.timedelta(minutes=9)))

    sync.pull_entity("items")

    assert SyncState.objects.get(entity="items").watermark >= mark


def test_a_row_that_was_committed_later_than_the_overlap_comes_at_night(filled, mark) -> None:
    filled.control.seed(late(mark - masters.OVERLAP - datetime.timedelta(minutes=5)))

    delta = sync.pull_entity("items")[0]
    full = sync.pull_entity("items", full=True)[0]

    assert (delta.rows_new, full.rows_new) == (0, 1)


def test_values_that_were_read_and_then_rolled_back_are_put_right(filled, mark) -> None:
    """BC shows what is not committed; rolled back, the row has its old values and its old stamp again."""
    row = next(each for each in filled.control.dump("items") if each["number"] == "FILTER")
    filled.control.seed({"items": [{"number": "FILTER", "displayName": "never committed"}]})
    sync.pull_entity("items")
    assert Item.objects.get(number="FILTER").name == "never committed"
    old = {"displayName": row["displayName"], "lastModifiedDateTime": row["lastModifiedDateTime"]}
    filled.control.seed({"items": [{"number": "FILTER", **old}]})

    run = sync.pull_entity("items")[0]

    assert (run.kind, run.rows_changed) == ("delta", 1)  # its old stamp lies within the overlap
    assert Item.objects.get(number="FILTER").name == "Air filter"
    assert [change.new.get("name") for change in book.changes().order_by("pk")] == [
        "never committed",
        "Air filter",
    ]


def test_rows_of_the_overlap_that_did_not_change_are_read_and_not_written(filled, mark) -> None:
    run = sync.pull_entity("items")[0]

    assert (run.rows_read, run.rows_unchanged) == (2, 2)
    assert not book.changes().exists()
