"""One board: a chart whose table is its twin; each bar opens its rows, and a file has all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from masterdata import csv_file
from masterdata.models import Company, Vendor
from reconciliation import sheets
from reconciliation.models import CaseExport

from . import figures

Form = CaseExport.Form
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Line:
    """What a bar stands for; `query` asks the page of the board for its rows."""

    title: str
    query: Mapping[str, Any]
    count: int
    money: Decimal
    currency: str


@dataclass(frozen=True)
class Bar:
    """One row of a board; `share` is its length against the largest of its currency, in percent."""

    title: str
    url: str
    count: str
    amount: str
    share: int


@dataclass(frozen=True)
class Board:
    """`of` names the money, `counted` what is counted where that is told; `page` is where the rows are."""

    key: str
    title: str
    heading: str
    of: str
    lines: Sequence[Line]
    counted: str = ""
    page: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def bars(self) -> list[Bar]:
        """Write the lines as bars; currencies are measured each for itself."""
        most: dict[str, Decimal] = {}
        for line in self.lines:
            most[line.currency] = max(most.get(line.currency, Decimal(0)), line.money)
        return [self._bar(line, most[line.currency]) for line in self.lines]

    def _bar(self, line: Line, most: Decimal) -> Bar:
        asked = urlencode({name: value for name, value in line.query.items() if value})
        return Bar(
            title=line.title,
            url=f"{self.page}?{asked}" if self.page and asked else "",
            count=figures.whole(line.count),
            amount=figures.money(line.money.quantize(figures.CENT), line.currency),
            share=int(line.money * 100 / most) if most > 0 and line.money > 0 else 0,
        )


def as_file(board: Board, form: str) -> HttpResponse:
    """Give a board as CSV or for Excel; no text in it is a formula."""
    counted = [board.counted] if board.counted else []
    titles = [board.heading, *counted, board.of, _("Currency")]
    rows: list[list[sheets.Cell]] = [
        [line.title, *([line.count] if counted else []), line.money, line.currency] for line in board.lines
    ]
    return table_as_file(board.title, titles, rows, form, name=board.key)


def table_as_file(
    title: str, titles: list[str], rows: Iterable[Sequence[sheets.Cell]], form: str, *, name: str
) -> HttpResponse:
    if form == Form.EXCEL:
        answer = HttpResponse(sheets.workbook(title, titles, rows), content_type=sheets.EXCEL)
    elif form == Form.CSV:
        answer = HttpResponse("".join(csv_file.table([titles, *rows])), content_type=CSV)
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def vendor_names(company: Company, numbers: set[str]) -> dict[str, str]:
    """Name vendors; one that is not here keeps its number."""
    found = Vendor.objects.filter(company=company, number__in=numbers).exclude(name="")
    return {number: number for number in numbers} | dict(found.values_list("number", "name"))
