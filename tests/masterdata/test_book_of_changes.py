"""Whatever changes a mirror, a pull or SQL by hand, the columns that differ stand in the book of changes."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from masterdata.audit import acting_as
from masterdata.batch import Pulled
from masterdata.models import Company, ExactDecoder, ExchangeRate, Item, Mirror
from masterdata.upsert import Counts, mark_deleted, upsert
from tests import changes as book

pytestmark = pytest.mark.django_db
MOMENT, LATER = datetime(2026, 5, 4, 8, 30, tzinfo=UTC), datetime(2026, 5, 5, 9, 30, 1, 5000, tzinfo=UTC)
FILTER, BELT = uuid.uuid4(), uuid.uuid4()
RATE = {
    "currency": "USD",
    "starting_date": date(2026, 5, 1),
    "exchange_amount": Decimal(100),
    "relational_amount": Decimal("91.500000"),
    "relational_currency": "",
}


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Nordhafen", ledger_currency="EUR")


def item(bc_id: uuid.UUID, moment: datetime | None = MOMENT, **changes) -> Pulled:
    values = {
        "number": "F1",
        "name": "Air filter",
        "type": "Inventory",
        "base_unit": "PCS",
        "category": "",
        "unit_cost": Decimal("12.50"),
        "blocked": False,
    }
    return Pulled(bc_id, moment, values | changes)


def told() -> list[tuple[object, ...]]:
    return list(book.changes().order_by("pk").values_list("actor", "table", "action", "row", "old", "new"))


def test_a_merge_tells_the_columns_that_differ_and_who_it_was(company) -> None:
    upsert(company, Item, [item(FILTER), item(BELT)])

    with acting_as("sync items"):
        upsert(
            company,
            Item,
            [item(FILTER, blocked=True, name='12" \\ {a}', unit_cost=Decimal("0.1")), item(BELT)],
        )

    was = {"name": "Air filter", "unit_cost": Decimal("12.50000"), "blocked": False}
    becomes = {"name": '12" \\ {a}', "unit_cost": Decimal("0.10000"), "blocked": True}
    row = Item.objects.get(bc_id=FILTER)
    assert told() == [("sync items", "masterdata_item", "update", row.pk, was, becomes)]


@pytest.mark.parametrize(
    ("moment", "changes"),
    [
        (LATER, {"blocked": True}),
        (None, {"name": "äöü €\t\n'"}),
        (MOMENT, {"unit_cost": Decimal("1234567890123456789.98765")}),
        (LATER, {"number": "", "category": "NULL", "type": "{}", "name": '12" \\ {a}'}),
    ],
)
def test_the_book_says_what_the_rows_said(company, moment, changes) -> None:
    upsert(company, Item, [item(FILTER)])
    before = as_json(Item)

    upsert(company, Item, [item(FILTER, moment, **changes)])

    assert_told(before, as_json(Item))


def test_dates_and_what_has_no_value_are_told_alike(company) -> None:
    upsert(company, ExchangeRate, [Pulled(FILTER, None, RATE)])
    before = as_json(ExchangeRate)

    upsert(company, ExchangeRate, [Pulled(FILTER, LATER, RATE | {"starting_date": date(2026, 6, 1)})])

    assert_told(before, as_json(ExchangeRate))


def as_json(model: type[Mirror]) -> dict[str, Any]:
    """A table's only row in the database's own JSON."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(kept)::text FROM {model._meta.db_table} AS kept")
        row: dict[str, Any] = json.loads(cursor.fetchone()[0], cls=ExactDecoder)
    return row


def assert_told(before: dict[str, Any], after: dict[str, Any]) -> None:
    names = [name for name in after if before[name] != after[name] and name not in {"changed_at", "row_hash"}]
    (_actor, _table, action, row, old, new) = told()[-1]
    assert (action, row) == ("update", after["id"])
    assert (old, new) == ({name: before[name] for name in names}, {name: after[name] for name in names})


def test_many_rows_changed_by_one_statement_are_each_told(company) -> None:
    upsert(company, Item, [item(FILTER), item(BELT, blocked=True)])

    Item.objects.update(blocked=True, name="by hand")

    assert [(change[4], change[5]) for change in told()] == [
        ({"name": "Air filter", "blocked": False}, {"name": "by hand", "blocked": True}),
        ({"name": "Air filter"}, {"name": "by hand"}),
    ]


def test_a_write_that_changes_nothing_that_people_read_is_not_told(company) -> None:
    upsert(company, Item, [item(FILTER)])

    Item.objects.update(row_hash=b"other", changed_at=LATER)

    assert told() == []


def test_every_mirror_is_written_down() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, array_agg(tgrelid::regclass::text) FROM pg_trigger "
            "WHERE tgname IN ('record_updates', 'record_change') GROUP BY tgname"
        )
        watched = {name: set(tables) for name, tables in cursor.fetchall()}
    tables = {model._meta.db_table for model in Mirror.__subclasses__()}
    assert watched["record_updates"] >= tables
    assert watched["record_change"] >= tables


def test_coming_back_and_leaving_through_a_filter_are_told(company) -> None:
    upsert(company, Item, [item(FILTER)])
    mark_deleted(company, Item, [FILTER])
    left_out = Pulled(FILTER, MOMENT, item(FILTER).values, is_filtered=True)

    assert upsert(company, Item, [item(FILTER)]) == Counts(changed=1)
    assert upsert(company, Item, [left_out]) == Counts(filtered=1, marked=1)
    assert upsert(company, Item, [left_out]) == Counts(filtered=1)

    _gone, back, marked = told()
    assert (list(back[5]), back[5]["deleted_at"]) == (["deleted_at"], None)
    assert (marked[4], list(marked[5])) == ({"filtered_at": None}, ["filtered_at"])


def test_a_record_left_out_keeps_the_moment_since_when(company) -> None:
    upsert(company, Item, [item(FILTER)])
    upsert(company, Item, [Pulled(FILTER, MOMENT, item(FILTER).values, is_filtered=True)])
    since = Item.objects.get().filtered_at

    upsert(company, Item, [Pulled(FILTER, MOMENT, item(FILTER, name="new").values, is_filtered=True)])

    assert (Item.objects.get().filtered_at, Item.objects.get().name) == (since, "new")
    assert list(told()[-1][5]) == ["name"]


def test_plain_sql_after_a_merge_in_the_same_transaction_is_written_down(company) -> None:
    with transaction.atomic():
        upsert(company, Item, [item(FILTER)])
        upsert(company, Item, [item(FILTER, name="by the merge")])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE masterdata_item SET name = 'by hand'")

    assert [change[5]["name"] for change in told()] == ["by the merge", "by hand"]


def test_plain_sql_after_a_merge_that_failed_is_written_down(company) -> None:
    upsert(company, Item, [item(FILTER)])
    with pytest.raises(IntegrityError, match="number"):
        upsert(company, Item, [item(FILTER, number=None)])

    Item.objects.update(name="by hand")

    assert [change[5]["name"] for change in told()] == ["by hand"]


@pytest.mark.django_db(transaction=True)
def test_what_somebody_else_writes_just_before_stands_in_the_book_as_the_old_value(company) -> None:
    upsert(company, Item, [item(FILTER)])

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Item.objects.update(name="by hand")
            merging = pool.submit(_merge_alone, company, item(FILTER, name="by the merge"))
            _wait_until_somebody_waits()
        assert merging.result() == Counts(changed=1)

    names = [(change[4]["name"], change[5]["name"]) for change in told()]
    assert names == [("Air filter", "by hand"), ("by hand", "by the merge")]
    assert Item.objects.get().name == "by the merge"


def _merge_alone(company: Company, row: Pulled) -> Counts:
    try:
        return upsert(company, Item, [row])
    finally:
        connection.close()


def _wait_until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        waiting = 0
        while not waiting:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            waiting = cursor.fetchone()[0]
