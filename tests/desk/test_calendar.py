"""The calendar: a month of days, a day with what differs, its rows, its signature and its evidence."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from reconciliation import control, roles
from reconciliation.models import ControlDay, SignOff
from tests.totals.days import ON, a_day, today_elsewhere

from .reading import links, words

pytestmark = pytest.mark.django_db
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MONTH, DAY = "/calendar/?month=2026-11", "/calendar/2026-11-05/"


@pytest.fixture
def kept(desk) -> ControlDay:
    return control.keep(desk.company, a_day(receipts=42, late=True), now=timezone.now())


def test_each_day_of_the_month_says_how_it_stands(kept, signed_in):
    shown = words(signed_in(roles.AUDITOR).get(MONTH))

    assert "5 November 1 difference – · 42 · –" in shown
    assert "6 November not run" in shown


def test_a_sum_stands_once_where_the_sides_agree_and_by_side_where_they_differ(kept, signed_in):
    client = signed_in(roles.AUDITOR)
    of_portal, of_bc = "2104.20", "2054.10"

    alone = words(client.get(MONTH))
    with_bc = {"count": 41, "amounts": {"EUR": of_portal}}
    bc = kept.totals.get(side="bc")
    kept.totals.filter(pk=bc.pk).update(**with_bc)
    agreed = words(client.get(MONTH))
    kept.totals.filter(pk=bc.pk).update(amounts={"EUR": of_bc})
    differing = words(client.get(MONTH))
    kept.totals.filter(pk=bc.pk).update(amounts={})
    not_told = words(client.get(MONTH))

    assert "– · 42 · – Sum 2,104.20 EUR" in alone
    assert "– · 42 · 41 Sum 2,104.20 EUR 6" in agreed
    assert "– · 42 · 41 Sum Portal 2,104.20 EUR Business Central 2,054.10 EUR 6" in differing
    assert "– · 42 · 41 6" in not_told


def test_a_kind_is_looked_at_by_itself(kept, signed_in):
    assert "5 November nothing came" in words(signed_in(roles.AUDITOR).get(f"{MONTH}&kind=purchase_order"))


def test_a_day_names_what_differs_and_each_number_opens_its_rows(kept, signed_in):
    client = signed_in(roles.AP_CLERK)

    page = client.get(DAY)
    rows = client.get(links(page)["42 Receipts, portal"])

    assert "GR-42 waits for unit BX. See that it comes" in words(page) or "GR-42 waits for unit BX." in words(
        page
    )
    assert "Stores" in words(page)
    assert words(rows).count("GR-") == 42
    assert "GR-42 waiting 4 50.10 EUR differs" in words(rows)


def test_a_controller_signs_with_a_note_and_withdraws_with_a_reason(kept, signed_in):
    client = signed_in(roles.FINANCE_CONTROLLER)
    seen = control.fingerprint(kept)

    refused = client.post(f"{DAY}sign/", {"seen": seen}, follow=True)
    signed = client.post(f"{DAY}sign/", {"seen": seen, "note": "GR-42 comes today"}, follow=True)
    again = client.post(f"{DAY}again/", follow=True)
    withdrawn = client.post(f"{DAY}withdraw/", {"why": "one more came"}, follow=True)

    assert "Say in the note why you sign off all the same." in words(refused)
    assert "Frida Kern signed this day off" in words(signed)
    assert "is signed off. Withdraw the signature first" in words(again)
    assert "withdrawn by frida" in words(withdrawn)
    assert SignOff.objects.get().sha256 == seen


@pytest.mark.parametrize("deed", ["sign", "withdraw", "again"])
def test_who_only_looks_changes_nothing(kept, signed_in, deed):
    answer = signed_in(roles.AP_CLERK).post(f"{DAY}{deed}/", {"seen": control.fingerprint(kept), "note": "x"})

    assert answer.status_code == 403
    assert not SignOff.objects.exists()


def test_without_a_role_nobody_sees_it(kept, signed_in):
    client = signed_in("")

    assert [client.get(page).status_code for page in (MONTH, DAY, f"{DAY}evidence/")] == [403] * 3


def test_the_evidence_holds_the_figures_and_their_hash(kept, signed_in):
    client = signed_in(roles.AUDITOR)

    answer = client.get(f"{DAY}evidence/")
    sheet = client.get(f"{DAY}evidence/?as=xlsx")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sum(row[0] == "document" for row in rows) == 42
    assert next(r for r in rows if r[0] == "difference")[:4] == [
        "difference",
        "goods_receipt",
        "waiting",
        "GR-42",
    ]
    assert answer["X-Figures-SHA256"] == control.fingerprint(kept)
    assert control.fingerprint(kept) in {cell for row in rows for cell in row}
    assert sheet.content.startswith(b"PK")


def test_the_evidence_of_a_difference_says_what_each_side_has_since_when_and_what_to_do(kept, signed_in):
    kept.differences.update(cafm="4", portal="4, waiting", bc="-")

    told = signed_in(roles.AUDITOR).get(f"{DAY}evidence/").content.decode("utf-8-sig")

    (row,) = (row for row in csv.DictReader(io.StringIO(told)) if row["Part"] == "difference")
    assert (row["CAFM"], row["Portal"], row["Owner"]) == ("4", "4, waiting", "Stores")
    assert row["Since"] == "2026-11-05T08:12:00+00:00"
    assert row["What to do"] == "See that it comes; the document then goes on by itself."


def test_the_evidence_keeps_figures_as_figures_and_texts_as_they_are(desk, signed_in):
    day = control.keep(desk.company, a_day(receipts=1), now=timezone.now())
    day.totals.update(quantity="-4", rows=[["=GR-1", "posted", "-4", "-50.1", "EUR"]])
    client = signed_in(roles.AUDITOR)

    rows = list(csv.reader(io.StringIO(client.get(f"{DAY}evidence/").content.decode("utf-8-sig"))))
    book = zipfile.ZipFile(io.BytesIO(client.get(f"{DAY}evidence/?as=xlsx").content))

    assert ["'=GR-1", "", "-4"] in [row[3:6] for row in rows]
    cells = {
        cell.get("r"): (cell.get("t"), "".join(cell.itertext()))
        for cell in ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(f"{SHEET}c")
    }
    at = next(place[1:] for place, cell in cells.items() if cell == ("inlineStr", "portal"))
    total, document = int(at), int(at) + 1
    assert (cells[f"E{total}"], cells[f"F{total}"]) == ((None, "1"), (None, "-4"))
    assert (cells[f"D{document}"], cells[f"F{document}"]) == (("inlineStr", "=GR-1"), (None, "-4"))


def test_a_day_that_was_not_compared_says_so(desk, signed_in):
    page = words(signed_in(roles.AP_CLERK).get(DAY))

    assert "This day has not been compared" in page
    assert "Ask a finance controller" in page


def test_the_month_goes_up_to_today_by_the_companys_own_clock(desk, signed_in):
    today = today_elsewhere(desk.company)
    client = signed_in(roles.AUDITOR)

    page = client.get("/calendar/")

    shown = {square.day: square.url for week in page.context["weeks"] for square in week}
    assert shown[today] == f"/calendar/{today}/"
    assert [day for day, url in shown.items() if url and day > today] == []


def test_home_tells_of_yesterday_by_the_companys_own_clock(desk, signed_in):
    today = today_elsewhere(desk.company)
    kept = control.keep(desk.company, a_day(receipts=42, late=True), now=timezone.now())
    ControlDay.objects.filter(pk=kept.pk).update(date=today - timedelta(days=1))

    assert links(signed_in(roles.AP_CLERK).get("/"))["The day"] == f"/calendar/{today - timedelta(days=1)}/"


def test_home_says_how_yesterday_ended(desk, signed_in):
    day = a_day(receipts=42, late=True)
    kept = control.keep(desk.company, day, now=timezone.now())
    ControlDay.objects.filter(pk=kept.pk).update(date=timezone.localdate() - timedelta(days=1))

    page = signed_in(roles.AP_CLERK).get("/")

    assert "41 of 42 of yesterday's receipts are posted; GR-42 waits for unit BX, owner Stores" in words(page)
    assert links(page)["The day"] != f"/calendar/{ON}/"
