"""The database writes down who changed what, whatever way the change came."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from integration.models import FieldMapping
from masterdata.audit import acting_as
from masterdata.models import Company, Item
from reconciliation.models import Tolerance
from tests import changes as book

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Nordhafen", ledger_currency="EUR")


def test_a_change_by_plain_sql_is_written_down_with_its_actor(company) -> None:
    item = Item.objects.create(company=company, bc_id=uuid.uuid4(), row_hash=b"", number="F1")

    with acting_as("anna"), connection.cursor() as cursor:
        cursor.execute("UPDATE masterdata_item SET name = 'Air filter' WHERE id = %s", [item.pk])

    change = book.changes().get(table="masterdata_item")
    assert (change.actor, change.action, change.row) == ("anna", "update", item.pk)
    assert (change.old, change.new) == ({"name": ""}, {"name": "Air filter"})


def test_one_statement_over_many_rows_is_written_down_row_by_row(company) -> None:
    items = [
        Item.objects.create(company=company, bc_id=uuid.uuid4(), row_hash=b"", number=number, name=name)
        for number, name in [("F1", "old"), ("F2", "new"), ("F3", "older")]
    ]

    with acting_as("anna"):
        Item.objects.update(name="new")
        Item.objects.filter(number__in=["F1", "F2"]).delete()

    told = book.changes().order_by("action", "row").values_list("action", "row", "old__name", "new__name")
    first, second, third = (item.pk for item in items)
    assert list(told) == [
        ("delete", first, "new", None),
        ("delete", second, "new", None),
        ("update", first, "old", "new"),
        ("update", third, "older", "new"),
    ]
    assert set(book.changes().values_list("actor", flat=True)) == {"anna"}


def test_an_update_that_changes_nothing_is_no_change(company) -> None:
    Item.objects.create(company=company, bc_id=uuid.uuid4(), row_hash=b"", number="F1")

    Item.objects.update(number="F1")

    assert not book.changes().exists()


def test_what_people_edit_is_watched_from_its_first_row_to_its_last(company) -> None:
    with acting_as("carl"):
        tolerance = Tolerance.objects.create(company=company, check_name="price", upper_percent=2)
        Tolerance.objects.update(upper_percent=3)
        tolerance.delete()

    changes = book.changes().filter(table="reconciliation_tolerance").order_by("id")
    assert [change.action for change in changes] == ["insert", "update", "delete"]
    assert {change.actor for change in changes} == {"carl"}
    assert changes[1].old == {"upper_percent": 2.0}
    assert changes[2].old["check_name"] == "price"


def test_a_change_of_a_mapping_is_written_down() -> None:
    mapping = FieldMapping.objects.create(name="order", source="purchase_order", target="purchaseOrders")

    FieldMapping.objects.filter(pk=mapping.pk).update(note="second")

    change = book.changes().get(table="integration_fieldmapping", action="update")
    assert change.new == {"note": "second"}
    assert change.actor.startswith("database user ")


def test_an_inner_actor_gives_way_to_the_outer_one(company) -> None:
    item = Item.objects.create(company=company, bc_id=uuid.uuid4(), row_hash=b"", number="F1")

    with acting_as("worker"):
        with acting_as("sync items"):
            Item.objects.update(name="one")
        Item.objects.update(name="two")

    changes = book.changes().filter(row=item.pk).order_by("id")
    assert [change.actor for change in changes] == ["sync items", "worker"]


@pytest.mark.parametrize(
    "statement", ["UPDATE masterdata_change SET actor = 'x'", "DELETE FROM masterdata_change"]
)
def test_what_was_written_down_cannot_be_changed(company, statement) -> None:
    Tolerance.objects.create(company=company, check_name="price")

    with (
        pytest.raises(DatabaseError, match="only ever added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert book.changes().count() == 1


def test_a_change_tells_amounts_digit_by_digit(company) -> None:
    limit = Tolerance.objects.create(company=company, check_name="price", upper_amount=Decimal("1.1"))

    Tolerance.objects.filter(pk=limit.pk).update(upper_amount=Decimal("12345678901.12345678"))

    change = book.changes().get(table="reconciliation_tolerance", action="update")
    assert change.new == {"upper_amount": Decimal("12345678901.12345678")}
