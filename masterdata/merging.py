"""The statements that bring a mirror up to date: new rows copied in, known ones merged where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from psycopg import sql

from .models import Mirror

Fields = Sequence["models.Field[Any, Any]"]

INCOMING = sql.Identifier("incoming_rows")
TAKEN_OVER = ("row_hash", "bc_modified_at")
FIRST_COLUMNS = ("bc_id", "row_hash", "bc_modified_at", "filtered_at")

DROP = sql.SQL("DROP TABLE {}").format(INCOMING)

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
    """Update what differs; unchanged rows are not even locked. What changes, a trigger writes down."""
    own = [field.attname for field in fields]
    changes = [sql.SQL("{0} = incoming.{0}").format(sql.Identifier(name)) for name in (*own, *TAKEN_OVER)]
    return sql.SQL(MERGE).format(
        table=_table(model),
        incoming=INCOMING,
        changes=sql.SQL(", ").join(changes),
        kept=sql.SQL(", ").join(sql.Identifier("kept", name) for name in own),
        incoming_values=sql.SQL(", ").join(sql.Identifier("incoming", name) for name in own),
    )


def seal_anew(model: type[Mirror]) -> sql.Composed:
    """Keep the seal of rows that BC told in another way without changing a value: no change, no stamp."""
    return sql.SQL(SEAL_ANEW).format(table=_table(model), incoming=INCOMING)


def _columns(fields: Fields) -> list[str]:
    return [*FIRST_COLUMNS, *(field.attname for field in fields)]


def _listed(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _table(model: type[Mirror]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)
