"""A table as an Excel file (Office Open XML): one sheet, a bold frozen heading, a filter."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from io import BytesIO
from xml.sax.saxutils import escape

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
EXCEL = f"{KIND}.sheet"  # the type of the whole file
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
WIDTH = 24

TYPES = (
    f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/></Types>'
)
ROOT = (
    f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK_PARTS = (
    f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
# Which look of STYLES a cell has.
BOLD, DAY, MOMENT, AMOUNT = 1, 2, 3, 4
STYLES = (
    f'{HEAD}<styleSheet xmlns="{SHEET}"><numFmts count="3">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/>'
    '<numFmt numFmtId="166" formatCode="#,##0.00###"/></numFmts>'
    '<fonts count="2"><font/><font><b/></font></fonts>'
    '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="5"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>'
    '<xf numFmtId="165" applyNumberFormat="1"/><xf numFmtId="166" applyNumberFormat="1"/></cellXfs>'
    "</styleSheet>"
)
Cell = str | int | Decimal | datetime.date | None
EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no zones
SECONDS_A_DAY = 86_400


def workbook(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write a table as the bytes of an .xlsx file; texts stay texts, whatever they begin with."""
    title = escape(name[:31], {'"': "&quot;"})
    book = (
        f'{HEAD}<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name="{title}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": ROOT,
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": BOOK_PARTS,
        "xl/styles.xml": STYLES,
    }
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for path, text in parts.items():
            file.writestr(path, text)
        with file.open("xl/worksheets/sheet1.xml", "w") as sheet:  # row by row: a list may be long
            for part in _sheet(headings, rows):
                sheet.write(part.encode())
    return written.getvalue()


def _sheet(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    yield (
        f'{HEAD}<worksheet xmlns="{SHEET}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{len(headings)}" width="{WIDTH}" customWidth="1"/></cols><sheetData>'
    )
    number = 1
    yield _row(number, headings, BOLD)
    for number, row in enumerate(rows, start=2):
        yield _row(number, row)
    yield f'</sheetData><autoFilter ref="A1:{_column(len(headings) - 1)}{number}"/></worksheet>'


def _row(number: int, cells: Sequence[Cell], style: int = 0) -> str:
    made = "".join(_cell(f"{_column(at)}{number}", value, style) for at, value in enumerate(cells))
    return f'<row r="{number}">{made}</row>'


def _cell(place: str, value: Cell, style: int) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = escape(CONTROL.sub("", value))
        return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    figure, style = _figure(value, style)
    return f'<c r="{place}" s="{style}"><v>{figure}</v></c>'


def _figure(value: int | Decimal | datetime.date, style: int) -> tuple[str, int]:
    """Write a value as Excel counts: days are counted from the end of 1899, moments by the place's clock."""
    if isinstance(value, datetime.datetime):
        since = value.replace(tzinfo=None) - EPOCH
        return f"{since.days + since.seconds / SECONDS_A_DAY:.6f}", MOMENT
    if isinstance(value, datetime.date):
        return str((value - EPOCH.date()).days), DAY
    if isinstance(value, Decimal):
        return f"{value:f}", AMOUNT
    return str(value), style


def _column(at: int) -> str:
    letters = ""
    while at >= 0:
        at, rest = divmod(at, 26)
        letters = chr(65 + rest) + letters
        at -= 1
    return letters
