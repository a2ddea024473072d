"""Sealing waits for who still writes, goes on where it stopped, and leaves the writers alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from masterdata import chain
from masterdata.audit import acting_as
from masterdata.chain import BOOKS, sealing
from masterdata.models import Change, Company, Seal, Unit

CHANGES = BOOKS["change"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    chain.seal()  # what tells how the tests' own house was made
    company = Company.objects.create(name="Nordhafen", ledger_currency="EUR")
    return Unit.objects.create(company=company, code="PCS", name="0", row_hash=b"")


def rename(unit: Unit, *names: str) -> None:
    for name in names:
        Unit.objects.filter(pk=unit.pk).update(name=name)


def sealed() -> list[int]:
    of_units = Change.objects.filter(table="masterdata_unit").values("pk")
    found = Seal.objects.filter(book="change", row__in=of_units).order_by("position")
    return list(found.values_list("row", flat=True))


def test_a_change_carries_its_company_and_where_it_came_from(unit) -> None:
    with acting_as("anna", "10.1.2.3 request abc"):
        rename(unit, "1")
        Unit.objects.all().delete()

    told = (
        Change.objects.filter(table="masterdata_unit")
        .order_by("pk")
        .values_list("company_id", "actor", "origin", "action")
    )
    assert list(told) == [
        (unit.company_id, "anna", "10.1.2.3 request abc", "update"),
        (unit.company_id, "anna", "10.1.2.3 request abc", "delete"),
    ]


def test_sealing_goes_on_where_it_stopped_in_batches_of_any_size(unit) -> None:
    rename(unit, *"1234567")
    assert chain.seal(CHANGES, batch=3) == 7
    rename(unit, *"ab")

    assert chain.seal(CHANGES, batch=3) == 2
    assert chain.seal(CHANGES, batch=3) == 0
    assert sealed() == list(
        Change.objects.filter(table="masterdata_unit").order_by("pk").values_list("pk", flat=True)
    )
    assert chain.verify().faults == 0


@pytest.mark.django_db(transaction=True)
def test_a_row_of_a_transaction_that_still_runs_is_waited_for(unit) -> None:
    written, may_end = Event(), Event()

    def write_slowly() -> None:
        with transaction.atomic():
            rename(unit, "early")
            written.set()
            may_end.wait(30)
        connection.close()

    other = Unit.objects.create(company=unit.company, code="BOX", name="0", row_hash=b"")
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_slowly)
        written.wait(30)
        rename(other, "late")
        before = chain.seal(CHANGES)
        may_end.set()
        writing.result()

    assert before == 0
    assert chain.seal(CHANGES) == 2
    assert [Change.objects.get(pk=row).new["name"] for row in sealed()] == ["early", "late"]
    assert chain.verify().faults == 0


@pytest.mark.django_db(transaction=True)
def test_a_number_that_was_never_used_stops_nothing(unit) -> None:
    with transaction.atomic():
        rename(unit, "1")
        transaction.set_rollback(True)
    rename(unit, "2")

    assert chain.seal(CHANGES) == 1
    assert chain.verify().faults == 0


@pytest.mark.django_db(transaction=True)
def test_only_one_seals_at_a_time(unit) -> None:
    rename(unit, "1")

    def seal_elsewhere() -> int:
        try:
            return chain.seal(CHANGES)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sealing.ALONE])
        assert pool.submit(seal_elsewhere).result() == 0

    assert chain.seal(CHANGES) == 1


@pytest.mark.parametrize("table", ["masterdata_change", "masterdata_seal"])
@pytest.mark.parametrize("deed", ['UPDATE {} SET "row" = 0', "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_to_change_or_empty_the_books(unit, table, deed) -> None:
    rename(unit, "1")
    chain.seal()

    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="is only ever added to"),
        transaction.atomic(),
    ):
        cursor.execute(deed.format(table))


def test_nothing_younger_than_a_year_can_be_forgotten(unit) -> None:
    rename(unit, "1")
    chain.seal()

    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE masterdata_retentionterm DROP CONSTRAINT retention_is_not_below_its_least"
        )
        cursor.execute("UPDATE masterdata_retentionterm SET days = 0, whole_years = false")
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="a year at least"):
        cursor.execute("SELECT tieout_forget_changes('masters', 10, 'anna')")
