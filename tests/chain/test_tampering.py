"""Whoever changes the books behind their back, even as the database's superuser, is found out."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masterdata import chain
from masterdata.audit import acting_as
from masterdata.models import Change, Company, Seal, Unit
from tests import factories
from tests.factories import Desk, open_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    """A company with eight changes of each of two units, all sealed."""
    first, other = open_company(), Company.objects.create(name="Other", ledger_currency="EUR")
    with acting_as("anna", "10.1.2.3 request abc"):
        for owner in (first, other):
            unit = Unit.objects.create(company=owner, code="PCS", name="0", row_hash=b"")
            for number in range(1, 9):
                Unit.objects.filter(pk=unit.pk).update(name=str(number))
    chain.seal()
    return first


def as_superuser(*statements: str) -> None:
    """Run statements with the triggers off, as only a superuser of the database can."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def kinds() -> list[str]:
    return [fault.kind for fault in chain.verify().told]


def nth(company: Company, number: int) -> Seal:
    """Give the seal of one of the changes of the unit."""
    changes = Change.objects.filter(company=company, table="masterdata_unit").order_by("pk")
    return Seal.objects.get(book="change", row=changes[number].pk)


def test_what_nobody_touched_is_whole(company) -> None:
    verdict = chain.verify()

    assert (verdict.faults, verdict.unsealed) == (0, 0)
    assert verdict.rows == Change.objects.count() == Seal.objects.count()
    assert Change.objects.filter(company=company, table="masterdata_unit").count() == 8


def test_each_company_has_a_chain_of_its_own(company) -> None:
    for each in Company.objects.all():
        places = list(
            Seal.objects.filter(chain=each.pk).order_by("position").values_list("position", flat=True)
        )
        assert places == list(range(1, len(places) + 1))
        assert len(places) >= 8


EDITS = {
    "at": "at = at - interval '1 second'",
    "actor": "actor = 'berta'",
    "origin": "origin = ''",
    "table": "\"table\" = 'masterdata_item'",
    "row": '"row" = "row" + 1',
    "action": "action = 'delete'",
    "old": "old = '{}'",
    "old gone": "old = NULL",
    "new": """new = '{"name": "other"}'""",
    "company": "company_id = NULL",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_of_any_column_is_found_and_the_row_is_named(company, edit) -> None:
    seal = nth(company, 4)

    as_superuser(f"UPDATE masterdata_change SET {edit} WHERE id = {seal.row}")

    (fault,) = chain.verify().told
    assert (fault.kind, fault.position, fault.row) == ("edited", seal.position, seal.row)


FORGED = "sha256('\\x00' || convert_to(row::text, 'UTF8'))"
COPIED = 'at, company_id, actor, origin, "table", "row", action, old, new'
TAMPERS: dict[str, tuple[str, str]] = {
    "a change deleted": ("DELETE FROM masterdata_change WHERE id = {row}", "deleted"),
    "a change and its seal deleted": (
        "DELETE FROM masterdata_change WHERE id = {row}; DELETE FROM masterdata_seal WHERE row = {row}",
        "deleted",
    ),
    "a seal deleted": ("DELETE FROM masterdata_seal WHERE row = {row}", "deleted"),
    "the last change and its seal deleted": (
        "DELETE FROM masterdata_change WHERE id = {last}; DELETE FROM masterdata_seal WHERE row = {last}",
        "cut off",
    ),
    "a change put in between": (
        f"INSERT INTO masterdata_change (id, {COPIED}) "
        f"SELECT 0, {COPIED} FROM masterdata_change WHERE id = {{row}}",
        "inserted",
    ),
    "two changes exchanged": (
        "UPDATE masterdata_change SET id = -1 WHERE id = {row};"
        "UPDATE masterdata_change SET id = {row} WHERE id = {next};"
        "UPDATE masterdata_change SET id = {next} WHERE id = -1",
        "edited",
    ),
    "two seals exchanged": (
        "UPDATE masterdata_seal SET position = -1 WHERE row = {row};"
        "UPDATE masterdata_seal SET position = {place} WHERE row = {next};"
        "UPDATE masterdata_seal SET position = {place} + 1 WHERE row = {row}",
        "moved",
    ),
    "an edit with its digest made good": (
        f"UPDATE masterdata_change SET actor = 'berta' WHERE id = {{row}};"
        f"UPDATE masterdata_seal SET digest = {FORGED} WHERE row = {{row}}",
        "moved",
    ),
    "a digest changed": (f"UPDATE masterdata_seal SET digest = {FORGED} WHERE row = {{row}}", "moved"),
    "a hash changed": (f"UPDATE masterdata_seal SET hash = {FORGED} WHERE row = {{row}}", "moved"),
    "a seal given to another row": ("UPDATE masterdata_seal SET row = 999999 WHERE row = {row}", "deleted"),
    "a seal moved to another chain": (
        "UPDATE masterdata_seal SET chain = 4711, position = 1 WHERE row = {row}",
        "deleted",
    ),
    "the kept end changed": (
        f"UPDATE masterdata_chainhead SET hash = {FORGED.replace('row', 'chain')}",
        "end changed",
    ),
    "the kept ends deleted": ("DELETE FROM masterdata_chainhead", "end lost"),
    "a chain deleted but for its kept end": (
        "DELETE FROM masterdata_change WHERE company_id = {company};"
        "DELETE FROM masterdata_seal WHERE chain = {company}",
        "cut off",
    ),
    "a forged line about forgetting": (
        'INSERT INTO masterdata_change (at, actor, "table", "row", action, new) VALUES (now(), \'worker\','
        """ 'masterdata_change', 0, 'forget', '{{"ids": [[{row}, {row}]]}}');"""
        "DELETE FROM masterdata_change WHERE id = {row}",
        "deleted",
    ),
    "a decision changed": ("UPDATE reconciliation_matchdecision SET outcome = 'clean'", "edited"),
    "the decisions deleted": ("DELETE FROM reconciliation_matchdecision", "deleted"),
    "the rules of a decision changed": (
        "UPDATE reconciliation_matchground SET content = jsonb_set(content, '{{policy,rules,0,upper}}', "
        """'{{"percent": "99"}}')""",
        "edited",
    ),
    "the rules of a decision changed with their digest": (
        "UPDATE reconciliation_matchground SET content_hash = '\\x00'",
        "edited",
    ),
    "a decision put on other rules": (
        "UPDATE reconciliation_matchdecision SET ground_id = ground_id + 1",
        "edited",
    ),
    "the rules of decisions deleted": ("DELETE FROM reconciliation_matchground", "deleted"),
}


@pytest.mark.parametrize(("statements", "kind"), TAMPERS.values(), ids=TAMPERS)
def test_tampering_is_found(company, statements, kind) -> None:
    if "reconciliation_match" in statements:
        a_decision(company)
    seal, last = nth(company, 4), Seal.objects.filter(chain=company.pk).latest("position")
    names = {"row": seal.row, "place": seal.position, "next": nth(company, 5).row, "last": last.row}

    with transaction.atomic():
        as_superuser(*statements.format(**names, company=company.pk).split(";"))
        found = kinds()
        transaction.set_rollback(True)

    assert kind in found


def a_decision(company: Company) -> None:
    factories.billed_before_receipt(Desk(company), "R-1")
    chain.seal()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_random_change_of_any_row_of_the_chain_stays_unseen(company, data) -> None:
    table, columns = data.draw(
        st.sampled_from(
            [
                ("masterdata_change", ["actor", "origin", "action"]),
                ("masterdata_seal", ["digest", "hash"]),
            ]
        )
    )
    column = data.draw(st.sampled_from(columns))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} ORDER BY id")
        row = data.draw(st.sampled_from([each[0] for each in cursor.fetchall()]))
    value = "'x'" if table == "masterdata_change" else "sha256('x')"
    with transaction.atomic():
        as_superuser(f"UPDATE {table} SET {column} = {value} WHERE id = {row}")
        found = chain.verify().faults
        transaction.set_rollback(True)

    assert found > 0
