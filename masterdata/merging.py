"""The statements that bring a mirror up to date: new rows copied in, known ones merged where they differ.

Of the rows that a merge changes it writes the history itself, in the same statement: the change trigger, one
call a row, took three times as long as the merge. The trigger stands back for that statement only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from psycopg import sql

from .models import Change, Mirror

Fields = Sequence["models.Field[Any, Any]"]

INCOMING = sql.Identifier("incoming_rows")
FIRST_COLUMNS = ("bc_id", "row_hash", "bc_modified_at", "filtered_at")
NOT_TOLD = {"bc_id", "row_hash"}  # the key cannot differ, and the hash says nothing to people

DROP = sql.SQL("DROP TABLE {}").format(INCOMING)
STAND_BACK = "SELECT set_config('tieout.merging', %s, true)"  # the trigger of this table; "" ends it

MERGE = """
WITH differing AS MATERIALIZED (
    SELECT kept.id, {kept_values}, {new_values}
    FROM {incoming} AS incoming
    JOIN {table} AS kept ON kept.company_id = %(company)s AND kept.bc_id = incoming.bc_id
    WHERE ({kept_own}) IS DISTINCT FROM ({incoming_own}) OR kept.deleted_at IS NOT NULL
       OR (kept.filtered_at IS NULL) <> (incoming.filtered_at IS NULL)
    FOR UPDATE OF kept
), updated AS (
    UPDATE {table} AS mirror SET {changes}, changed_at = %(stamp)s
    FROM differing WHERE mirror.id = differing.id
), told AS (
    INSERT INTO {book} (at, actor, "table", "row", action, old, new)
    SELECT clock_timestamp(),
           coalesce(nullif(current_setting('tieout.actor', true), ''), 'database user ' || session_user),
           {name}, id, 'update', {was}, {becomes}
    FROM differing
)
SELECT count(*) FILTER (WHERE new_filtered_at IS NULL), count(*) FILTER (WHERE new_filtered_at IS NOT NULL)
FROM differing
"""

SEAL_ANEW = """
UPDATE {table} AS mirror SET row_hash = incoming.row_hash FROM {incoming} AS incoming
WHERE mirror.company_id = %(company)s AND mirror.bc_id = incoming.bc_id
  AND mirror.row_hash <> incoming.row_hash
"""


def incoming_table(model: type[Mirror], fields: Fields) -> sql.Composed:
    return sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
        INCOMING, _listed(_columns(fields)), _table(model)
    )


def copy_known(fields: Fields) -> sql.Composed:
    """Take in records that are here already, to be merged."""
    return sql.SQL("COPY {} ({}) FROM STDIN").format(INCOMING, _listed(_columns(fields)))


def copy_new(model: type[Mirror], fields: Fields) -> sql.Composed:
    """Take in records that are not here yet: straight into the mirror, there is nothing to compare."""
    columns = ["company_id", "changed_at", *_columns(fields)]
    return sql.SQL("COPY {} ({}) FROM STDIN").format(_table(model), _listed(columns))


def merge(model: type[Mirror], fields: Fields) -> sql.Composed:
    """Update what differs, and write that down; unchanged rows are not even locked.

    A row that differs is locked as it is read: nobody can change it before its old values are in the book.
    """
    own = [field.attname for field in fields]
    columns = _columns(fields)
    written = [name for name in columns if name != "bc_id"] + ["deleted_at"]
    told = [name for name in written if name not in NOT_TOLD]
    return sql.SQL(MERGE).format(
        table=_table(model),
        incoming=INCOMING,
        book=sql.Identifier(Change._meta.db_table),
        name=sql.Literal(model._meta.db_table),
        kept_own=sql.SQL(", ").join(sql.Identifier("kept", name) for name in own),
        incoming_own=sql.SQL(", ").join(sql.Identifier("incoming", name) for name in own),
        kept_values=sql.SQL(", ").join(
            sql.SQL("kept.{} AS {}").format(sql.Identifier(name), sql.Identifier(f"old_{name}"))
            for name in told
        ),
        new_values=sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(_new_value(name), sql.Identifier(f"new_{name}")) for name in written
        ),
        changes=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier(f"new_{name}")) for name in written
        ),
        was=_told(told, "old"),
        becomes=_told(told, "new"),
    )


def seal_anew(model: type[Mirror]) -> sql.Composed:
    """Keep the seal of rows that BC told in another way without changing a value: no change, no stamp."""
    return sql.SQL(SEAL_ANEW).format(table=_table(model), incoming=INCOMING)


def _new_value(name: str) -> sql.Composable:
    """Give what a column becomes; a row that was left out before keeps the moment of that."""
    if name == "deleted_at":
        return sql.SQL("NULL::timestamptz")
    if name == "filtered_at":
        return sql.SQL(
            "CASE WHEN incoming.filtered_at IS NOT NULL "
            "THEN coalesce(kept.filtered_at, incoming.filtered_at) END"
        )
    return sql.Identifier("incoming", name)


def _told(names: Sequence[str], side: str) -> sql.Composed:
    """Write the columns that differ as JSON; as text, because adding one object to another costs more."""
    parts = [
        sql.SQL(
            "CASE WHEN {old} IS DISTINCT FROM {new} "
            "THEN {key} || coalesce(to_json({value})::text, 'null') END"
        ).format(
            old=sql.Identifier(f"old_{name}"),
            new=sql.Identifier(f"new_{name}"),
            key=sql.Literal(f',"{name}":'),
            value=sql.Identifier(f"{side}_{name}"),
        )
        for name in names
    ]
    return sql.SQL("('{{' || substr(concat({}), 2) || '}}')::jsonb").format(sql.SQL(", ").join(parts))


def _columns(fields: Fields) -> list[str]:
    return [*FIRST_COLUMNS, *(field.attname for field in fields)]


def _listed(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _table(model: type[Mirror]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)
