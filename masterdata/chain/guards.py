"""What guards the books stands as it was put: a trigger that is gone or switched off tells nothing of a row.

Who drops a trigger, changes rows and makes it anew is found by the rows; who leaves it off is found here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .books import BOOKS
from .coverage import coverage

KEEPS = "only_added_to"
SWITCHED_OFF = """
SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgenabled <> 'O' AND relname = ANY(%(tables)s) AND relnamespace = current_schema()::regnamespace
ORDER BY 1, 2
"""
WITHOUT = """
SELECT relname FROM pg_class
WHERE relname = ANY(%(books)s) AND relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = %(keeps)s)
ORDER BY 1
"""
READS_OTHERWISE = """
SELECT relname FROM pg_class
WHERE relname = ANY(%(tables)s) AND relnamespace = current_schema()::regnamespace
  AND (relkind NOT IN ('r', 'p') OR relrowsecurity
       OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = pg_class.oid))
ORDER BY 1
"""


@dataclass(frozen=True)
class Gap:
    """A table that is no longer guarded as the program guards it."""

    table: str
    sentence: str


def gaps() -> Iterator[Gap]:
    """Find each table whose trigger is gone or off, or that is no plain table any more."""
    covered = coverage()
    asked: dict[str, Any] = {
        "tables": [each.table for each in covered],
        "books": [book.table for book in BOOKS.values()],
        "keeps": KEEPS,
    }
    there = set(connection.introspection.table_names())
    for each in covered:
        if each.how == "not proven" and each.table in there:
            yield Gap(each.table, "its trigger is gone, so the book of changes tells nothing of it")
    with connection.cursor() as cursor:
        cursor.execute(SWITCHED_OFF, asked)
        for table, trigger in cursor.fetchall():
            yield Gap(table, f"its trigger {trigger} is switched off")
        cursor.execute(WITHOUT, asked)
        for (table,) in cursor.fetchall():
            yield Gap(table, f"its trigger {KEEPS} is gone, so its rows can be changed and deleted")
        cursor.execute(READS_OTHERWISE, asked)
        for (table,) in cursor.fetchall():
            yield Gap(table, "a rule, a view or row security stands before its rows")
