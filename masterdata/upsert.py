"""Write what was pulled into a mirror: one COPY, one statement, and only the rows that differ.

The read API follows a mirror by `(changed_at, id)`. So all writers of one company's mirror take turns, and
each stamps its rows later than all before it: whoever has seen a stamp has seen everything stamped earlier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from psycopg import sql

from .models import Company, Mirror

INCOMING = sql.Identifier("incoming_rows")
FILTERED_AT = sql.Identifier("filtered_at")
MANY_NEW = 1000

Value = str | bool | int | Decimal | date | datetime | UUID | None


@dataclass(frozen=True)
class Pulled:
    """One record as BC has it now; `values` are the mirror's own fields by name."""

    bc_id: UUID
    modified_at: datetime | None
    values: Mapping[str, Value]
    is_filtered: bool = False
    """An administrator does not want it: it is not added, but it is kept up to date where it is here."""


@dataclass(frozen=True)
class Counts:
    """What a write did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    filtered: int = 0
    """What the filter left out; `marked` of them are here and were written."""
    marked: int = 0

    @property
    def written(self) -> int:
        return self.new + self.changed + self.marked


@transaction.atomic
def upsert(
    company: Company, model: type[Mirror], rows: Iterable[Pulled], *, seals: Mapping[str, bytes] | None = None
) -> Counts:
    """Insert the new rows and update those that differ; of a row that comes twice the last counts.

    A seal, by a record's id, is the hash of what BC told: who reads the same again can leave it at that.
    """
    latest = {row.bc_id: row for row in rows}
    if not latest:
        return Counts()
    fields = own_fields(model)
    stamp = _take_turn(company, model)
    with connection.cursor() as cursor:
        cursor.execute(_incoming_table(model, fields))
        with cursor.copy(_copy(fields)) as copy:
            names = [field.name for field in fields]
            sealed = seals or {}
            for row in latest.values():
                bc_id, left_at = str(row.bc_id), stamp if row.is_filtered else None
                values = map(row.values.__getitem__, names)
                copy.write_row((bc_id, sealed.get(bc_id, b""), row.modified_at, left_at, *values))
        cursor.execute(_merge(model, fields), {"company": company.pk, "stamp": stamp})
        new, changed, marked = cursor.fetchone()
        if new + changed + marked < len(latest):
            cursor.execute(_seal_anew(model), {"company": company.pk})
        cursor.execute(sql.SQL("DROP TABLE {}").format(INCOMING))
        _tell_the_planner(model, new)
    filtered = sum(row.is_filtered for row in latest.values())
    return Counts(new, changed, len(latest) - filtered - new - changed, filtered, marked)


@transaction.atomic
def mark_deleted(company: Company, model: type[Mirror], ids: Collection[UUID]) -> int:
    """Remember that BC no longer has these records; returns how many were still there."""
    if not ids:
        return 0
    stamp = _take_turn(company, model)
    rows = model._default_manager.filter(company=company, bc_id__in=ids, deleted_at=None)
    return rows.update(deleted_at=stamp, changed_at=stamp)


@cache
def own_fields(model: type[Mirror]) -> list[models.Field[Any, Any]]:
    """Give the fields that hold BC's data, without those that every mirror has."""
    common = {field.name for field in Mirror._meta.local_fields} | {"id"}
    return [field for field in model._meta.local_fields if field.name not in common]


def problem(model: type[Mirror], values: Mapping[str, Value]) -> str:
    """Tell why the table would refuse a row; "" when it fits."""
    for name, told, may_lack, length, least_too_big in _rooms(model):
        value = values[name]
        if value is None:
            if not may_lack:
                return f"{told} is missing"
        elif isinstance(value, str):
            if "\0" in value:
                return f"{told} holds a NUL character"
            if length and len(value) > length:
                return f"{told} {value!r} is longer than {length} characters"
        elif least_too_big and isinstance(value, Decimal) and abs(value) >= least_too_big:
            return f"{told} {value} has more than {least_too_big.adjusted()} digits before the point"
    return ""


Room = tuple[str, str, bool, int | None, Decimal | None]
"""A field's name, what people call it, whether it may be empty, and how long and how big a value it takes."""


@cache
def _rooms(model: type[Mirror]) -> list[Room]:
    rooms: list[Room] = []
    for field in own_fields(model):
        too_big = None
        if isinstance(field, models.DecimalField):
            too_big = Decimal(10) ** (field.max_digits - field.decimal_places)
        rooms.append((field.name, str(field.verbose_name), field.null, field.max_length, too_big))
    return rooms


def _take_turn(company: Company, model: type[Mirror]) -> datetime:
    """Wait for other writers of this mirror to commit; returns a moment later than all their stamps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [model._meta.db_table, company.pk])
        last = sql.SQL("SELECT max(changed_at) FROM {} WHERE company_id = %s").format(_table(model))
        statement = sql.SQL("SELECT greatest(clock_timestamp(), ({}) + interval '1 microsecond')").format(
            last
        )
        cursor.execute(statement, [company.pk])
        stamp: datetime = cursor.fetchone()[0]
    return stamp


def _tell_the_planner(model: type[Mirror], new: int) -> None:
    """Count a mirror that grew much: else the server may look up each row by the company alone."""
    if new < MANY_NEW:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        if new > cursor.fetchone()[0] / 2:
            cursor.execute(sql.SQL("ANALYZE {} (company_id, bc_id)").format(_table(model)))


def _table(model: type[Mirror]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


def _columns(fields: Sequence[models.Field[Any, Any]]) -> list[sql.Identifier]:
    names = ["bc_id", "row_hash", "bc_modified_at", "filtered_at", *(field.attname for field in fields)]
    return [sql.Identifier(name) for name in names]


def _incoming_table(model: type[Mirror], fields: Sequence[models.Field[Any, Any]]) -> sql.Composed:
    return sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
        INCOMING, sql.SQL(", ").join(_columns(fields)), _table(model)
    )


def _copy(fields: Sequence[models.Field[Any, Any]]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN").format(INCOMING, sql.SQL(", ").join(_columns(fields)))


def _merge(model: type[Mirror], fields: Sequence[models.Field[Any, Any]]) -> sql.Composed:
    """Leave the unchanged rows out beforehand: a conflict alone would lock, and so write, each of them."""
    columns = _columns(fields)
    return sql.SQL(
        """
        WITH written AS (
            INSERT INTO {table} AS mirror (company_id, changed_at, {columns})
            SELECT %(company)s, %(stamp)s, {columns} FROM {incoming} AS incoming
            WHERE NOT EXISTS (
                SELECT FROM {table} AS kept
                WHERE kept.company_id = %(company)s AND kept.bc_id = incoming.bc_id
                  AND ({kept_values}) IS NOT DISTINCT FROM ({incoming_values}) AND kept.deleted_at IS NULL
                  AND (kept.filtered_at IS NULL) = (incoming.filtered_at IS NULL)
            ) AND (
                incoming.filtered_at IS NULL OR EXISTS (
                    SELECT FROM {table} AS kept
                    WHERE kept.company_id = %(company)s AND kept.bc_id = incoming.bc_id
                )
            )
            ON CONFLICT (company_id, bc_id) DO UPDATE
            SET {changes}, changed_at = EXCLUDED.changed_at, deleted_at = NULL,
                filtered_at = CASE
                    WHEN EXCLUDED.filtered_at IS NOT NULL
                    THEN coalesce(mirror.filtered_at, EXCLUDED.filtered_at)
                END
            RETURNING xmax = 0 AS is_new, filtered_at IS NOT NULL AS is_filtered
        )
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new AND NOT is_filtered),
               count(*) FILTER (WHERE is_filtered)
        FROM written
        """
    ).format(
        table=_table(model),
        incoming=INCOMING,
        columns=sql.SQL(", ").join(columns),
        kept_values=_values_of("kept", fields),
        incoming_values=_values_of("incoming", fields),
        changes=sql.SQL(", ").join(
            sql.SQL("{0} = EXCLUDED.{0}").format(column) for column in columns if column != FILTERED_AT
        ),
    )


def _values_of(table: str, fields: Sequence[models.Field[Any, Any]]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(table, field.attname) for field in fields)


def _seal_anew(model: type[Mirror]) -> sql.Composed:
    """Keep the seal of rows that BC told in another way without changing a value: no change, no stamp."""
    return sql.SQL(
        """
        UPDATE {table} AS mirror SET row_hash = incoming.row_hash FROM {incoming} AS incoming
        WHERE mirror.company_id = %(company)s AND mirror.bc_id = incoming.bc_id
          AND mirror.row_hash <> incoming.row_hash
        """
    ).format(table=_table(model), incoming=INCOMING)
