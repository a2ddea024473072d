"""Whoever changes the books behind their back, even as the database's superuser, is found out."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.models import Attempt, InboxEvent
from masterdata import chain
from masterdata.audit import acting_as
from masterdata.models import Change, Company, Seal, Unit
from reconciliation import cases, policies, roles
from reconciliation.models import ApprovalTier, MatchDecision, MatchGround
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
    assert verdict.rows == Seal.objects.count()
    assert Seal.objects.filter(book="change").count() == Change.objects.count()
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


@pytest.fixture
def worked(company: Company) -> Company:
    """The same company with at least two rows in each chained book and in each table of rules and rights."""
    desk = Desk(company)
    clerk = factories.person(roles.AP_CLERK)
    case = factories.price_over_order(desk)
    decision = MatchDecision.objects.get(invoice=case.invoice)
    decision.pk = None
    decision.save()
    message = factories.queued(company, "PO-9")
    for number in (1, 2):
        cases.comment(case, by=clerk, text=f"Look {number} times")
        cases.attach(case, by=clerk, name=f"{number}.pdf", content=b"%%PDF-1.%d\n%%%%EOF\n" % number)
        MatchGround.objects.create(content={"n": number}, content_hash=bytes([number] * 32))
        moment = {"started_at": message.created_at, "ended_at": message.created_at}
        Attempt.objects.create(message=message, number=number, fence=1, outcome="refused", **moment)
        InboxEvent.objects.create(
            company=company, source="cafm", event_id=str(number), type="order", body={}, body_hash=b"h"
        )
    policies.install_defaults(company)
    with as_somebody():
        for position, name in enumerate((roles.AP_CLERK, roles.AP_APPROVER), 1):
            group = Group.objects.get(name=name)
            ApprovalTier.objects.create(company=company, position=position, group=group, above=position)
    chain.seal()
    return company


HISTORIES = [model for model in apps.get_models() if hasattr(model, "history_id")]
SOMETHING = {
    "CharField": "a",
    "TextField": "a",
    "BooleanField": True,
    "DateTimeField": timezone.now(),
    "TimeField": "08:00",
    "JSONField": [1],
    "ArrayField": ["a"],
}


def lines_of(history: type[Model], count: int) -> list[int]:
    """Put so many lines into a history, of nothing that there is; returns their numbers."""
    fields = {
        field.attname: SOMETHING.get(field.get_internal_type(), 1)
        for field in history._meta.concrete_fields
        if not field.primary_key and not field.null
    }
    lines = [history(**fields | {"history_type": "+"}) for _number in range(count)]
    return sorted(line.pk for line in history._default_manager.bulk_create(lines))


def as_somebody() -> AbstractContextManager[None]:
    return acting_as("anna", "10.1.2.3 request abc")


def columns_of(table: str, *, but: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass "
            "AND attnum > 0 AND NOT attisdropped AND attname <> ALL(%s) ORDER BY attnum",
            [table, [key_of(table), *but]],
        )
        return list(cursor.fetchall())


OTHER = {
    "bigint": "coalesce({column}, 0) + 1000",
    "integer": "coalesce({column}, 0) + 1000",
    "smallint": "coalesce({column}, 0) + 1000",
    "numeric": "coalesce({column}, 0) + 100",
    "boolean": "NOT {column}",
    "bytea": "sha256(coalesce({column}, ''))",
    "jsonb": """jsonb_build_array({column}, 'x')""",
    "timestamp with time zone": "coalesce({column}, now()) - interval '1 second'",
    "date": "coalesce({column}, current_date) - 1",
    "time without time zone": "{column} + interval '1 second'",
    "uuid": "gen_random_uuid()",
    "integer[]": "array_append({column}, 1)",
    "bigint[]": "array_append({column}, 1)",
    "character varying[]": "array_append({column}, 'x')",
}


def otherwise(column: str, kind: str) -> str:
    """Give SQL for another value than the one that is there."""
    return OTHER.get(kind, "substr('x' || coalesce({column}, ''), 1, greatest(length({column}), 1))").format(
        column=f'"{column}"'
    )


def key_of(table: str) -> str:
    return next((book.key for book in chain.BOOKS.values() if book.table == table), "id")


def rows_of(table: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key_of(table)} FROM {table} ORDER BY 1")
        return [each[0] for each in cursor.fetchall()]


def undone(*statements: str) -> chain.Verdict:
    """Tamper as a superuser, verify, and take the tampering back."""
    with transaction.atomic():
        as_superuser(*statements)
        verdict = chain.verify()
        transaction.set_rollback(True)
    return verdict


def edit(table: str, column: str, kind: str, row: int) -> str:
    return f'UPDATE {table} SET "{column}" = {otherwise(column, kind)} WHERE {key_of(table)} = {row}'


def is_seen(table: str, column: str, kind: str, row: int) -> bool:
    """Give a column another value and verify; what a constraint refuses even a superuser is seen, too."""
    try:
        return undone(edit(table, column, kind, row)).faults > 0
    except IntegrityError:
        return True


def machines_books() -> list[chain.Book]:
    """Give the books but for the histories, which are told of below, all at once."""
    histories = {history._meta.db_table for history in HISTORIES}
    return [book for book in chain.BOOKS.values() if book.table not in histories]


def test_every_column_of_every_sealed_book_is_sealed(worked) -> None:
    first = {book.table: rows_of(book.table)[0] for book in machines_books()}

    unseen = [
        (book.table, column)
        for book in machines_books()
        for column, kind in columns_of(book.table, but=(*book.written_later, *NOT_PROVEN.get(book.table, ())))
        if not is_seen(book.table, column, kind, first[book.table])
    ]

    assert unseen == []


# What says nothing that the sealed columns do not: by which key an event came is told by its source.
NOT_PROVEN = {"integration_inboxevent": ("received_with_id",)}


def test_no_row_of_a_book_is_deleted_put_in_or_exchanged_unseen(worked) -> None:
    for book in machines_books():
        first, second, *_ = rows_of(book.table)
        key = book.key

        deleted = undone(f"DELETE FROM {book.table} WHERE {key} = {second}")
        put_in = undone(f"UPDATE {book.table} SET {key} = 0 WHERE {key} = {second}")
        exchanged = undone(
            f"UPDATE {book.table} SET {key} = -1 WHERE {key} = {first}",
            f"UPDATE {book.table} SET {key} = {first} WHERE {key} = {second}",
            f"UPDATE {book.table} SET {key} = {second} WHERE {key} = -1",
        )

        assert "deleted" in {fault.kind for fault in deleted.told}, book
        assert {"inserted", "deleted"} <= {fault.kind for fault in put_in.told}, book
        edited = [fault.row for fault in exchanged.told if fault.kind == "edited" and fault.book == book.name]
        assert edited == [first, second], book


def test_no_line_of_a_history_is_edited_deleted_or_put_in_unseen(company) -> None:
    tampered, expected = [], set()
    for history in HISTORIES:
        table, columns = history._meta.db_table, columns_of(history._meta.db_table)
        rows = lines_of(history, len(columns) + 2)
        for row, (column, kind) in zip(rows, columns, strict=False):
            tampered.append(edit(table, column, kind, row))
            expected.add((table, "edited", row))
        tampered.append(f"DELETE FROM {table} WHERE history_id = {rows[-2]}")
        tampered.append(f"UPDATE {table} SET history_id = 0 WHERE history_id = {rows[-1]}")
        expected |= {(table, "deleted", row) for row in rows[-2:]} | {(table, "inserted", 0)}
    chain.seal()
    before = kinds()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("masterdata.chain.verifying.MOST_TOLD", len(expected) + 1)
        found = undone(*tampered)

    tables = {book.name: book.table for book in chain.BOOKS.values()}
    assert before == []
    assert {(tables[fault.book], fault.kind, fault.row) for fault in found.told} == expected
    assert len(HISTORIES) >= 15


UNGUARDED = {
    "a trigger dropped": "DROP TRIGGER record_change ON auth_group_permissions",
    "a trigger switched off": "ALTER TABLE auth_group_permissions DISABLE TRIGGER record_change",
    "all triggers switched off": "ALTER TABLE auth_group_permissions DISABLE TRIGGER ALL",
    "a book opened": "DROP TRIGGER only_added_to ON reconciliation_matchdecision",
    "a history opened": "DROP TRIGGER only_added_to ON reconciliation_historicaltolerance",
    "a rule that swallows": "CREATE RULE quiet AS ON UPDATE TO reconciliation_tolerance DO INSTEAD NOTHING",
    "row security": "ALTER TABLE auth_group_permissions ENABLE ROW LEVEL SECURITY",
}


@pytest.mark.parametrize("statement", UNGUARDED.values(), ids=UNGUARDED)
def test_a_guard_that_was_taken_away_is_found_before_anything_is_changed(company, statement) -> None:
    found = undone(statement)

    assert {fault.kind for fault in found.told} == {"unguarded"}
    assert {fault.chain for fault in found.told} == {
        next(word for word in statement.split() if word.startswith(("auth_", "reconciliation_")))
    }


STANDING = [
    "reconciliation_tolerance",
    "reconciliation_approvaltier",
    "reconciliation_policyversion",
    "reconciliation_exceptioncase",
    "auth_user",
    "auth_user_groups",
    "auth_group_permissions",
]


def test_no_rule_and_no_right_reads_otherwise_than_the_book_says(worked) -> None:
    for table in STANDING:
        row = rows_of(table)[0]
        (column, kind), *_ = columns_of(table, but=("company_id", "password", "last_login"))

        edited = undone(f'UPDATE {table} SET "{column}" = {otherwise(column, kind)} WHERE id = {row}')
        removed = undone(f"DELETE FROM {table} WHERE id = {row}")
        put_in = undone(f"UPDATE {table} SET id = -1 WHERE id = {row}")

        assert [fault.sentence for fault in edited.told] == [
            f"row {row} of {table}: it reads otherwise than its changes come to (in {column})"
        ]
        assert [(fault.kind, fault.row) for fault in removed.told] == [("deleted", row)]
        assert {(fault.kind, fault.row) for fault in put_in.told} == {("deleted", row), ("inserted", -1)}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_random_change_stays_unseen(worked, data) -> None:
    books = {book.table: (*book.written_later, *NOT_PROVEN.get(book.table, ())) for book in machines_books()}
    but = {**books, "masterdata_seal": (), "auth_user": ("password", "last_login")}
    table = data.draw(st.sampled_from(sorted({*but, *STANDING})))
    column, kind = data.draw(st.sampled_from(columns_of(table, but=(*but.get(table, ()), "changed_at"))))
    row = data.draw(st.sampled_from(rows_of(table)))

    assert is_seen(table, column, kind, row)


def test_a_column_that_is_told_no_more_is_no_fault_where_an_older_line_tells_it(company) -> None:
    person = factories.person(roles.AP_CLERK)
    told = {"last_login": "2026-01-01T00:00:00+00:00", "password": "x"}
    Change.objects.create(
        at=timezone.now(), actor="x", table="auth_user", row=person.pk, action="update", old={}, new=told
    )
    chain.seal()

    assert kinds() == []
