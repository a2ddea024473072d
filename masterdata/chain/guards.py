"""What guards the books stands as the program put it; who makes another of a trigger is found.

Who drops a trigger, changes rows and makes it anew is found by the rows; who leaves it off, or makes another
of it, is found here. What has to stand lies with the program, not in a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from . import installed, pinned
from .coverage import coverage
from .installed import Parts

PUT_BACK = "Find out who did it, then put it back: manage.py guards --put-back"
WITHOUT = {
    "only_added_to": "so its rows can be changed and deleted",
    "never_emptied": "so it can be emptied",
    "record_change": "so the book of changes tells nothing of it",
    "record_updates": "so the book of changes tells nothing of what is updated",
}
# Each with what it says of a table, and of the thing that it names.
SURROUNDINGS = {
    "a rule, a view or row security stands before its rows": """
        SELECT relname, '' FROM pg_class
        WHERE relname = ANY(%(tables)s) AND relnamespace = current_schema()::regnamespace
          AND (relkind NOT IN ('r', 'p') OR relrowsecurity
               OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = pg_class.oid))""",
    "its foreign keys are switched off": """
        SELECT DISTINCT relname, '' FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE tgisinternal AND tgenabled <> 'O'
          AND relname = ANY(%(tables)s) AND relnamespace = current_schema()::regnamespace""",
    # A statement that names the part reaches its rows without the triggers of the whole.
    "rows of it lie in another table, whose triggers are none of the program's: {}": """
        SELECT whole.relname, inhrelid::regclass::text
        FROM pg_inherits JOIN pg_class AS whole ON whole.oid = inhparent
        WHERE whole.relname = ANY(%(tables)s) AND whole.relnamespace = current_schema()::regnamespace""",
    # A closer fit is chosen before PostgreSQL's own: to_jsonb of a table's row before to_jsonb(anyelement).
    "the function has the name of one that the guards call: drop it, or move it to another schema": """
        SELECT oid::regprocedure::text, '' FROM pg_proc AS mine
        WHERE pronamespace = current_schema()::regnamespace AND oid <> ALL(%(ours)s::oid[])
          AND (proname IN (SELECT proname FROM pg_proc WHERE oid = ANY(%(ours)s::oid[]))
               OR proname IN (SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace))
          AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = mine.oid
                          AND deptype = 'e')""",
    "the operator may stand before PostgreSQL's own: drop it, or move it to another schema": """
        SELECT oid::regoperator::text, '' FROM pg_operator AS mine
        WHERE oprnamespace = current_schema()::regnamespace
          AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_operator'::regclass AND objid = mine.oid
                          AND deptype = 'e')""",
    # Whoever signs in under it changes rows past the triggers.
    "sessions begin with {}: take it back with RESET": """
        SELECT coalesce('role ' || setrole::regrole, 'database ' || current_database()), setting
        FROM (SELECT nullif(setrole, 0) AS setrole, unnest(setconfig) AS setting
              FROM pg_db_role_setting LEFT JOIN pg_database ON pg_database.oid = setdatabase
              WHERE setdatabase = 0 OR datname = current_database()) AS each
        WHERE setting ~ '^(session_replication_role=(replica|local)|tieout\\.)'""",
    "every session begins with {}: take it out of the server's configuration": """
        SELECT 'database ' || current_database(), name || '=' || current_setting(name, true)
        FROM (VALUES ('session_replication_role', 'origin'), ('tieout.forgetting', 'off'))
             AS each (name, good)
        WHERE coalesce(nullif(current_setting(name, true), ''), good) <> good""",
}


@dataclass(frozen=True)
class Gap:
    """A table, a function or a setting that does not guard as the program has it."""

    subject: str
    sentence: str


def gaps() -> Iterator[Gap]:
    """Find each guard that is gone or another than the program's, and whatever stands before one."""
    covered = coverage()
    tables = [each.table for each in covered]
    changed = changed_guards(tables)
    yield from changed
    there, told = set(connection.introspection.table_names()), {gap.subject for gap in changed}
    for each in covered:
        if each.how == "not proven" and each.table in there - told:
            yield Gap(each.table, "it has no trigger, so the book of changes tells nothing of it")
    if changed:
        yield from _other_release()
    yield from _surroundings(tables)


def changed_guards(tables: list[str]) -> list[Gap]:
    """Compare the triggers and functions with what this program's migrations install."""
    return [*_changed_triggers(tables), *_changed_functions()]


def _changed_triggers(tables: list[str]) -> Iterator[Gap]:
    has_to, found = pinned.read().triggers, installed.triggers()
    for name in sorted({*has_to, *found}):
        table, _, trigger = name.partition(".")
        if name not in found:
            yield Gap(
                table,
                f"its trigger {trigger} is gone, {WITHOUT.get(trigger, 'so it guards nothing')}. {PUT_BACK}",
            )
        elif name in has_to:
            if told := _in_words(has_to[name], found[name]):
                yield Gap(table, f"its trigger {trigger} is not the program's: {told}. {PUT_BACK}")
        elif table in tables:
            calls = found[name]["function"]
            yield Gap(
                table,
                f"the trigger {trigger} on it, which calls {calls}, is none of the program's: "
                "find out who made it, then drop it",
            )


def _changed_functions() -> Iterator[Gap]:
    has_to, found = pinned.read().functions, installed.functions()
    for name, parts in has_to.items():
        if name not in found:
            yield Gap(name, f"the function is gone, or its arguments are others. {PUT_BACK}")
        elif told := _in_words(parts, found[name]):
            yield Gap(name, f"the function is not the program's: {told}. {PUT_BACK}")


def _in_words(has_to: Parts, found: Parts) -> str:
    return "; ".join(
        f"another {part}"
        if part in pinned.LONG
        else f"{part} {_told(found, part)} where it has {_told(has_to, part)}"
        for part in pinned.differing(has_to, found)
    )


def _told(parts: Parts, part: str) -> str:
    value: Any = parts.get(part)
    return ", ".join(value) if isinstance(value, list) and value else str(value or "nothing")


def _other_release() -> Iterator[Gap]:
    """Say so where program and database are of two releases: then a guard may be right and not yet known."""
    loader = MigrationLoader(connection)
    ours = {name for name in loader.applied_migrations if name[0] in loader.migrated_apps}
    for app, name in sorted(ours ^ set(loader.disk_migrations)):
        what = "the program does not know it" if (app, name) in ours else "the database does not have it"
        yield Gap(
            "django_migrations",
            f"of the migration {app}.{name} {what}: verify again with the program that migrated last",
        )


def _surroundings(tables: list[str]) -> Iterator[Gap]:
    asked: dict[str, Any] = {"tables": tables, "ours": _ours()}
    with connection.cursor() as cursor:
        for sentence, question in SURROUNDINGS.items():
            cursor.execute(question, asked)
            for subject, named in sorted(cursor.fetchall()):
                yield Gap(subject, sentence.format(named))


def _ours() -> list[int]:
    """Give the oids of the program's functions, as far as they are there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::bigint FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
            "AND proname || '(' || pg_get_function_arguments(oid) || ')' = ANY(%s)",
            [list(pinned.read().functions)],
        )
        return [row[0] for row in cursor.fetchall()]
