"""The audit page: whoever may read it sees whether the books are whole; the auditor verifies and exports."""

from __future__ import annotations

import pytest
from django.db import connection

from integration import tasks
from masterdata.models import AuditCheck, ChainHead
from reconciliation import roles

from .reading import words

pytestmark = pytest.mark.django_db


def test_an_auditor_verifies_and_is_told_that_all_is_whole(company, signed_in) -> None:
    client = signed_in(roles.AUDITOR)
    before = words(client.get("/audit/"))

    asked = words(client.post("/audit/verify/", follow=True))
    tasks.seal_audit()
    after = words(client.get("/audit/"))

    assert "The chains have not been verified yet." in before
    assert "A verification waits for a worker or is under way." in asked
    rows = sum(ChainHead.objects.values_list("position", flat=True))
    assert f"All {rows} rows read as they were sealed" in after
    assert "asked by august" in after


def test_what_was_changed_behind_the_books_back_is_said_on_the_page_and_in_the_log(
    company, signed_in, caplog
) -> None:
    client = signed_in(roles.AUDITOR)
    tasks.seal_audit()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE masterdata_change SET actor = 'nobody' WHERE id = (SELECT min(id) FROM masterdata_change)"
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")

    tasks.verify_audit()

    assert "1 fault found" in words(client.get("/audit/"))
    assert "does not read as it was sealed" in words(client.get("/audit/"))
    assert [record.levelname for record in caplog.records if "behind their back" in record.message] == [
        "ERROR"
    ]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_auditor_takes_a_chain_away_as_a_file(company, signed_in, form) -> None:
    client = signed_in(roles.AUDITOR)
    tasks.seal_audit()

    answer = client.get(f"/audit/chains/{company.pk}.{form}")
    lines = b"".join(answer).decode().splitlines()

    assert answer["Content-Disposition"] == f'attachment; filename="chain-{company.pk}.{form}"'
    assert "no-store" in answer["Cache-Control"]
    assert len(lines) == ChainHead.objects.get(chain=company.pk).position + (form == "csv")
    assert client.get(f"/audit/chains/4711.{form}").status_code == 404


def test_a_controller_reads_the_page_but_neither_verifies_nor_exports(company, signed_in) -> None:
    client = signed_in(roles.FINANCE_CONTROLLER)

    assert client.get("/audit/").status_code == 200
    assert client.post("/audit/verify/").status_code == 403
    assert client.get("/audit/chains/0.csv").status_code == 403
    assert client.get("/audit/heads.txt").status_code == 403
    assert not AuditCheck.objects.exists()
