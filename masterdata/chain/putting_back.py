"""Put triggers and functions back as the program has them, where one is gone or another was made of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from . import installed, pinned
from .installed import SCHEMA, Parts


@transaction.atomic
def put_back() -> list[str]:
    """Make each anew that is gone or another, as the tables' owner; returns their names.

    What is none of the program's stays: whose it is has to be asked first.
    """
    functions = _differing(pinned.read().functions, installed.functions())
    there = set(connection.introspection.table_names())
    triggers = [
        name
        for name in _differing(pinned.read().triggers, installed.triggers())
        if name.partition(".")[0] in there
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")  # one may call another that comes after it
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone()
        for name in functions:
            for statement in _function(name, pinned.read().functions[name], schema):
                cursor.execute(statement)
        for name in triggers:
            for statement in _trigger(name, pinned.read().triggers[name]):
                cursor.execute(statement)
    return [*functions, *triggers]


def _differing(has_to: dict[str, Parts], found: dict[str, Parts]) -> list[str]:
    return [name for name, parts in has_to.items() if pinned.differing(parts, found.get(name, {}))]


def _function(name: str, parts: Parts, schema: str) -> Iterable[sql.Composable]:
    if parts["kind"] == "AGGREGATE":
        yield sql.SQL("CREATE OR REPLACE AGGREGATE {} (SFUNC = {}, STYPE = {}, INITCOND = {})").format(
            sql.SQL(name),
            sql.SQL(parts["adds by"]),
            sql.SQL(parts["state"]),
            sql.Literal(parts["begins with"]),
        )
        return
    if parts["returns"] != "trigger":  # what it returns cannot be replaced; no trigger hangs on it
        yield sql.SQL("DROP FUNCTION IF EXISTS {}").format(sql.SQL(name))
    yield sql.SQL("CREATE OR REPLACE FUNCTION {} RETURNS {} LANGUAGE {} {} {} SECURITY {} {} AS {}").format(
        sql.SQL(name),
        *(sql.SQL(parts[part]) for part in ("returns", "language", "volatility")),
        sql.SQL("STRICT" if parts["strict"] else ""),
        sql.SQL(parts["rights"]),
        sql.SQL(" ").join(_setting(each, schema) for each in parts["settings"]),
        sql.Literal("\n".join(parts["body"])),
    )
    if parts["rights"] == "DEFINER":
        yield sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(sql.SQL(name))


def _setting(setting: str, schema: str) -> sql.Composable:
    name, _, value = setting.partition("=")
    values = [schema if each == SCHEMA else each for each in value.split(", ")]
    return sql.SQL("SET {} = {}").format(sql.SQL(name), sql.SQL(", ").join(map(sql.Literal, values)))


def _trigger(name: str, parts: Parts) -> Iterable[sql.Composable]:
    table, _, trigger = name.partition(".")
    named: dict[str, Any] = {"table": sql.Identifier(table), "trigger": sql.Identifier(trigger)}
    yield sql.SQL("DROP TRIGGER IF EXISTS {trigger} ON {table}").format(**named)
    yield sql.SQL(
        "CREATE {constraint} TRIGGER {trigger} {time} {events} ON {table} {deferred} {tables} "
        "FOR EACH {each} {condition} EXECUTE FUNCTION {function}({arguments})"
    ).format(
        constraint=sql.SQL("" if parts["constraint"] == "no" else "CONSTRAINT"),
        time=sql.SQL(parts["time"]),
        events=sql.SQL(" OR ").join(_event(each, parts["columns"]) for each in parts["events"]),
        deferred=sql.SQL(DEFERRED[parts["constraint"]]),
        tables=_transition_tables(parts),
        each=sql.SQL(parts["each"]),
        condition=sql.SQL(f"WHEN {parts['condition'][0]}" if parts["condition"][0] else ""),
        function=sql.Identifier(parts["function"]),
        arguments=sql.SQL(", ").join(map(sql.Literal, parts["arguments"])),
        **named,
    )


DEFERRED = {
    "no": "",
    "immediate": "NOT DEFERRABLE",
    "deferrable": "DEFERRABLE",
    "deferred": "DEFERRABLE INITIALLY DEFERRED",
}


def _event(event: str, columns: list[str]) -> sql.Composable:
    if event != "UPDATE" or not columns:
        return sql.SQL(event)
    return sql.SQL("UPDATE OF {}").format(sql.SQL(", ").join(map(sql.Identifier, columns)))


def _transition_tables(parts: Parts) -> sql.Composable:
    named = [
        sql.SQL(f"{which} TABLE AS {{}}").format(sql.Identifier(parts[f"{which.lower()} table"]))
        for which in ("OLD", "NEW")
        if parts[f"{which.lower()} table"]
    ]
    return sql.SQL("REFERENCING {}").format(sql.SQL(" ").join(named)) if named else sql.SQL("")
