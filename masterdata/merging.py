"""The statements that bring a mirror up to date: new rows copied in, known ones merged where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from psycopg import sql

from .models import Mirror, own_fields

TAKEN_OVER = ("row_hash", "bc_modified_at")
FIRST_COLUMNS = ("bc_id", "row_hash", "bc_modified_at", "filtered_at")

INCOMING = """
CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} ON COMMIT DELETE ROWS AS
SELECT {columns} FROM {table} WITH NO DATA;
DELETE FROM {incoming}
"""
MERGE = """
WITH written AS (
    UPDATE {table} AS kept
    SET {changes}, changed_at = %(stamp)s, deleted_at = NULL,
        filtered_at = CASE WHEN incoming.filtered_at IS NOT NULL
                           THEN coalesce(kept.filtered_at, incoming.filtered_at) END
    FROM {incoming} AS incoming
    WHERE kept.company_id = %(company)s AND kept.bc_id = incoming.bc_id
      AND (({kept}) IS DISTINCT FROM ({incoming_values}) OR kept.deleted_at IS NOT NULL
           OR (kept.filtered_at IS NULL) <> (incoming.filtered_at IS NULL))
    RETURNING kept.filtered_at
)
SELECT count(*) FILTER (WHERE filtered_at IS NULL), count(*) FILTER (WHERE filtered_at IS NOT NULL)
FROM written
"""

SEAL_ANEW = """
UPDATE {table} AS mirror SET row_hash = incoming.row_hash FROM {incoming} AS incoming
WHERE mirror.company_id = %(company)s AND mirror.bc_id = incoming.bc_id
  AND mirror.row_hash <> incoming.row_hash
"""


@cache
def incoming_table(model: type[Mirror]) -> str:
    """Give an empty table for a page; a session keeps it, since making one is dearer than filling it."""
    parts = {"incoming": _incoming(model), "columns": _listed(_columns(model)), "table": _table(model)}
    return sql.SQL(INCOMING).format(**parts).as_string()


@cache
def copy_known(model: type[Mirror]) -> str:
    """Take in records that are here already, to be merged."""
    return sql.SQL("COPY {} ({}) FROM STDIN").format(_incoming(model), _listed(_columns(model))).as_string()


@cache
def copy_new(model: type[Mirror]) -> str:
    """Take in records that are not here yet: straight into the mirror, there is nothing to compare."""
    columns = ["company_id", "changed_at", *_columns(model)]
    return sql.SQL("COPY {} ({}) FROM STDIN").format(_table(model), _listed(columns)).as_string()


@cache
def merge(model: type[Mirror]) -> str:
    """Update what differs; unchanged rows are not even locked. What changes, a trigger writes down."""
    own = [field.attname for field in own_fields(model)]
    changes = [sql.SQL("{0} = incoming.{0}").format(sql.Identifier(name)) for name in (*own, *TAKEN_OVER)]
    statement = sql.SQL(MERGE).format(
        table=_table(model),
        incoming=_incoming(model),
        changes=sql.SQL(", ").join(changes),
        kept=sql.SQL(", ").join(sql.Identifier("kept", name) for name in own),
        incoming_values=sql.SQL(", ").join(sql.Identifier("incoming", name) for name in own),
    )
    return statement.as_string()


@cache
def seal_anew(model: type[Mirror]) -> str:
    """Keep the seal of rows that BC told in another way without changing a value: no change, no stamp."""
    return sql.SQL(SEAL_ANEW).format(table=_table(model), incoming=_incoming(model)).as_string()


def _columns(model: type[Mirror]) -> list[str]:
    return [*FIRST_COLUMNS, *(field.attname for field in own_fields(model))]


def _listed(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _incoming(model: type[Mirror]) -> sql.Identifier:
    return sql.Identifier(f"incoming_{model._meta.db_table}")


def _table(model: type[Mirror]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)
