"""Write what was pulled into a mirror: one COPY, one statement, and only the rows that differ.

The read API follows a mirror by `(changed_at, id)`. So all writers of one company's mirror take turns, and
each stamps its rows later than all before it: whoever has seen a stamp has seen everything stamped earlier.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from psycopg import sql

from .models import Company, Mirror

INCOMING = sql.Identifier("incoming_rows")
FILTERED_AT = sql.Identifier("filtered_at")
SEPARATOR = b"\x1f"
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
def upsert(company: Company, model: type[Mirror], rows: Iterable[Pulled]) -> Counts:
    """Insert the new rows and update those that differ; of a row that comes twice the last counts."""
    latest = {row.bc_id: row for row in rows}
    if not latest:
        return Counts()
    fields = own_fields(model)
    stamp = _take_turn(company, model)
    with connection.cursor() as cursor:
        cursor.execute(_incoming_table(model, fields))
        with cursor.copy(_copy(fields)) as copy:
            for row in latest.values():
                values = [row.values[field.name] for field in fields]
                left_at = stamp if row.is_filtered else None
                copy.write_row([row.bc_id, fingerprint(values), row.modified_at, left_at, *values])
        cursor.execute(_merge(model, fields), {"company": company.pk, "stamp": stamp})
        new, changed, marked = cursor.fetchone()
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


def own_fields(model: type[Mirror]) -> list[models.Field[Any, Any]]:
    """Give the fields that hold BC's data, without those that every mirror has."""
    common = {field.name for field in Mirror._meta.local_fields} | {"id"}
    return [field for field in model._meta.local_fields if field.name not in common]


def problem(model: type[Mirror], values: Mapping[str, Value]) -> str:
    """Tell why the table would refuse a row; "" when it fits."""
    for field in own_fields(model):
        value = values[field.name]
        if value is None and not field.null:
            return f"{field.verbose_name} is missing"
        if isinstance(value, str) and "\0" in value:
            return f"{field.verbose_name} holds a NUL character"
        if isinstance(value, str) and field.max_length and len(value) > field.max_length:
            return f"{field.verbose_name} {value!r} is longer than {field.max_length} characters"
        if isinstance(field, models.DecimalField) and isinstance(value, Decimal):
            whole = field.max_digits - field.decimal_places
            if not value.is_finite() or abs(value) >= Decimal(10) ** whole:
                return f"{field.verbose_name} {value} has more than {whole} digits before the point"
    return ""


def fingerprint(values: Sequence[Value]) -> bytes:
    """Give a hash that differs when the values do; 1.50 and 1.5 are the same value."""
    written = SEPARATOR.join(_written(value) for value in values)
    return hashlib.blake2b(written, digest_size=16).digest()


def _written(value: Value) -> bytes:
    if value is None:
        return b"\0"  # no text holds it, so that nothing and "" differ
    if isinstance(value, Decimal):
        return b"0" if not value else format(value.normalize(), "f").encode()
    return str(value).encode()


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
                  AND kept.row_hash = incoming.row_hash AND kept.deleted_at IS NULL
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
        changes=sql.SQL(", ").join(
            sql.SQL("{0} = EXCLUDED.{0}").format(column) for column in columns if column != FILTERED_AT
        ),
    )
