"""A table as a CSV file that people open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

BYTE_ORDER_MARK = "\ufeff"  # before the file: spreadsheets take it for UTF-8
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain_text(value: object) -> str:
    """Keep a spreadsheet from taking a text for a formula; figures stay figures."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Write rows as they are, a line each, as they come."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow(row)


def table(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Write rows for a spreadsheet: marked as UTF-8, no text a formula."""
    yield BYTE_ORDER_MARK
    yield from lines([plain_text(value) for value in row] for row in rows)


class _Echo:
    """Gives back what is written to it, so that a row can be sent at once."""

    def write(self, text: str) -> str:
        return text
