"""The database user that Tieout works as may add to the books, and nothing else, whatever the triggers do."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from masterdata import chain
from masterdata.models import Change, Company, Unit

pytestmark = pytest.mark.django_db
USER = "tieout_works_as"


@pytest.fixture
def unit() -> Unit:
    company = Company.objects.create(name="Nordhafen", ledger_currency="EUR")
    unit = Unit.objects.create(company=company, code="PCS", name="0", row_hash=b"")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {USER}")
        call_command("restrict_database", USER)
        cursor.execute(f"SET LOCAL ROLE {USER}")
    return unit


def test_it_works_seals_and_verifies(unit) -> None:
    Unit.objects.filter(pk=unit.pk).update(name="1")

    assert Change.objects.get(table="masterdata_unit").new == {"name": "1"}
    assert chain.seal() >= 1
    assert chain.verify().faults == 0


@pytest.mark.parametrize(
    "table",
    [
        "masterdata_change",
        "masterdata_seal",
        "reconciliation_matchdecision",
        "reconciliation_matchground",
        "reconciliation_historicaltolerance",
    ],
)
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = 0", "DELETE FROM {}", "TRUNCATE {}"])
def test_it_may_not_change_or_empty_a_book(unit, table, deed) -> None:
    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute(deed.format(table))


def test_a_temporary_table_of_its_own_stands_in_for_none_of_the_book(unit) -> None:
    at = timezone.now() - datetime.timedelta(days=1200)
    Change.objects.create(at=at, actor="x", table="reconciliation_tolerance", row=1, action="delete", old={})
    chain.seal()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE masterdata_retentionterm AS SELECT * FROM masterdata_retentionterm")
        cursor.execute("UPDATE masterdata_retentionterm SET days = 366")
        cursor.execute("GRANT SELECT ON masterdata_retentionterm TO PUBLIC")

    assert chain.forget() == {}
    assert Change.objects.filter(table="reconciliation_tolerance").count() == 1


def test_the_owner_itself_cannot_be_restricted() -> None:
    with pytest.raises(CommandError, match="owns the tables"):
        call_command("restrict_database", connection.settings_dict["USER"])
    with pytest.raises(CommandError, match="does not exist"):
        call_command("restrict_database", "nobody_here")
