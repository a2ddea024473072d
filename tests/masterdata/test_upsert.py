"""A mirror is written in bulk, and only where it differs."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from masterdata.batch import Pulled
from masterdata.fitting import problem
from masterdata.models import Company, Item
from masterdata.upsert import Counts, mark_deleted, upsert

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
FILTER, BELT = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Nordhafen", ledger_currency="EUR")


def item(bc_id: uuid.UUID, number: str, **changes) -> Pulled:
    values = {
        "number": number,
        "name": "Air filter",
        "type": "Inventory",
        "base_unit": "PCS",
        "category": "",
        "unit_cost": Decimal("12.50"),
        "blocked": False,
    }
    return Pulled(bc_id, MOMENT, values | changes)


def test_new_changed_and_unchanged_rows_are_counted(company) -> None:
    first = upsert(company, Item, [item(FILTER, "F1"), item(BELT, "B1")])

    second = upsert(company, Item, [item(FILTER, "F1", blocked=True), item(BELT, "B1")])

    assert first == Counts(new=2)
    assert second == Counts(changed=1, unchanged=1)
    row = Item.objects.get(bc_id=FILTER)
    assert (row.number, row.blocked, row.unit_cost, row.bc_modified_at) == (
        "F1",
        True,
        Decimal("12.5"),
        MOMENT,
    )


def test_an_unchanged_row_is_not_even_touched(company) -> None:
    upsert(company, Item, [item(FILTER, "F1")])
    before = traces()

    counts = upsert(company, Item, [item(FILTER, "F1", unit_cost=Decimal("12.5"))])

    assert counts == Counts(unchanged=1)
    assert traces() == before


def traces() -> tuple[object, ...]:
    """What any write would leave behind in the database: a new version, a lock, a number taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT changed_at, ctid::text, xmin::text, xmax::text, "
            "(SELECT last_value FROM masterdata_item_id_seq) FROM masterdata_item"
        )
        return tuple(cursor.fetchall())


def test_a_renamed_record_stays_one_row(company) -> None:
    upsert(company, Item, [item(FILTER, "F1")])

    upsert(company, Item, [item(FILTER, "F2")])

    assert Item.objects.get().number == "F2"


def test_two_records_may_swap_their_numbers(company) -> None:
    upsert(company, Item, [item(FILTER, "A"), item(BELT, "B")])

    upsert(company, Item, [item(FILTER, "B"), item(BELT, "A")])

    assert Item.objects.get(bc_id=FILTER).number == "B"


def test_a_row_that_comes_twice_counts_once(company) -> None:
    counts = upsert(company, Item, [item(FILTER, "OLD"), item(FILTER, "NEW")])

    assert counts == Counts(new=1)
    assert Item.objects.get().number == "NEW"


def test_a_deleted_record_keeps_its_row_and_may_come_back(company) -> None:
    upsert(company, Item, [item(FILTER, "F1")])

    assert mark_deleted(company, Item, [FILTER]) == 1
    assert mark_deleted(company, Item, [FILTER]) == 0
    assert Item.objects.get().deleted_at is not None
    assert upsert(company, Item, [item(FILTER, "F1")]) == Counts(changed=1)
    assert Item.objects.get().deleted_at is None


def test_each_write_is_stamped_later_than_the_one_before(company) -> None:
    ahead = datetime(2999, 1, 1, tzinfo=UTC)
    upsert(company, Item, [item(FILTER, "F1")])
    Item.objects.update(changed_at=ahead)  # a clock that was wrong once

    upsert(company, Item, [item(BELT, "B1")])

    assert Item.objects.get(bc_id=BELT).changed_at > ahead


def test_companies_do_not_see_each_other(company) -> None:
    other = Company.objects.create(name="Other", ledger_currency="EUR")
    upsert(company, Item, [item(FILTER, "F1")])

    assert upsert(other, Item, [item(FILTER, "F1")]) == Counts(new=1)
    assert mark_deleted(other, Item, [FILTER]) == 1
    assert Item.objects.get(company=company).deleted_at is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"number": "X" * 21}, f"number {'X' * 21!r} is longer than 20 characters"),
        ({"name": "a\0b"}, "name holds a NUL character"),
        (
            {"unit_cost": Decimal(10) ** 19},
            f"unit cost {Decimal(10) ** 19} has more than 19 digits before the point",
        ),
        ({"number": None}, "number is missing"),
    ],
)
def test_a_row_the_table_would_refuse_is_named_before(changes, reason) -> None:
    assert problem(Item, item(FILTER, "F1").values | changes) == reason


def test_the_server_knows_at_once_how_much_a_first_pull_brought(company) -> None:
    """Without, the next page would compare each of its rows with all that the company has."""
    upsert(company, Item, [item(uuid.uuid4(), f"N{number}") for number in range(2000)])

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'masterdata_item'")
        assert cursor.fetchone() == (2000,)
