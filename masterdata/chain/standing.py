"""Compare each told row with the book of changes: what all its changes come to is how it has to read now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DataError, connection, transaction

from masterdata.models import Change

from .coverage import told_tables, untold_columns
from .forgotten import ACTION as FORGOTTEN

# The changes of a row, laid over each other in their order, say what it has to be. They are laid over the row
# itself, so columns that are not told are as they are, also where a line of before still tells them.
DIFFERING = """
WITH said AS (
    SELECT "row",
           tieout_fold(CASE jsonb_typeof(new) WHEN 'object' THEN new END ORDER BY id)
               - %(untold)s::text[] AS becomes,
           (array_agg(action ORDER BY id DESC))[1] AS last
    FROM masterdata_change WHERE "table" = %(name)s GROUP BY "row"
)
SELECT coalesce(said."row", kept.id),
       CASE WHEN kept.id IS NULL THEN 'deleted' WHEN said."row" IS NULL THEN 'inserted'
            WHEN said.last = 'delete' THEN 'inserted' ELSE 'edited' END,
       ARRAY(SELECT each.key FROM jsonb_each(said.becomes) AS each
             WHERE to_jsonb(kept) ? each.key
               AND to_jsonb(jsonb_populate_record(kept, said.becomes)) -> each.key
                   IS DISTINCT FROM to_jsonb(kept) -> each.key ORDER BY 1)
FROM said FULL JOIN {table} AS kept ON kept.id = said."row"
WHERE CASE WHEN kept.id IS NULL THEN said.last <> 'delete'
           WHEN said."row" IS NULL THEN %(is_whole)s
           ELSE said.last = 'delete' OR jsonb_populate_record(kept, said.becomes) IS DISTINCT FROM kept END
ORDER BY 1
"""
KINDS = {
    "deleted": "it is gone, and the book of changes does not tell by whom",
    "inserted": "the book of changes does not tell of it, so it was put in past the program",
    "edited": "it reads otherwise than its changes come to",
    "unreadable": "what the book of changes tells of it is no row of this table",
}


@dataclass(frozen=True)
class Difference:
    """A row that is not what the book says."""

    table: str
    row: int
    kind: str
    columns: tuple[str, ...]

    @property
    def sentence(self) -> str:
        where = f" (in {', '.join(self.columns)})" if self.kind == "edited" else ""
        return f"row {self.row} of {self.table}: {KINDS[self.kind]}{where}"


def differences() -> Iterator[Difference]:
    """Find each row, of the tables that are told from their first row, that is not what the book says."""
    for table in told_tables():
        try:
            with transaction.atomic():
                found = _of(table)
        except DataError:  # somebody wrote into the book what no program writes; its seal tells which line
            found = [Difference(table, 0, "unreadable", ())]
        yield from found


def _of(table: str) -> list[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(
            DIFFERING.replace("{table}", connection.ops.quote_name(table)),
            {"name": table, "is_whole": not _is_forgotten(table), "untold": untold_columns(table)},
        )
        return [Difference(table, row, kind, tuple(columns)) for row, kind, columns in cursor.fetchall()]


def _is_forgotten(table: str) -> bool:
    """Whether some changes of a table may have been forgotten: then a row without any proves nothing."""
    book = Change._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT EXISTS (SELECT FROM masterdata_change WHERE "table" = %s AND action = %s'
            " AND %s LIKE coalesce(new ->> 'tables', '%%'))",
            [book, FORGOTTEN, table],
        )
        found: bool = cursor.fetchone()[0]
    return found
