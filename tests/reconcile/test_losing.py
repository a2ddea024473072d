"""Money let through or lost: what counts, what does not, and that nothing counts twice."""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import timezone

from reconciliation import cases, losing, reconcile
from reconciliation.losing import Part, Span, Step, Way
from reconciliation.models import ExceptionCase, Leak, SupplierInvoice
from tests import factories
from tests.trials.history import allow, billed_at

from .desk import BILLED, billed, publish

pytestmark = pytest.mark.django_db

EVER = Span(datetime.date(2026, 1, 1), datetime.date(2099, 12, 31))
DAY = datetime.timedelta(days=1)


@pytest.fixture
def lenient(desk):
    """Five per cent dearer is let through."""
    allow(desk, "5")
    publish(desk.company)
    return desk


def told(company, way, span=EVER, **part):
    found = losing.rows(company, way, span, Part(**part), most=100)
    return [(loss.number, loss.cause, loss.amount) for loss in found]


def change(number, **values):
    ExceptionCase.objects.filter(invoice_number=number).update(**values)


def test_what_the_rules_let_through_is_kept_with_the_judgement(lenient):
    billed_at(lenient, "R-1", "5.10")
    billed_at(lenient, "R-2", "5.00")

    leak = Leak.objects.get()

    assert (leak.invoice.number, leak.check_name, leak.amount) == ("R-1", "price", Decimal("1.00"))
    assert (leak.vendor_number, leak.day) == ("V10", BILLED)
    assert told(lenient.company, Way.WITHIN) == [("R-1", "price", Decimal("1.00"))]


def test_a_new_judgement_takes_the_place_of_the_old_one(lenient):
    invoice = billed_at(lenient, "R-1", "5.10")
    for price, left in (("5.05", [("R-1", "price", Decimal("0.50"))]), ("9.00", []), ("5.00", [])):
        invoice.lines.update(unit_price=price, amount=Decimal(price) * 10)
        SupplierInvoice.objects.update(total=Decimal(price) * 10)

        reconcile.judge([invoice])

        assert told(lenient.company, Way.WITHIN) == left


def test_a_rejected_invoice_lets_nothing_through(lenient):
    billed_at(lenient, "R-1", "5.10")
    SupplierInvoice.objects.update(status="rejected")

    assert told(lenient.company, Way.WITHIN) == []


def test_what_a_person_accepts_counts_once_a_line(desk, clerk):
    case = factories.price_over_order(desk, "R-1", price="6.00")
    assert told(desk.company, Way.ACCEPTED) == []  # still open

    cases.release(case, by=clerk, reason="Agreed by phone")

    assert {"PRICE_OVER", "LINE_TOTAL"} <= set(case.findings.values_list("code", flat=True))
    assert told(desk.company, Way.ACCEPTED) == [("R-1", "PRICE_OVER", Decimal("10.00"))]


def test_what_came_late_is_no_loss(desk, clerk):
    case = factories.billed_before_receipt(desk, "R-1")

    cases.release(case, by=clerk, reason="The goods are there")

    assert told(desk.company, Way.ACCEPTED) == []


@pytest.mark.parametrize(
    ("more", "cause"),
    [({"total": Decimal("53.00")}, "ARITHMETIC"), ({"total": Decimal(53), "rounding": Decimal(3)}, "TOTAL")],
)
def test_a_total_counts_where_nothing_else_says_the_same(desk, clerk, more, cause):
    desk.order("PO-1")
    desk.receive("10")
    case = factories.case_of(desk.invoice("R-1", billed(), **more))

    cases.release(case, by=clerk, reason="Small")

    assert told(desk.company, Way.ACCEPTED) == [("R-1", cause, Decimal("3.00"))]


def test_a_rejected_case_accepts_nothing(desk, clerk):
    case = factories.price_over_order(desk, "R-1")

    cases.reject(case, by=clerk, reason="Billed twice")

    assert told(desk.company, Way.ACCEPTED) == []


def test_a_discount_is_lost_when_its_day_goes_by(desk, clerk):
    today = timezone.localdate()
    for number in ("R-1", "R-2", "R-3", "R-4", "R-5"):
        factories.billed_before_receipt(desk, number)
    change("R-1", discount_until=today - DAY, discount_amount="2.00")  # open, and too late
    change("R-2", discount_until=today, discount_amount="2.00")  # can still be had
    change("R-3", discount_until=today - DAY, discount_amount="3.00")  # released too late
    change("R-4", discount_until=today, discount_amount="4.00")  # released in time
    change("R-5", discount_until=today - DAY, discount_amount="5.00")  # rejected: nothing to pay
    for number in ("R-3", "R-4"):
        cases.release(ExceptionCase.objects.get(invoice_number=number), by=clerk, reason="They are there")
    cases.reject(ExceptionCase.objects.get(invoice_number="R-5"), by=clerk, reason="Not ours")

    assert sorted(told(desk.company, Way.DISCOUNT)) == [
        ("R-1", "NO_RECEIPT", Decimal("2.00")),
        ("R-3", "NO_RECEIPT", Decimal("3.00")),
    ]


def test_money_is_added_up_by_cause_by_vendor_and_by_week(lenient):
    billed_at(lenient, "R-1", "5.10")
    billed_at(lenient, "R-2", "5.20", vendor="V20")

    found = losing.sums(lenient.company, Way.WITHIN, EVER, Step.WEEK)

    assert [(sum_.key, sum_.currency, sum_.invoices, sum_.amount) for sum_ in found.causes] == [
        ("price", "EUR", 2, 3)
    ]
    assert [(sum_.key, sum_.amount) for sum_ in found.vendors] == [("V20", 2), ("V10", 1)]
    assert [(sum_.key, sum_.amount) for sum_ in found.steps] == [(datetime.date(2026, 3, 16), 3)]


def test_rows_are_those_of_their_days_cause_and_vendor(lenient):
    billed_at(lenient, "R-1", "5.10")
    billed_at(lenient, "R-2", "5.20", vendor="V20")
    company = lenient.company

    assert told(company, Way.WITHIN, Span(BILLED + DAY, BILLED + DAY)) == []
    assert [number for number, _, _ in told(company, Way.WITHIN, Span(BILLED, BILLED))] == ["R-2", "R-1"]
    assert [number for number, _, _ in told(company, Way.WITHIN, vendor="V20")] == ["R-2"]
    assert told(company, Way.WITHIN, cause="charge") == []
    assert told(company, Way.WITHIN, currency="USD") == []


@pytest.mark.parametrize(
    ("step", "first", "last"),
    [
        (Step.WEEK, (datetime.date(2026, 1, 12), datetime.date(2026, 1, 18)), datetime.date(2026, 3, 30)),
        (Step.MONTH, (datetime.date(2025, 5, 1), datetime.date(2025, 5, 31)), datetime.date(2026, 4, 1)),
    ],
)
def test_twelve_weeks_or_months_end_today(step, first, last):
    today = datetime.date(2026, 4, 2)

    spans = losing.steps(step, today)

    assert len(spans) == 12
    assert (spans[0].first, spans[0].last) == first
    assert spans[-1] == Span(last, today)
    assert all(one.last + DAY == next_.first for one, next_ in pairwise(spans))
