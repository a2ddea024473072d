"""Read the files of the open balances; what is wrong is told by file, row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .columns import COLUMNS, Column, InvoiceRow, OrderRow, ReceiptRow, StockRow

FILES = {name: [column.name for column in columns] for name, (_row, columns) in COLUMNS.items()}
KEYS = {"orders": "number", "receipts": "number", "invoices": "bc_number", "stock": "item"}
"""The column by which the rows of a document are known to belong together."""

HEADINGS = 1
MOST_ROWS = 100_000  # each is held in memory, and so is what is wrong with it


class BalanceError(Exception):
    """The files cannot be taken over; the text says why and what to do."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row, and what to do."""

    file: str
    row: int
    sentence: str
    column: str = ""
    document: str = ""
    """The key of the document that the row belongs to; empty where the row or the file cannot be read."""


@dataclass
class Balances:
    """What the files say, and what of them could not be read."""

    orders: list[OrderRow] = field(default_factory=list)
    receipts: list[ReceiptRow] = field(default_factory=list)
    invoices: list[InvoiceRow] = field(default_factory=list)
    stock: list[StockRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def decoded(name: str, content: bytes) -> str:
    """Read a file as text; raises BalanceError."""
    try:
        told = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BalanceError(f"{name} is no text in UTF-8. Save it as “CSV UTF-8” and send it again.") from None
    if "\0" in told:
        raise BalanceError(f"{name} is no CSV file. Save it as “CSV UTF-8” and send it again.")
    return told


def read(files: Mapping[str, str]) -> Balances:
    """Read the files that are there, by their names: orders, receipts, invoices, stock."""
    balances = Balances()
    for name, content in files.items():
        rows = getattr(balances, name)
        rows += _rows(name, content, balances.problems)
    return balances


def _rows(name: str, content: str, problems: list[Problem]) -> Iterator[Any]:
    row_type, columns = COLUMNS[name]
    sign = ";" if content.partition("\n")[0].count(";") else ","
    reader = csv.reader(io.StringIO(content), delimiter=sign, strict=True)
    try:
        headings = [each.strip().lower() for each in next(reader, [])]
        if wrong := _wrong_headings(headings, columns):
            problems.append(Problem(name, HEADINGS, wrong))
            return
        for values in reader:
            if reader.line_num > HEADINGS + MOST_ROWS:
                what = f"The file has more than {MOST_ROWS:,} rows. Send it in parts, each with whole orders."
                problems.append(Problem(name, reader.line_num, what))
                return
            if any(value.strip() for value in values):
                told = _told(name, reader.line_num, headings, values, problems)
                if told is not None:
                    yield row_type(row=reader.line_num, **told)
    except csv.Error as error:
        problems.append(Problem(name, reader.line_num, f"The row cannot be read as CSV: {error}."))


def _wrong_headings(headings: Sequence[str], columns: Sequence[Column]) -> str:
    known = [column.name for column in columns]
    lacking = [column.name for column in columns if column.is_needed and column.name not in headings]
    strange = [each for each in headings if each not in known]
    if lacking or strange or len({*headings}) < len(headings):
        told = [f"lacks the columns {', '.join(lacking)}"] * bool(lacking)
        told += [f"has columns that are not known: {', '.join(strange)}"] * bool(strange)
        return f"The file {' and '.join(told) or 'names a column twice'}. It takes {', '.join(known)}."
    return ""


def _told(
    name: str, row: int, headings: Sequence[str], values: Sequence[str], problems: list[Problem]
) -> dict[str, Any] | None:
    """Read the values of a row; None when some of them are wrong."""
    if len(values) != len(headings):
        sentence = f"The row has {len(values)} values for {len(headings)} columns."
        problems.append(Problem(name, row, sentence))
        return None
    given = dict(zip(headings, (value.strip() for value in values), strict=True))
    told, is_whole = {}, True
    document = given.get(KEYS[name], "")
    for column in COLUMNS[name][1]:
        try:
            told[column.name] = _value(column, given.get(column.name, ""))
        except ValueError as error:
            problems.append(Problem(name, row, f"{column.name} {error}.", column.name, document))
            is_whole = False
    return told if is_whole else None


def _value(column: Column, value: str) -> Any:
    if value:
        return column.read(value)
    if column.is_needed:
        raise ValueError("is empty")
    return column.otherwise
