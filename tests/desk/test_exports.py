"""The list as a file: what the list shows, written by a worker, for nobody else's eyes."""

from __future__ import annotations

import csv
import io
import zipfile
from xml.etree import ElementTree

import pytest

from reconciliation import roles, tasks
from reconciliation.models import CaseExport, ExceptionCase
from tests import factories

from .reading import links, words

pytestmark = pytest.mark.django_db
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EXPORT, EXPORTS = "/exceptions/export/", "/exceptions/exports/"


def table(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def three(desk):
    factories.many_cases(desk, 3)


def test_the_file_holds_what_the_list_shows(three, signed_in):
    client = signed_in(roles.AP_CLERK)

    asked = client.post(EXPORT, {"queue": "tab=open&min=20&sort=-amount"}, follow=True)
    assert "being written" in words(asked)
    assert tasks.write_exports() == 1
    ready = client.get(EXPORTS)
    (address,) = [url for text, url in links(ready).items() if text.startswith("Download list")]
    rows = table(client.get(address))

    assert [row[0] for row in rows] == ["Invoice", "R-003", "R-002"]
    assert rows[1][1:8] == ["V10", "Liftbau Nord", "PO-003", "Billed before receipt", "30", "30", "EUR"]
    assert tasks.write_exports() == 0


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_of_a_supplier_becomes_a_formula(three, signed_in, evil):
    ExceptionCase.objects.filter(invoice_number="R-001").update(vendor_name=evil)
    client = signed_in(roles.AP_CLERK)
    client.post(EXPORT, {"queue": "tab=open"})
    tasks.write_exports()

    rows = table(client.get(f"{EXPORTS}{CaseExport.objects.get().pk}.csv"))

    assert next(row[2] for row in rows if row[0] == "R-001") == f"'{evil}"


def test_an_excel_file_holds_figures_days_and_texts_that_stay_texts(three, signed_in):
    ExceptionCase.objects.filter(invoice_number="R-001").update(vendor_name="=1+1", due_on="2026-03-01")
    client = signed_in(roles.AP_CLERK)

    asked = client.post(EXPORT, {"queue": "tab=open&sort=invoice&q=R-001", "form": "xlsx"}, follow=True)
    assert "All open, “R-001” " in words(asked)
    assert "1 file is being written." in words(asked)
    tasks.write_exports()
    (address,) = [url for text, url in links(client.get(EXPORTS)).items() if text.endswith(", Excel")]
    book = zipfile.ZipFile(io.BytesIO(client.get(address).content))
    rows = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{SHEET}row")
    cells = [{cell.get("r"): cell for cell in row.iter(f"{SHEET}c")} for row in rows]

    assert len(cells) == 2
    assert cells[1]["C2"].get("t") == "inlineStr"
    assert "".join(cells[1]["C2"].itertext()) == "=1+1"
    assert [cells[1][place].findtext(f"{SHEET}v") for place in ("G2", "J2")] == ["10", "46082"]
    assert not [each for each in cells[1].values() if each.find(f"{SHEET}f") is not None]


def test_nobody_fetches_what_another_asked_for(three, signed_in):
    signed_in(roles.AP_CLERK).post(EXPORT, {"queue": "tab=open"})
    tasks.write_exports()
    key = CaseExport.objects.get().pk

    theirs = signed_in(roles.AP_APPROVER)

    assert theirs.get(f"{EXPORTS}{key}.csv").status_code == 404
    assert theirs.get(f"{EXPORTS}{key}.xlsx").status_code == 404
    assert "No exports yet" in words(theirs.get(EXPORTS))


def test_who_may_not_see_cases_exports_none(three, signed_in):
    client = signed_in(roles.INTEGRATION_ADMIN)

    assert client.post(EXPORT, {"queue": ""}).status_code == 403
    assert client.get(EXPORTS).status_code == 403
    assert not CaseExport.objects.exists()
