"""The chain as a file for auditors: each row in the words its hash is made of, to be checked apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain as chain_from

from django.db import connection

from masterdata import csv_file

from .books import of_sealed_row

AT_A_TIME = 2_000
READABLE = ("at", "company", "who", "from", "table", "row", "action", "old", "new")


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
    headings = ["chain", "position", "book", "kept_row", *READABLE, "words", "digest", "hash"]
    return csv_file.lines(chain_from([headings], map(_row, _lines(chain))))


def _row(line: Line) -> list[object]:
    """Write what is to be read harmlessly, and what is to be checked as it is."""
    told = [csv_file.plain_text(each) for each in _readable(line)]
    return [line.chain, line.position, line.book, line.row, *told, line.words or "", line.digest, line.hash]


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
