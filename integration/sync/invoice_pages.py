"""Pages of purchase invoices with their lines, asked for and read as their two mappings say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from integration.bc import odata, reading
from integration.bc.names import ID
from integration.mapping import pulls, told
from integration.mapping.pulls import INVOICE_LINES, INVOICES

INVOICE_SET, LINE_SET = "purchaseInvoices", "purchaseInvoiceLines"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pulled:
    """One invoice; its id survives posting, its number does not."""

    id: UUID
    modified_at: datetime | None
    head: told.Invoice
    lines: tuple[told.InvoiceLine, ...]


@dataclass(frozen=True)
class Page:
    """The invoices that make sense, and why others do not."""

    invoices: list[Pulled]
    refused: list[tuple[str, str]]
    """BC's number of the invoice, and the reason."""


def question() -> dict[str, Any]:
    """Say which fields are asked for: what the rows of both mappings read."""
    lines = pulls.select_of_part(pulls.compiled(INVOICE_LINES))
    return {"select": pulls.select(pulls.compiled(INVOICES)), "expand": odata.nested(LINE_SET, lines)}


def read(rows: Sequence[Row]) -> Page:
    """Map the heads as one table and the lines as another; a line that is wrong refuses its invoice."""
    page = Page([], [])
    lines = iter(_mapped(INVOICE_LINES, [line for row in rows for line in lines_of(row)]))
    for row, stamp, head in zip(rows, _stamps(rows), _mapped(INVOICES, rows), strict=True):
        own = list(islice(lines, len(lines_of(row))))
        wrong = [each for each in (stamp, head, *map(_of_line, own)) if isinstance(each, str)]
        if wrong:
            page.refused.append((str(row.get("number") or row.get(ID)), wrong[0]))
        else:
            bc_id, modified_at = stamp
            page.invoices.append(Pulled(UUID(bc_id), modified_at, head, tuple(own)))
    return page


def _mapped(entity: str, rows: Sequence[Row]) -> list[Any]:
    """Give for each row the form that it fills, or the reason why it fills none."""
    form, blanks = told.FORMS[entity], told.blanks(entity)
    turned = pulls.turn(pulls.compiled(entity), rows, blanks)
    wrong = {place: pulls.sentence(problems) for place, problems in turned.wrong.items()}
    names = tuple(turned.columns)
    filled = iter(zip(*turned.columns.values(), strict=True))
    found: list[Any] = []
    for place in range(len(rows)):
        if place in wrong:
            found.append(wrong[place])
            continue
        values = {**blanks, **dict(zip(names, next(filled), strict=True))}
        found.append(told.misfit(entity, values) or form(**values))
    return found


def _stamps(rows: Sequence[Row]) -> list[Any]:
    stamps = reading.read_stamps(rows)
    good = iter(zip(stamps.ids, stamps.modified_at, strict=True))
    return [stamps.wrong[place] if place in stamps.wrong else next(good) for place in range(len(rows))]


def lines_of(row: Row) -> Sequence[Row]:
    """Give the lines that came with an invoice, if any did."""
    return row.get(LINE_SET) or ()


def _of_line(line: Any) -> Any:
    return f"One of its lines: {line}" if isinstance(line, str) else line
