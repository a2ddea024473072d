"""Which triggers and functions stand in the database now, each in parts that every PostgreSQL tells alike.

The text that PostgreSQL gives of a trigger as a whole differs between releases and with the schema; its parts
do not, nor does the body of a function. Only a condition (WHEN) is text, and a restore words some otherwise.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

Parts = dict[str, Any]
SCHEMA = "{schema}"

# Bits of pg_trigger.tgtype.
ROW, BEFORE, INSTEAD = 1, 2, 64
EVENTS = {"INSERT": 4, "UPDATE": 16, "DELETE": 8, "TRUNCATE": 32}
FIRES = {"O": "on", "D": "off", "R": "on replicas only", "A": "always"}

TRIGGERS = """
SELECT relname, tgname, tgtype, tgenabled, tgargs, tgoldtable, tgnewtable,
       CASE WHEN tgconstraint = 0 THEN 'no' WHEN tginitdeferred THEN 'deferred'
            WHEN tgdeferrable THEN 'deferrable' ELSE 'immediate' END,
       ARRAY(SELECT attname::text FROM pg_attribute
             WHERE attrelid = tgrelid AND attnum = ANY (tgattr::int2[]) ORDER BY 1),
       CASE WHEN pronamespace = relnamespace THEN '' ELSE pronamespace::regnamespace || '.' END || proname,
       pg_get_triggerdef(pg_trigger.oid)
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace ORDER BY 1, 2
"""
FUNCTIONS = """
SELECT proname, pg_get_function_arguments(pg_proc.oid), coalesce(pg_get_function_result(pg_proc.oid), ''),
       prokind, lanname,
       CASE provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
       CASE WHEN prosecdef THEN 'DEFINER' ELSE 'INVOKER' END, proisstrict,
       coalesce(proconfig, '{}'), current_schema(),
       prosrc || coalesce(pg_get_function_sqlbody(pg_proc.oid), '') || coalesce(probin, ''),
       aggtransfn::oid::regproc::text, format_type(aggtranstype, NULL), agginitval,
       nullif(aggfinalfn::oid, 0)::regproc::text
FROM pg_proc JOIN pg_language ON pg_language.oid = prolang LEFT JOIN pg_aggregate ON aggfnoid = pg_proc.oid
WHERE pronamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid
                  AND deptype = 'e')
ORDER BY 1, 2
"""


def triggers() -> dict[str, Parts]:
    """Read every trigger of the schema, as "table.name"."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        return {f"{row[0]}.{row[1]}": _trigger(*row[2:]) for row in cursor.fetchall()}


def functions() -> dict[str, Parts]:
    """Read every function of the schema that no extension brought, as "name(arguments)"."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        return {f"{row[0]}({row[1]})": _function(*row[2:]) for row in cursor.fetchall()}


def condition(definition: str) -> str:
    """Take the condition out of a trigger's text, its white space (but for words in quotes) made one."""
    before, _, _called = definition.rpartition(" EXECUTE FUNCTION ")
    _, _, when = before.partition(" WHEN ")
    told = when.split("'")
    told[::2] = [" ".join(f"x{outside}x".split())[1:-1] for outside in told[::2]]
    return "'".join(told)


def _trigger(
    kind: int,
    enabled: str,
    arguments: bytes,
    old: str | None,
    new: str | None,
    constraint: str,
    columns: list[str],
    calls: str,
    definition: str,
) -> Parts:
    return {
        "fires": FIRES[enabled],
        "time": "INSTEAD OF" if kind & INSTEAD else "BEFORE" if kind & BEFORE else "AFTER",
        "events": [event for event, bit in EVENTS.items() if kind & bit],
        "columns": columns,
        "each": "ROW" if kind & ROW else "STATEMENT",
        "old table": old or "",
        "new table": new or "",
        "constraint": constraint,
        "condition": condition(definition),
        "function": calls,
        "arguments": [each.decode() for each in bytes(arguments).split(b"\0")[:-1]],
    }


def _function(
    returns: str,
    kind: str,
    language: str,
    volatility: str,
    rights: str,
    is_strict: bool,
    settings: list[str],
    schema: str,
    body: str,
    *aggregate: str | None,
) -> Parts:
    parts = {
        "kind": {"f": "FUNCTION", "a": "AGGREGATE", "p": "PROCEDURE", "w": "WINDOW"}[kind],
        "returns": returns,
        "language": language,
        "volatility": volatility,
        "rights": rights,
        "strict": is_strict,
        "settings": sorted(_anywhere(each, schema) for each in settings),
        "body": body.split("\n"),
    }
    if kind == "a":
        parts |= dict(zip(("adds by", "state", "begins with", "ends by"), aggregate, strict=True))
    return parts


def _anywhere(setting: str, schema: str) -> str:
    """Let a path of schemas name the program's own one alike wherever it is installed."""
    name, _, value = setting.partition("=")
    if name != "search_path":
        return setting
    path = [each.strip('"') for each in value.split(", ")]
    return f"{name}={', '.join(SCHEMA if each == schema else each for each in path)}"
