"""The board of money let through and lost: its figures, the rows behind each bar, and the files."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone

from masterdata.models import Vendor
from reconciliation import cases, roles
from reconciliation.models import ExceptionCase, Leak
from tests import factories
from tests.trials.history import allow

from .reading import links, words

pytestmark = pytest.mark.django_db

TODAY = "/boards/lost/"


@pytest.fixture
def gone(desk):
    """R-1 was let through 1.00 too dear, R-2 released 10.00 too dear, R-3 lost 1.50 of discount."""
    from tests.reconcile.desk import billed, publish

    allow(desk, "5")
    publish(desk.company)
    today = timezone.localdate()
    desk.order("PO-1")
    desk.receive("10")
    desk.invoice("R-1", billed(price="5.10"), invoice_date=today)
    dear = factories.price_over_order(desk, "R-2", price="6.00")
    cases.release(dear, by=factories.person(roles.AP_CLERK, "rita"), reason="Agreed by phone")
    late = factories.billed_before_receipt(desk, "R-3", vendor="V20")
    ExceptionCase.objects.filter(pk=late.pk).update(
        discount_until=today - datetime.timedelta(1), discount_amount="1.50"
    )
    return today


def test_what_went_is_told_by_cause_and_by_vendor(gone, signed_in):
    shown = words(signed_in(roles.FINANCE_CONTROLLER).get(TODAY))

    assert "Unit price 1 1.00 EUR" in shown
    assert "Price over order 1 10.00 EUR" in shown
    assert "Billed before receipt 1 1.50 EUR" in shown
    assert "Klima Süd 1 1.50 EUR" in shown
    assert "1.00 EUR Let through by the rules, this week" in shown


@pytest.mark.parametrize(
    ("bar", "told"),
    [
        ("Unit price", "R-1 today_ Liftbau Nord Unit price 1.00 EUR"),
        ("Price over order", "R-2 today_ Liftbau Nord Price over order 10.00 EUR"),
        ("Klima Süd", "Klima Süd Billed before receipt 1.50 EUR"),
    ],
)
def test_each_bar_opens_its_invoices(gone, signed_in, bar, told):
    from reconciliation.views import figures

    client = signed_in(roles.FINANCE_CONTROLLER)

    shown = words(client.get(links(client.get(TODAY))[bar]))

    assert told.replace("today_", figures.short_day(gone, gone)) in shown
    assert shown.count(" R-") == 1


def test_the_weeks_are_there_without_money_too_and_can_be_months(gone, signed_in):
    client = signed_in(roles.FINANCE_CONTROLLER)

    weeks = words(client.get(TODAY))
    months = words(client.get(f"{TODAY}?by=month"))

    assert weeks.count(" 0 0.00 EUR") == 33  # twelve weeks of three ways, each with money in one
    assert f"{gone:%B %Y} 1 10.00 EUR" in months
    assert "1.00 EUR Let through by the rules, this month" in months


def test_a_case_opens_from_its_row(gone, signed_in):
    client = signed_in(roles.FINANCE_CONTROLLER)
    page = client.get(links(client.get(TODAY))["Price over order"])

    assert client.get(links(page)["R-2"]).status_code == 200
    assert "/exceptions/" in links(page)["R-2"]


def test_boards_and_rows_are_files_without_formulas(gone, signed_in):
    Vendor.objects.filter(number="V10").update(name="@SUM(1)")
    client = signed_in(roles.FINANCE_CONTROLLER)

    board = client.get("/boards/lost/accepted/causes.csv")
    listed = client.get("/boards/lost/accepted.csv")

    assert board.content.decode().removeprefix("\ufeff").splitlines() == [
        "Cause,Invoices,Amount,Currency",
        "Price over order,1,10,EUR",
    ]
    assert listed.content.decode().removeprefix("\ufeff").splitlines() == [
        "Day,Invoice,Vendor,Vendor name,Cause,Amount,Currency",
        f"{gone},R-2,V10,'@SUM(1),Price over order,10,EUR",
    ]
    assert client.get("/boards/lost/accepted.xlsx").content.startswith(b"PK")
    assert client.get("/boards/lost/accepted/trend.xlsx?by=month").content.startswith(b"PK")


@pytest.mark.parametrize(
    "path", ["other/", "other.csv", "within.pdf", "within/other.csv", "other/causes.csv", "within/causes.pdf"]
)
def test_what_is_not_there_is_told_so(company, signed_in, path):
    assert signed_in(roles.FINANCE_CONTROLLER).get(f"/boards/lost/{path}").status_code == 404


@pytest.mark.parametrize("query", ["from=2026-02-30", "from=x&to=9999-12-31", "cause=%00&vendor=%00"])
def test_an_address_that_makes_no_sense_shows_nothing_wrong(company, signed_in, query):
    shown = signed_in(roles.FINANCE_CONTROLLER).get(f"/boards/lost/within/?{query}")

    assert "No money was let through or lost" in words(shown)


def test_another_companys_money_is_not_shown(gone, signed_in):
    from masterdata.models import Company

    Company.objects.create(name="AAA", ledger_currency="EUR", pk=1)
    client = signed_in(roles.FINANCE_CONTROLLER)
    session = client.session
    session["company"] = 1
    session.save()

    assert "R-2" not in client.get("/boards/lost/accepted.csv").content.decode()


def test_without_a_company_it_says_so(signed_in, db):
    assert "No company yet" in words(signed_in(roles.AP_CLERK).get(TODAY))


def test_what_was_judged_before_the_board_was_kept_is_filled_in_from_the_judgements(gone):
    kept = sorted(Leak.objects.values_list("invoice__number", "check_name", "vendor_number", "day", "amount"))
    Leak.objects.all().delete()

    call_command("fill_losses")
    call_command("fill_losses")

    assert [row[0] for row in kept] == ["R-1"]
    assert kept == sorted(
        Leak.objects.values_list("invoice__number", "check_name", "vendor_number", "day", "amount")
    )
