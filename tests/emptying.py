"""Empty the tables after a test that commits: only those with rows, and by DELETE.

TRUNCATE, Django's way, makes the files of every table and index anew, hundreds of them after each such test,
and the books of changes refuse it. What the schema itself brings, kinds of content and permissions, stays.
The groups of the roles are put back as they were, since most tests make a person next, and so is what the
book of changes tells of all that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

STAYS = {"django_content_type", "auth_permission"}
PUT_BACK = ("auth_group", "auth_group_permissions", "masterdata_retentionterm", "masterdata_change")
KEPT = "kept_by_the_tests"  # a schema that nothing looks into


def keep(cursor: Any) -> None:
    """Copy what is put back later."""
    cursor.execute(f"DROP SCHEMA IF EXISTS {KEPT} CASCADE; CREATE SCHEMA {KEPT}")
    for table in PUT_BACK:
        cursor.execute(f"CREATE TABLE {KEPT}.{table} AS TABLE {table}")


def by_deleting(operations: Any, style: Any, tables: Iterable[str], **_: Any) -> list[str]:
    """Stand in for `sql_flush` of a connection's operations; only a superuser may do so."""
    connection = operations.connection
    quoted = [connection.ops.quote_name(table) for table in sorted(set(tables) - STAYS)]
    # No trigger is asked: neither foreign keys, since all goes, nor those that keep the books.
    return [
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {table}" for table in _with_rows(connection, quoted)),
        *(f"INSERT INTO {table} TABLE {KEPT}.{table}" for table in PUT_BACK if table in tables),
        "SET LOCAL session_replication_role = DEFAULT",
    ]


def all_stays(*_: Any, **__: Any) -> None:
    """Stand in for the signal after an emptying, whose receivers make those kinds and permissions anew."""


def _with_rows(connection: Any, tables: list[str]) -> list[str]:
    asked = " UNION ALL ".join(
        f"SELECT {number} WHERE EXISTS (SELECT FROM {table})" for number, table in enumerate(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [tables[number] for (number,) in cursor.fetchall()]
