"""A mirrored record belongs to a company that is there, whoever writes it; looked up once a statement."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from masterdata.models import Company, Mirror, Unit

pytestmark = pytest.mark.django_db

ADD = """
INSERT INTO masterdata_unit (company_id, bc_id, row_hash, changed_at, code, name, international_code)
SELECT company, gen_random_uuid(), '', now(), 'PCS', '', '' FROM unnest(%s::bigint[]) AS company
"""


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Nordhafen", ledger_currency="EUR")


def run(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_row_of_a_company_that_is_not_there_is_refused_with_all_that_came_along(company) -> None:
    run(ADD, [company.pk, company.pk])

    with pytest.raises(IntegrityError, match="belongs to a company that is not there"):
        run(ADD, [company.pk, company.pk + 1])

    assert Unit.objects.count() == 2


def test_a_row_stays_with_its_company(company) -> None:
    other = Company.objects.create(name="Other", ledger_currency="EUR")
    run(ADD, [company.pk])

    with pytest.raises(IntegrityError, match="stays with its company"):
        run("UPDATE masterdata_unit SET company_id = %s", other.pk)
    run("UPDATE masterdata_unit SET company_id = %s", company.pk)


@pytest.mark.django_db(transaction=True)
def test_a_company_with_mirrored_rows_cannot_be_deleted(company) -> None:
    run(ADD, [company.pk])

    with pytest.raises(IntegrityError, match="still has rows in masterdata_unit"):
        run("DELETE FROM masterdata_company")

    with transaction.atomic():
        run("DELETE FROM masterdata_company WHERE id = %s", company.pk)
        run("DELETE FROM masterdata_unit")
    assert not Company.objects.exists()


def test_every_mirror_is_watched() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'require_company'")
        watched = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'keep_mirrored'")
        (definition,) = cursor.fetchone()

    tables = {model._meta.db_table for model in Mirror.__subclasses__()}
    assert watched == tables
    assert all(table in definition for table in tables)
