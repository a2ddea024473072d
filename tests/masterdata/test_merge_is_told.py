"""A merge writes down what it changes as the change trigger would, and the trigger whatever others change."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from masterdata.audit import acting_as
from masterdata.batch import Pulled
from masterdata.models import Change, Company, ExchangeRate, Item
from masterdata.upsert import Counts, mark_deleted, upsert

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
    return list(Change.objects.order_by("pk").values_list("actor", "table", "action", "row", "old", "new"))


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
        (LATER, {"number": "", "category": "NULL", "type": "{}"}),
    ],
)
def test_the_book_of_a_merge_is_the_trigger_s(company, moment, changes) -> None:
    """The same change, once by a merge and once back and forth by plain SQL."""
    upsert(company, Item, [item(FILTER)])
    upsert(company, Item, [item(FILTER, moment, **changes)])

    Item.objects.update(bc_modified_at=MOMENT, **item(FILTER).values)
    Item.objects.update(bc_modified_at=moment, **item(FILTER, **changes).values)

    by_merge, _back, by_trigger = told()
    assert by_merge[2:] == by_trigger[2:]


def test_dates_and_what_has_no_value_are_told_alike(company) -> None:
    upsert(company, ExchangeRate, [Pulled(FILTER, None, RATE)])

    upsert(company, ExchangeRate, [Pulled(FILTER, LATER, RATE | {"starting_date": date(2026, 6, 1)})])

    row = ExchangeRate.objects.get()
    ExchangeRate.objects.update(bc_modified_at=None, starting_date=date(2026, 5, 1))
    ExchangeRate.objects.update(bc_modified_at=LATER, starting_date=date(2026, 6, 1))
    by_merge, _back, by_trigger = told()
    assert by_merge[3] == row.pk
    assert by_merge[2:] == by_trigger[2:]


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
