"""The boards: what they say is what the list shows, and each bar opens its rows."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from masterdata.models import Vendor
from reconciliation import cases, roles
from reconciliation.models import ExceptionCase, GoodsReceipt, SupplierInvoice
from tests import factories

from .reading import invoices, links, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(desk):
    """R-1 is five days late, R-2 due in three, R-3 loses its discount tomorrow, R-4 is with Carl."""
    today = timezone.localdate()
    for number in ("R-1", "R-2", "R-3", "R-4"):
        factories.billed_before_receipt(desk, number)
    factories.price_over_order(desk, "R-5")

    def change(number, **values):
        ExceptionCase.objects.filter(invoice_number=number).update(**values)

    change("R-1", due_on=today - datetime.timedelta(5))
    change("R-2", due_on=today + datetime.timedelta(3))
    change("R-3", discount_until=today + datetime.timedelta(1), discount_amount="1.50")
    cases.take(ExceptionCase.objects.get(invoice_number="R-4"), by=factories.person(roles.AP_CLERK, "carl"))


@pytest.mark.parametrize(
    ("bar", "told", "shown"),
    [
        ("1 to 7 days late", "1 to 7 days late 1 50.00 EUR", ["R-1"]),
        ("due within 7 days", "due within 7 days 1 50.00 EUR", ["R-2"]),
        ("within 7 days", "within 7 days 1 1.50 EUR", ["R-3"]),
        ("Price over order", "Price over order 1 60.00 EUR", ["R-5"]),
        ("Weiss", "Weiss 1 50.00 EUR", ["R-4"]),
        ("up to a day", "up to a day 5 260.00 EUR", ["R-1", "R-2", "R-3", "R-4", "R-5"]),
        ("nobody yet", "nobody yet 4 210.00 EUR", ["R-1", "R-2", "R-3", "R-5"]),
    ],
)
def test_each_bar_opens_its_rows(busy, signed_in, bar, told, shown):
    client = signed_in(roles.AP_CLERK)
    page = client.get("/boards/")

    assert told in words(page)
    assert sorted(invoices(client.get(links(page)[bar]))) == shown


def test_rates_count_what_went_through_and_how_long_a_release_took(busy, desk, signed_in):
    desk.order("PO-OK")
    desk.receive("10", order="PO-OK")
    desk.invoice("R-OK", order_number="PO-OK")
    case = ExceptionCase.objects.get(invoice_number="R-5")
    factories.billed_before_receipt(desk, "R-6")
    opened = timezone.now() - datetime.timedelta(hours=5, minutes=1)
    cases.release(case, by=factories.person(roles.AP_CLERK, "rita"), reason="The goods are there")
    ExceptionCase.objects.filter(pk=case.pk).update(
        opened_at=opened, closed_at=opened + datetime.timedelta(hours=5)
    )

    shown = words(signed_in(roles.AP_CLERK).get("/boards/"))

    assert "14.29 % went through untouched" in shown
    assert "14.29 % tied out at the first look" in shown
    assert "5 h from opening to release, on average" in shown


def test_goods_without_an_invoice_and_invoices_without_goods_are_valued(desk, signed_in):
    desk.order("PO-1")
    desk.receive("4", order="PO-1")
    factories.billed_before_receipt(desk, "R-1", vendor="V20")

    shown = words(signed_in(roles.AP_CLERK).get("/boards/"))

    assert "Received, not invoiced Vendor Value Against the largest Liftbau Nord 20.00 EUR" in shown
    assert "Invoiced, not received Vendor Value Against the largest Klima Süd 50.00 EUR" in shown


def test_goods_that_went_back_and_invoices_that_were_rejected_count_no_more(desk, signed_in):
    desk.order("PO-1")
    desk.receive("4", order="PO-1")
    desk.invoice("R-1", order_number="PO-1")
    client = signed_in(roles.AP_CLERK)

    def told(board: str) -> list[str]:
        return client.get(f"/boards/{board}.csv").content.decode().splitlines()[1:]

    billed_more = told("billed"), told("received")
    GoodsReceipt.objects.update(reversed_on=timezone.localdate())
    went_back = told("billed"), told("received")
    GoodsReceipt.objects.update(reversed_on=None)
    SupplierInvoice.objects.update(status=SupplierInvoice.Status.REJECTED)
    rejected = told("billed"), told("received")

    assert billed_more == (["Liftbau Nord,30,EUR"], [])
    assert went_back == (["Liftbau Nord,50,EUR"], [])
    assert rejected == ([], ["Liftbau Nord,20,EUR"])


def test_boards_without_a_case_and_without_a_company_say_so(signed_in, db):
    client = signed_in(roles.AP_CLERK)
    assert "No company yet" in words(client.get("/boards/"))
    factories.open_company()

    assert "Nothing here now." in words(client.get("/boards/"))


def test_who_may_not_see_cases_sees_no_boards(company, signed_in):
    assert signed_in(roles.INTEGRATION_ADMIN).get("/boards/").status_code == 403


def test_a_board_is_a_file_too(busy, signed_in):
    client = signed_in(roles.AP_CLERK)

    written = client.get("/boards/reasons.csv")
    book = client.get("/boards/reasons.xlsx")

    assert written["Content-Disposition"] == 'attachment; filename="reasons.csv"'
    assert written.content.decode().removeprefix("\ufeff").splitlines() == [
        "Reason,Cases,Billed,Currency",
        "Billed before receipt,4,200,EUR",
        "Price over order,1,60,EUR",
    ]
    assert book.content.startswith(b"PK")


def test_no_vendor_makes_a_formula_of_a_board(desk, signed_in):
    Vendor.objects.filter(number="V20").update(name="=HYPERLINK(1)")
    factories.billed_before_receipt(desk, "R-1", vendor="V20")

    written = signed_in(roles.AP_CLERK).get("/boards/billed.csv").content.decode()

    assert "'=HYPERLINK(1),50,EUR" in written


@pytest.mark.parametrize("path", ["/boards/nothing.csv", "/boards/reasons.pdf"])
def test_a_board_that_is_not_there_is_no_file(company, signed_in, path):
    assert signed_in(roles.AP_CLERK).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/boards/reasons.csv", "/boards/lost/", "/boards/lost/within.csv"])
def test_who_may_not_see_cases_gets_no_file_either(company, signed_in, path):
    assert signed_in(roles.INTEGRATION_ADMIN).get(path).status_code == 403
