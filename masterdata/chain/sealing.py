"""Seal what has been committed, in the order of the rows' numbers; one process at a time, once a minute.

A number that is missing may belong to a transaction that still runs. So the end of a turn is looked up first,
then who is writing, and rows up to that end are sealed when all of these have ended.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from masterdata.models import ChainHead, Sealed

from .book import Book
from .books import BOOKS, FIRST, digest, following

ALONE = 7_341_001  # the advisory lock of whoever seals
BATCH = 10_000

# Whoever writes in a book holds this lock on it until the transaction ends.
WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE relation = %s::regclass AND mode = 'RowExclusiveLock' AND pid IS DISTINCT FROM pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

Rows = list[tuple[int, int, bytes]]  # number, chain, digest


def seal(book: Book | None = None, *, batch: int = BATCH) -> int:
    """Seal all that can be sealed now, of one book or of all; returns how many rows."""
    sealed = 0
    for each in [book] if book else BOOKS.values():
        while (count := _turn(each, batch)) is not None:
            sealed += count
    return sealed


@transaction.atomic
def _turn(book: Book, batch: int) -> int | None:
    """Seal a batch of rows; None when there is no more to seal now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ALONE])
        if not cursor.fetchone()[0]:
            return None
    place, _created = Sealed.objects.get_or_create(book=book.name)
    if place.until == place.end and not _look_up_the_end(book, place):
        return None
    if set(place.writers) & _writers(book):
        return None
    rows = _rows(book, place, batch)
    _add(book, rows)
    place.until = rows[-1][0] if len(rows) == batch else place.end
    place.save()
    return len(rows)


def _look_up_the_end(book: Book, place: Sealed) -> bool:
    """Note the last row, then who is writing: a writer that is not seen has ended, and its rows are there."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max({book.key}), 0) FROM {book.table}")  # noqa: S608 - our own names
        place.end = max(cursor.fetchone()[0], place.until)
    place.writers = sorted(_writers(book))
    place.save()
    return place.end > place.until


def _writers(book: Book) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(WRITERS, [book.table])
        return {row[0] for row in cursor.fetchall()}


def _rows(book: Book, place: Sealed, batch: int) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(
            # The rows first, then their hashes: else those of the whole table may be made for each batch.
            f"SELECT kept.{book.key}, coalesce({book.company}, 0), {digest(book)} "  # noqa: S608
            f"FROM (SELECT * FROM {book.table} WHERE {book.key} > %s AND {book.key} <= %s "
            f"ORDER BY {book.key} LIMIT %s) AS kept ORDER BY kept.{book.key}",
            [place.until, place.end, batch],
        )
        return [(number, chain, bytes(made)) for number, chain, made in cursor.fetchall()]


def _add(book: Book, rows: Rows) -> None:
    """Put rows at the ends of their chains."""
    by_chain: dict[int, list[tuple[int, bytes]]] = defaultdict(list)
    for number, chain, made in rows:
        by_chain[chain].append((number, made))
    heads = ChainHead.objects.in_bulk(list(by_chain))
    for chain, members in by_chain.items():
        head = heads.get(chain) or ChainHead(chain=chain, position=0, hash=FIRST)
        _write(_lengthened(book, head, members))
        head.sealed_at = timezone.now()
        head.save()


def _lengthened(book: Book, head: ChainHead, members: list[tuple[int, bytes]]) -> list[tuple[Any, ...]]:
    seals = []
    for number, made in members:
        head.position, head.hash = head.position + 1, following(bytes(head.hash), made)
        seals.append((head.chain, head.position, book.name, number, made, head.hash))
    return seals


def _write(seals: list[tuple[Any, ...]]) -> None:
    statement = "COPY masterdata_seal (chain, position, book, row, digest, hash) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for seal in seals:
            copy.write_row(seal)
