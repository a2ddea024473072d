"""Give the database user that Tieout works as what it needs, and no right to change or empty the books.

Run it as the tables' owner after each migrate. The owner migrates only; web and workers sign in as the other.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from psycopg import sql

from masterdata.chain import BOOKS
from masterdata.models import Seal

ALL = (
    "GRANT USAGE ON SCHEMA {schema} TO {user}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {user}",
    "REVOKE EXECUTE ON FUNCTION tieout_forget_changes(text, integer, text) FROM PUBLIC",  # a restore lets all
    "GRANT EXECUTE ON FUNCTION tieout_forget_changes(text, integer, text) TO {user}",
)
BOOK = "REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {user}"
LATER = "GRANT UPDATE ({column}) ON {table} TO {user}"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the database user that web and workers sign in as")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = options["user"]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_schema(), current_user, to_regrole(quote_ident(%s)) IS NULL", [user]
            )
            schema, owner, is_unknown = cursor.fetchone()
            if is_unknown or user == owner:
                reason = "does not exist" if is_unknown else "owns the tables, and an owner has every right"
                raise CommandError(
                    f"The database user {user} {reason}. Make another one with CREATE ROLE … LOGIN."
                )
            names = {"schema": sql.Identifier(schema), "user": sql.Identifier(user)}
            for statement in ALL:
                cursor.execute(sql.SQL(statement).format(**names))
            for table in books():
                cursor.execute(sql.SQL(BOOK).format(table=sql.Identifier(table), **names))
            for table, column in written_later():
                column_of = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
                cursor.execute(sql.SQL(LATER).format(**column_of, **names))
        self.stdout.write(f"{user} may work, and may only add to: {', '.join(books())}.")


def books() -> list[str]:
    """Name the tables that are only ever added to: the chained books, the seals, each model's history."""
    histories = [model._meta.db_table for model in apps.get_models() if hasattr(model, "history_id")]
    return sorted({*(book.table for book in BOOKS.values()), Seal._meta.db_table, *histories})


def written_later() -> list[tuple[str, str]]:
    """Name the columns of chained books that are filled or emptied after the row was added."""
    return [(book.table, column) for book in BOOKS.values() for column in book.written_later]
