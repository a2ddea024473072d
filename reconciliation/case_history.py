"""Write cases by the hundred with their lines of history: one statement for all of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from django.db import connection
from psycopg import sql

from .models import ExceptionCase
from .row_keys import array_of

HISTORY = ExceptionCase.history.model
UPDATE = """
WITH written AS (
  UPDATE reconciliation_exceptioncase c SET {told} FROM unnest({arrays}) AS given ({names})
   WHERE c.id = given.id
  RETURNING c.*)
INSERT INTO reconciliation_historicalexceptioncase ({kept}, history_date, history_type, history_user_id)
SELECT {kept}, clock_timestamp(), '~', %s FROM written ORDER BY id
"""
CREATED = """
INSERT INTO reconciliation_historicalexceptioncase ({kept}, history_date, history_type, history_user_id)
SELECT {kept}, clock_timestamp(), '+', %s
  FROM reconciliation_exceptioncase WHERE id = ANY(%s::bigint[]) ORDER BY id
"""


def create(cases: Sequence[ExceptionCase]) -> None:
    """Open cases."""
    ExceptionCase.objects.bulk_create(cases)
    with connection.cursor() as cursor:
        cursor.execute(_created(), [at_work(), array_of(case.pk for case in cases)])


def update(cases: Collection[ExceptionCase], fields: Collection[str]) -> None:
    """Write these fields of cases."""
    columns = _columns(tuple(fields))
    values = [
        [field.get_db_prep_save(getattr(case, field.attname), connection) for case in cases]
        for field in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(_update(tuple(fields)), [*values, at_work()])


def at_work() -> int | None:
    """Give the key of whoever's request this is, if anybody's."""
    user = HISTORY.get_default_history_user(ExceptionCase())
    return user.pk if user else None


def kept_columns() -> sql.Composed:
    """Name the columns of a case that its history keeps."""
    return sql.SQL(", ").join(sql.Identifier(field.column) for field in HISTORY.tracked_fields)


@cache
def _columns(fields: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(ExceptionCase._meta.get_field(name) for name in ("id", *fields))


@cache
def _update(fields: tuple[str, ...]) -> sql.Composed:
    columns = [sql.Identifier(field.column) for field in _columns(fields)]
    types = [
        field.rel_db_type(connection) if field.primary_key else field.db_type(connection)
        for field in _columns(fields)
    ]
    return sql.SQL(UPDATE).format(
        told=sql.SQL(", ").join(sql.SQL("{0} = given.{0}").format(name) for name in columns[1:]),
        arrays=sql.SQL(", ").join(sql.SQL(f"%s::{kind.partition('(')[0]}[]") for kind in types),
        names=sql.SQL(", ").join(columns),
        kept=kept_columns(),
    )


@cache
def _created() -> sql.Composed:
    return sql.SQL(CREATED).format(kept=kept_columns())
