"""The chain as a file for auditors: each row in the words its hash is made of, to be checked apart."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.db import connection

from .books import of_sealed_row

AT_A_TIME = 2_000
READABLE = ("at", "company", "who", "from", "table", "row", "action", "old", "new")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """One place of a chain; `words` is None where the row was forgotten."""

    chain: int
    position: int
    book: str
    row: int
    words: str | None
    digest: str
    hash: str


def export_lines(chain: int) -> Iterator[str]:
    """Give a chain as JSON, a line each."""
    for line in _lines(chain):
        yield json.dumps(asdict(line), ensure_ascii=False) + "\n"


def export_csv(chain: int) -> Iterator[str]:
    """Give a chain as CSV: columns to read, and those to check."""
    writer = csv.writer(_Echo())
    yield writer.writerow(["chain", "position", "book", "kept_row", *READABLE, "words", "digest", "hash"])
    for line in _lines(chain):
        told = [_harmless(each) for each in _readable(line)]
        checked = [line.words or "", line.digest, line.hash]
        yield writer.writerow([line.chain, line.position, line.book, line.row, *told, *checked])


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(chain: int) -> Iterator[Line]:
    words = of_sealed_row(lambda book: book.words)
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT chain, position, book, row, {words}, encode(digest, 'hex'), "  # noqa: S608
            "encode(hash, 'hex') FROM masterdata_seal AS seal WHERE chain = %s ORDER BY position",
            [chain],
        )
        while rows := cursor.fetchmany(AT_A_TIME):
            yield from (Line(*row) for row in rows)


def _readable(line: Line) -> list[str]:
    """Give a change's columns for people; a decision and a forgotten row have only their words."""
    if line.words is None or line.book != "change":
        return [""] * len(READABLE)
    _id, at, company, who, origin, table, row, action, old, new = json.loads(line.words, parse_float=str)
    told = [at, company, who, origin, table, row, action]
    return [*("" if each is None else str(each) for each in told), _json(old), _json(new)]


def _json(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking text for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
