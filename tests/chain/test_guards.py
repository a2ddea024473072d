"""A superuser who makes another of a trigger or a function is found; what differs is named, and mended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from masterdata import chain
from masterdata.chain import guards, installed, pinned
from tests.deploy.postgres import program

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def tampered(*statements: str) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        yield
        transaction.set_rollback(True)


def found() -> list[tuple[str, str]]:
    return [(gap.subject, gap.sentence) for gap in guards.gaps()]


def made_anew(table: str, trigger: str, definition: str) -> str:
    return f"DROP TRIGGER {trigger} ON {table}; CREATE TRIGGER {trigger} {definition}"


TOLERANCE = "reconciliation_tolerance"
TRIGGERS = {
    "a column left out": (
        TOLERANCE,
        "record_change",
        f"AFTER INSERT OR UPDATE OR DELETE ON {TOLERANCE} FOR EACH ROW "
        "EXECUTE FUNCTION tieout_record_change('upper')",
        "arguments upper where it has nothing",
    ),
    "only one column looked at": (
        TOLERANCE,
        "record_change",
        f"AFTER INSERT OR UPDATE OF company_id OR DELETE ON {TOLERANCE} FOR EACH ROW "
        "EXECUTE FUNCTION tieout_record_change()",
        "columns company_id where it has nothing",
    ),
    "a condition added": (
        TOLERANCE,
        "record_change",
        f"AFTER INSERT OR UPDATE OR DELETE ON {TOLERANCE} FOR EACH ROW WHEN (current_user <> 'mallory') "
        "EXECUTE FUNCTION tieout_record_change()",
        "another condition",
    ),
    "a condition widened": (
        "integration_message",
        "message_is_kept",
        "BEFORE DELETE ON integration_message FOR EACH ROW "
        "WHEN (OLD.state NOT IN ('done', 'cancelled', 'dead')) EXECUTE FUNCTION refuse_message_delete()",
        "another condition",
    ),
    "a condition with its words spaced otherwise": (
        "integration_message",
        "message_is_kept",
        "BEFORE DELETE ON integration_message FOR EACH ROW "
        "WHEN (OLD.state NOT IN ('done', ' cancelled')) EXECUTE FUNCTION refuse_message_delete()",
        "another condition",
    ),
    "an event left out": (
        TOLERANCE,
        "record_change",
        f"AFTER INSERT OR UPDATE ON {TOLERANCE} FOR EACH ROW EXECUTE FUNCTION tieout_record_change()",
        "events INSERT, UPDATE where it has INSERT, UPDATE, DELETE",
    ),
    "once a statement, when there is no row": (
        "masterdata_change",
        "only_added_to",
        "AFTER UPDATE OR DELETE ON masterdata_change FOR EACH STATEMENT EXECUTE FUNCTION tieout_keep_book()",
        "time AFTER where it has BEFORE; each STATEMENT where it has ROW",
    ),
    "another function": (
        "masterdata_seal",
        "only_added_to",
        "BEFORE UPDATE OR DELETE ON masterdata_seal FOR EACH ROW "
        "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "function pg_catalog.suppress_redundant_updates_trigger where it has tieout_keep_book",
    ),
    "the tables of before and after exchanged": (
        "masterdata_vendor",
        "record_updates",
        "AFTER UPDATE ON masterdata_vendor REFERENCING OLD TABLE AS becomes NEW TABLE AS was "
        "FOR EACH STATEMENT EXECUTE FUNCTION tieout_record_updates()",
        "old table becomes where it has was; new table was where it has becomes",
    ),
}


@pytest.mark.parametrize(("table", "trigger", "definition", "told"), TRIGGERS.values(), ids=TRIGGERS)
def test_a_trigger_made_anew_otherwise_is_found_and_told_in_what(table, trigger, definition, told) -> None:
    with tampered(made_anew(table, trigger, definition)):
        assert found() == [
            (
                table,
                f"its trigger {trigger} is not the program's: {told}. "
                "Find out who did it, then put it back: manage.py guards --put-back",
            )
        ]
        assert [str(each) for each in chain.verify().told] == [f"{table}: {found()[0][1]}"]


RECORD = "CREATE OR REPLACE FUNCTION tieout_record_change() RETURNS trigger"
COMPANY_OF = "tieout_company_of(told jsonb)"
FUNCTIONS = {
    "nothing done for some rows": (
        f"{RECORD} LANGUAGE plpgsql AS $$ BEGIN IF OLD.id = 7 THEN RETURN NULL; END IF; RETURN NULL; END $$",
        "tieout_record_change()",
        "another body",
    ),
    "another language": (
        f"{RECORD} LANGUAGE internal AS 'suppress_redundant_updates_trigger'",
        "tieout_record_change()",
        "language internal where it has plpgsql; another body",
    ),
    "another path of schemas": (
        "ALTER FUNCTION tieout_record_change() SET search_path = elsewhere, public",
        "tieout_record_change()",
        "settings search_path=elsewhere, {schema} where it has nothing",
    ),
    "a setting of its own": (
        "ALTER FUNCTION tieout_keep_book() SET tieout.forgetting = 'on'",
        "tieout_keep_book()",
        "settings tieout.forgetting=on where it has nothing",
    ),
    "its owner's rights": (
        "ALTER FUNCTION tieout_record_updates() SECURITY DEFINER",
        "tieout_record_updates()",
        "rights DEFINER where it has INVOKER",
    ),
    "a path of schemas less": (
        "ALTER FUNCTION tieout_forget_changes(text, integer, text) RESET search_path",
        "tieout_forget_changes(of_kind text, most integer, who text)",
        "settings tieout.forgetting=on where it has search_path={schema}, pg_temp, tieout.forgetting=on",
    ),
    "nothing for an empty value": (
        "ALTER FUNCTION tieout_company_of(jsonb) STRICT",
        COMPANY_OF,
        "strict True where it has nothing",
    ),
    "an answer for ever": (
        "ALTER FUNCTION tieout_company_of(jsonb) IMMUTABLE",
        COMPANY_OF,
        "volatility IMMUTABLE where it has STABLE",
    ),
    "a sum that begins otherwise": (
        "CREATE OR REPLACE AGGREGATE tieout_fold(jsonb) "
        """(SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{"upper": null}')""",
        "tieout_fold(jsonb)",
        'begins with {"upper": null} where it has {}',
    ),
}


@pytest.mark.parametrize(("statement", "function", "told"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_replaced_is_found_and_told_in_what(statement, function, told) -> None:
    with tampered(statement):
        assert found() == [
            (
                function,
                f"the function is not the program's: {told}. "
                "Find out who did it, then put it back: manage.py guards --put-back",
            )
        ]


DROPPED = "DROP TRIGGER record_change ON masterdata_retentionterm"
IN_PARTS = (
    "ALTER TABLE masterdata_retentionterm RENAME TO hidden",
    "DROP TRIGGER record_change ON hidden",
    "CREATE TABLE masterdata_retentionterm (LIKE hidden) PARTITION BY LIST (kind)",
    "CREATE TABLE part PARTITION OF masterdata_retentionterm DEFAULT",
)
WATCH = (
    "CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION {}()"
)
AROUND = {
    "a trigger that undoes": (
        f"CREATE TRIGGER a BEFORE UPDATE ON {TOLERANCE} FOR EACH ROW "
        "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        TOLERANCE,
        "the trigger a on it, which calls pg_catalog.suppress_redundant_updates_trigger, is none of",
    ),
    "a trigger on a part only": (
        ";".join((*IN_PARTS, WATCH.format("part", "tieout_record_change"))),
        "masterdata_retentionterm",
        "its trigger record_change is gone, so the book of changes tells nothing of it",
    ),
    "a part with its triggers off": (
        ";".join(
            (
                *IN_PARTS,
                WATCH.format("masterdata_retentionterm", "tieout_record_change"),
                "ALTER TABLE part DISABLE TRIGGER ALL",
            )
        ),
        "masterdata_retentionterm",
        "rows of it lie in another table, whose triggers are none of the program's: part",
    ),
    "rows in an heir": (
        f"CREATE TABLE heir () INHERITS ({TOLERANCE})",
        TOLERANCE,
        "rows of it lie in another table, whose triggers are none of the program's: heir",
    ),
    "a trigger on replicas only": (
        f"ALTER TABLE {TOLERANCE} ENABLE REPLICA TRIGGER record_change",
        TOLERANCE,
        "its trigger record_change is not the program's: fires on replicas only where it has on",
    ),
    "foreign keys off": (
        "ALTER TABLE reconciliation_signature DISABLE TRIGGER ALL",
        "reconciliation_signature",
        "its foreign keys are switched off",
    ),
    "a function gone": (
        "DROP FUNCTION tieout_company_of(jsonb)",
        COMPANY_OF,
        "the function is gone, or its arguments are others",
    ),
    "a closer fit": (
        f"CREATE FUNCTION to_jsonb({TOLERANCE}) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{{}}'::jsonb $$",
        f"to_jsonb({TOLERANCE})",
        "the function has the name of one that the guards call",
    ),
    "another of ours": (
        "CREATE FUNCTION tieout_company_of(told json) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
        "tieout_company_of(json)",
        "the function has the name of one that the guards call",
    ),
    "an operator": (
        "CREATE OPERATOR - (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = jsonb_delete)",
        "public.-(jsonb,text)",
        "the operator may stand before PostgreSQL's own",
    ),
    "a user whose sessions ask no trigger": (
        "CREATE ROLE mallory; ALTER ROLE mallory SET session_replication_role = replica",
        "role mallory",
        "sessions begin with session_replication_role=replica",
    ),
    "this session asks no trigger": (
        "SET LOCAL session_replication_role = replica",
        "database ",
        "every session begins with session_replication_role=replica",
    ),
}


@pytest.mark.parametrize(("statements", "subject", "told"), AROUND.values(), ids=AROUND)
def test_what_stands_before_a_guard_or_beside_it_is_found(statements, subject, told) -> None:
    with tampered(*statements.split(";")):
        assert [
            sentence for about, sentence in found() if about.startswith(subject) and sentence.startswith(told)
        ]


def every_trigger(change: str) -> list[str]:
    """Give the statements that make each trigger anew, its text changed by an expression in SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass), {change} "
            "FROM (SELECT *, pg_get_triggerdef(oid) AS text FROM pg_trigger) AS each "
            "WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace)"
        )
        return [statement for row in cursor.fetchall() for statement in row]


OTHERWISE = {
    "arguments": r"regexp_replace(text, '\([^(]*\)$', '(''x'')')",
    "condition": r"CASE WHEN text LIKE '% WHEN (%' "
    r"THEN replace(replace(text, ' WHEN ', ' WHEN ((1 = 1) AND '), ' EXECUTE ', ') EXECUTE ')"
    r" ELSE regexp_replace(text, ' EXECUTE ', ' WHEN (1 = 1) EXECUTE ') END",
    "function": r"regexp_replace(text, ' FUNCTION \w+', ' FUNCTION nothing_done')",
}
NOTHING = "CREATE FUNCTION nothing_done() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"


@pytest.mark.parametrize("change", OTHERWISE.values(), ids=OTHERWISE)
def test_no_trigger_at_all_is_made_anew_unseen_and_each_is_put_back(change) -> None:
    with tampered(NOTHING, *every_trigger(change)):
        has_to, stands = pinned.read().triggers, installed.triggers()
        unseen = [name for name, parts in has_to.items() if not pinned.differing(parts, stands[name])]

        assert (unseen, set(stands)) == ([], set(has_to))
        assert_put_back(len(has_to))


def test_no_function_at_all_is_replaced_unseen_and_each_is_put_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT regexp_replace(pg_get_functiondef(oid), 'BEGIN', 'BEGIN PERFORM 1;') FROM pg_proc "
            "WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f' AND prosrc LIKE '%BEGIN%'"
        )
        replaced = [row[0] for row in cursor.fetchall()]
    sums = {
        name for name, parts in pinned.read().functions.items() if "BEGIN" not in "\n".join(parts["body"])
    }
    away = ["DROP FUNCTION tieout_released_amount", "DROP FUNCTION tieout_forgotten_before"]

    with tampered(*replaced, *away, "DROP FUNCTION tieout_term_begins", "DROP AGGREGATE tieout_fold(jsonb)"):
        named = {gap.subject for gap in guards.gaps()}

        assert named == set(pinned.read().functions)
        assert len(sums) == 4
        assert_put_back(len(named))


def assert_put_back(count: int) -> None:
    told = StringIO()
    call_command("guards", "--put-back", stdout=told)

    assert told.getvalue().count("Put back ") == count
    assert told.getvalue().endswith("\n0 guards are not as the program has them.\n")
    assert found() == []


def test_the_pinned_file_is_what_the_migrations_install() -> None:
    """After a migration that changes a trigger or a function: `manage.py guards --pin` on a new database."""
    assert pinned.FILE.read_text(encoding="utf-8") == pinned.as_text(pinned.from_database())


def test_every_book_is_only_added_to() -> None:
    triggers = pinned.read().triggers

    assert [
        book.table for book in chain.BOOKS.values() if f"{book.table}.only_added_to" not in triggers
    ] == []


def test_a_database_of_another_release_is_named_beside_what_differs() -> None:
    with tampered(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('masterdata', '0999_later', now())"
    ):
        assert found() == []
        with tampered("DROP TRIGGER only_added_to ON masterdata_seal"):
            assert [subject for subject, _ in found()] == ["masterdata_seal", "django_migrations"]
            assert "0999_later the program does not know it: verify again" in found()[1][1]


def test_a_restored_database_raises_no_alarm(tmp_path: Path) -> None:
    told, dump = connection.settings_dict, tmp_path / "dump"
    place = {"host": told["HOST"], "user": told["USER"], "port": str(told["PORT"] or 5432)}
    environment = os.environ | {f"PG{name.upper()}": value for name, value in place.items()}
    options = ["--no-owner", "--no-privileges", "--dbname=restored"]
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as server:
        server.execute("CREATE DATABASE restored")
        try:
            subprocess.run(
                [program("pg_dump"), "--format=custom", f"--file={dump}", told["NAME"]],
                env=environment,
                check=True,
            )
            subprocess.run([program("pg_restore"), *options, str(dump)], env=environment, check=True)
            address = f"postgresql:///restored?host={place['host']}&user={place['user']}&port={place['port']}"
            answer = subprocess.run(
                [sys.executable, "manage.py", "guards"],
                cwd=ROOT,
                env=environment | {"DATABASE_URL": address},
                capture_output=True,
                text=True,
            )
        finally:
            server.execute("DROP DATABASE restored WITH (FORCE)")

    assert answer.stdout == "0 guards are not as the program has them.\n", answer.stderr
