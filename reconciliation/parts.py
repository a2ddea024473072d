"""Read rows by the thousand as plain rows: an instance for each takes thrice as long.

A statement is written once and kept: to build it anew takes longer than to have it answered for one invoice.
What is asked for is sent as one array: as a parameter each, thousands of keys take longer than their rows.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from django.db import connection, models
from psycopg import sql

from .row_keys import array_of

Read = Callable[[tuple[Any, ...]], Any]


def parts(model: type[models.Model], of: str, keys: Collection[int], order: str) -> list[Any]:
    """Give the rows that belong to these documents, by the names of the model's columns, in this order."""
    if not keys:
        return []
    columns = tuple(str(field.column) for field in model._meta.concrete_fields)
    condition = f"{of} = ANY(%(keys)s::bigint[]) ORDER BY {order}"
    return rows(model, columns, condition, keys=array_of(keys))


def rows(model: type[models.Model], columns: tuple[str, ...], condition: str, **terms: Any) -> list[Any]:
    """Give these columns of the rows for which a condition in SQL holds, by their names."""
    statement, read = _statement(model, columns, condition)
    with connection.cursor() as cursor:
        cursor.execute(statement, terms)
        return list(map(read, cursor.fetchall()))


@cache
def _statement(model: type[models.Model], columns: tuple[str, ...], condition: str) -> tuple[str, Read]:
    selected = sql.SQL("SELECT {columns} FROM {table} WHERE ").format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        table=sql.Identifier(model._meta.db_table),
    )
    return selected.as_string() + condition, _reader(model, columns)


def _reader(model: type[models.Model], columns: tuple[str, ...]) -> Read:
    """Give what makes a row of a tuple; the database gives json as text."""
    row = namedtuple(model.__name__, columns)  # type: ignore[misc]
    kept: dict[str, Any] = {str(field.column): field for field in model._meta.concrete_fields}
    in_json = [
        (place, kept[name]) for place, name in enumerate(columns) if isinstance(kept[name], models.JSONField)
    ]
    if not in_json:
        return row._make

    def read(values: tuple[Any, ...]) -> Any:
        told = list(values)
        for place, field in in_json:
            told[place] = field.from_db_value(told[place], None, connection)
        return row._make(told)

    return read
