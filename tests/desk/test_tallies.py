"""The kept counts agree with the cases, whatever happens to these."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db.models import Count, Q, Sum, Value
from django.db.models.functions import Coalesce

from masterdata.models import PaymentTerms, Vendor
from reconciliation import cases, roles, tallies
from reconciliation.models import CaseTally, ExceptionCase
from tests import factories

pytestmark = pytest.mark.django_db
KEYS = {
    "desk": ("status", "owner", "code"),
    "vendor": ("status", "vendor_number", "vendor_name"),
    "due": ("due_on",),
    "discount": ("discount_until",),
}


def kept(cut):
    keys = [key if cut in ("desk", "vendor") else "day" for key in KEYS[cut]]
    rows = (
        CaseTally.objects.filter(cut=cut)
        .values_list(*keys, "currency")
        .annotate(n=Sum("cases"), money=Sum("amount"), lost=Sum("discount"))
        .exclude(n=0)
    )
    return {row[:-3]: row[-3:] for row in rows}


def counted(cut):
    there = ExceptionCase.objects.filter(Q() if cut == "desk" else Q(closed_at=None))
    if cut == "discount":
        there = there.exclude(discount_until=None)
    rows = there.values_list(*KEYS[cut], "currency").annotate(
        n=Count("pk"), money=Sum("amount"), lost=Sum(Coalesce("discount_amount", Value(Decimal(0))))
    )
    return {row[:-3]: row[-3:] for row in rows}


def assert_kept_is_counted():
    for cut in KEYS:
        assert kept(cut) == counted(cut), cut


@pytest.fixture
def busy(desk):
    """Cases of two vendors and two currencies that are open, waiting, taken and rejected."""
    PaymentTerms.objects.create(
        company=desk.company, row_hash=b"", code="SKONTO", due_date_formula="30D",
        discount_date_formula="8D", discount_percent=2,
    )  # fmt: skip
    Vendor.objects.filter(number="V20").update(payment_terms="SKONTO")
    clerk = factories.person(roles.AP_CLERK, "carl")
    for number in ("R-1", "R-2", "R-3"):
        factories.billed_before_receipt(desk, number)
    factories.billed_before_receipt(desk, "R-4", vendor="V20", price="12.50")
    factories.price_over_order(desk, "R-5")
    cases.take(ExceptionCase.objects.get(invoice_number="R-1"), by=clerk)
    cases.reject(ExceptionCase.objects.get(invoice_number="R-2"), by=clerk, reason="never ordered")
    ExceptionCase.objects.filter(invoice_number="R-3").update(currency="USD")


def test_the_kept_counts_are_what_a_count_would_give(busy):
    assert len(kept("desk")) == 5
    assert_kept_is_counted()


def test_a_case_that_clears_itself_is_counted_as_cleared(busy, desk):
    desk.receive("10", order="PO-R-1")
    factories.case_of(ExceptionCase.objects.get(invoice_number="R-1").invoice)

    assert ExceptionCase.objects.get(invoice_number="R-1").status == "cleared"
    assert_kept_is_counted()


def test_folding_leaves_one_row_a_key_and_the_same_counts(busy):
    before = {cut: kept(cut) for cut in KEYS}

    folded = tallies.fold(least=1)

    assert folded == 1
    assert {cut: kept(cut) for cut in KEYS} == before
    assert not CaseTally.objects.filter(is_folded=False).exists()
    assert CaseTally.objects.filter(cut="desk").count() == len(before["desk"])
    assert tallies.fold(least=1) == 0


def test_few_changes_are_not_worth_folding(busy):
    assert tallies.fold() == 0


def test_a_deleted_case_is_counted_no_more(busy):
    case = ExceptionCase.objects.get(invoice_number="R-5")
    ExceptionCase.objects.filter(pk=case.pk).delete()

    assert_kept_is_counted()


# The discount that a case puts at risk


def test_the_vendors_payment_terms_say_until_when_and_how_much(busy):
    case = ExceptionCase.objects.get(invoice_number="R-4")

    assert case.invoice.invoice_date == datetime.date(2026, 3, 16)
    assert case.discount_until == datetime.date(2026, 3, 24)
    assert case.discount_amount == Decimal("2.50")
    assert case.due_on == datetime.date(2026, 4, 15)


def test_no_discount_is_part_of_a_cent(busy, desk):
    case = factories.billed_before_receipt(desk, "R-6", vendor="V20", price="1.4230")

    assert case.amount == Decimal("14.23")
    assert case.discount_amount == Decimal("0.28")  # 2 % are 0.2846


def test_a_vendor_without_terms_puts_nothing_at_risk(busy):
    case = ExceptionCase.objects.get(invoice_number="R-5")

    assert (case.due_on, case.discount_until, case.discount_amount) == (None, None, None)


def test_the_invoices_own_due_day_comes_before_the_terms(busy, desk):
    own = datetime.date(2026, 3, 31)
    desk.order("PO-9", vendor="V20")
    case = factories.case_of(
        desk.invoice("R-9", factories.billed(), vendor="V20", order_number="PO-9", due_on=own)
    )

    assert case.due_on == own
    assert case.discount_until == datetime.date(2026, 3, 24)


def test_bc_numbers_reach_the_case_that_is_found_by_them(busy):
    invoice = ExceptionCase.objects.get(invoice_number="R-5").invoice
    invoice.bc_number = "108009"
    invoice.save()

    assert ExceptionCase.objects.get(bc_number="108009").invoice_number == "R-5"
