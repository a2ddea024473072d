"""Insert a row with its parts, such as a document with its lines, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db import connection, models
from psycopg import sql

Parts = Mapping[type[models.Model], Iterable[models.Model]]


def insert(row: models.Model, parts: Parts | None = None) -> bool:
    """Insert a row and its parts; False when a row of that unique key is there already, and nothing is done.

    The parts come as arrays, one a column, so that the statement is the same for one line and for thousands.
    """
    kept = {kind: list(rows) for kind, rows in (parts or {}).items()}
    values = [_value(field, row) for field in _columns(type(row))]
    for kind, rows in kept.items():
        values += [[_value(field, each) for each in rows] for field in _columns(kind, but=type(row))]
    with connection.cursor() as cursor:
        cursor.execute(_statement(type(row), tuple(kept)), values)
        inserted = cursor.fetchone()
    if inserted is None:
        return False
    row.pk = inserted[0]
    row._state.adding, row._state.db = False, connection.alias
    return True


def _value(field: Any, row: models.Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)


@cache
def _columns(model: type[models.Model], but: type[models.Model] | None = None) -> tuple[Any, ...]:
    """The fields to write: all but what the database gives, and but the link to the whole."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.generated and (but is None or field.related_model is not but)
    )


@cache
def _statement(model: type[models.Model], kinds: tuple[type[models.Model], ...]) -> sql.Composed:
    steps = [
        sql.SQL("whole AS (INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING RETURNING id)").format(
            _table(model),
            _names(_columns(model)),
            sql.SQL(", ").join([sql.Placeholder()] * len(_columns(model))),
        )
    ]
    for number, kind in enumerate(kinds):
        (link,) = (field for field in kind._meta.concrete_fields if field.related_model is model)
        told = _columns(kind, but=model)
        arrays = sql.SQL(", ").join(sql.SQL(f"%s::{_type(field)}[]") for field in told)
        steps.append(
            sql.SQL(
                "{} AS (INSERT INTO {} ({}) SELECT whole.id, part.* FROM whole, unnest({}) AS part)"
            ).format(sql.Identifier(f"parts_{number}"), _table(kind), _names([link, *told]), arrays)
        )
    return sql.SQL("WITH {} SELECT id FROM whole").format(sql.SQL(", ").join(steps))


def _type(field: Any) -> str:
    """The column's type without its length: what is too long is to be refused, not cut."""
    kind: str = field.db_type(connection)
    return kind.partition("(")[0]


def _table(model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


def _names(fields: Iterable[Any]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(field.column) for field in fields)
