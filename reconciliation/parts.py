"""Read rows by the thousand as plain rows: an instance for each takes thrice as long.

What is asked for is sent as one array: as a parameter each, thousands of keys take longer than their rows.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Collection
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL
from psycopg import sql

from .row_keys import array_of


def parts(model: type[models.Model], of: str, keys: Collection[int], order: str) -> list[Any]:
    """Give the rows that belong to these documents, by the names of the model's columns, in this order."""
    if not keys:
        return []
    statement, row = _statement(model, of, order)
    with connection.cursor() as cursor:
        cursor.execute(statement, [array_of(keys)])
        return list(map(row._make, cursor.fetchall()))


def rows(found: models.QuerySet[Any], *columns: str) -> list[Any]:
    """Give these columns of what is found, by their names."""
    return list(found.values_list(*columns, named=True))


def keyed(column: str, keys: Collection[int]) -> models.Func:
    """Ask for the rows of which a column has one of these keys."""
    return _among(column, RawSQL("%s::bigint[]", [array_of(keys)]))


def named(column: str, names: Collection[str]) -> models.Func:
    """Ask for the rows of which a column has one of these names."""
    return _among(column, RawSQL("%s::text[]", [list(names)]))


def _among(column: str, given: RawSQL) -> models.Func:
    return models.Func(
        models.F(column),
        given,
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=models.BooleanField(),
    )


@cache
def _statement(model: type[models.Model], of: str, order: str) -> tuple[sql.Composed, Any]:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    statement = sql.SQL("SELECT {columns} FROM {table} WHERE {of} = ANY(%s::bigint[]) ORDER BY {order}")
    written = statement.format(
        columns=sql.SQL(", ").join(sql.Identifier(name) for name in columns),
        table=sql.Identifier(model._meta.db_table),
        of=sql.Identifier(of),
        order=sql.Identifier(order),
    )
    return written, namedtuple(model.__name__, columns)
