"""Several documents of one order: bills in parts, credit memos, advances, and doubles among them."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.utils import timezone

from reconciliation import documents, reconcile
from reconciliation.models import ExceptionCase, MatchDecision, SupplierInvoice

from .desk import billed, ordered
from .test_cases import codes_of, status_of

Status = SupplierInvoice.Status
Type = SupplierInvoice.Type


def post(invoice) -> None:
    documents.mark_posted(invoice, bc_id=uuid.uuid4(), bc_number="108200", at=timezone.now())


def decision_on(invoice) -> dict:
    return MatchDecision.objects.filter(invoice=invoice).latest("pk").answer


def test_an_order_may_be_billed_in_parts_as_its_goods_come(desk):
    desk.order()
    desk.receive(4)
    first = desk.invoice("R-1", billed(quantity="4"))
    second = desk.invoice("R-2", billed(quantity="6"))
    reconcile.match_due()
    assert (status_of(first), status_of(second)) == (Status.READY, Status.BLOCKED)
    assert codes_of(second) == {"OVER_RECEIVED", "OVER_ACCEPTED"}

    post(first)
    desk.receive(6)
    reconcile.match_due()

    assert status_of(second) == Status.READY
    assert decision_on(second)["outcome"] == "clean"


def test_the_part_too_much_is_found_on_the_last_bill_whatever_was_posted(desk):
    desk.order()
    desk.receive(10)
    for number, quantity in (("R-1", "4"), ("R-2", "5")):
        part = desk.invoice(number, billed(quantity=quantity))
        reconcile.match_due()
        assert status_of(part) == Status.READY
        post(part)
    last = desk.invoice("R-3", billed(quantity="2"))

    reconcile.match_due()

    case = ExceptionCase.objects.get()
    over = case.findings.get(code="OVER_ORDERED")
    assert codes_of(last) == {"OVER_RECEIVED", "OVER_ACCEPTED", "OVER_ORDERED", "LINE_TOTAL"}
    assert (over.base, over.actual, over.variance, over.amount) == (10, 11, 1, 5)


def test_two_lines_of_one_order_are_judged_each_by_itself(desk):
    desk.order("PO-1", ordered(1), ordered(2, item="BELT", price="3.00"))
    desk.receive(10, line=1)
    invoice = desk.invoice("R-1", billed(1), billed(2, item="BELT", price="3.00"))

    reconcile.match_due()

    lines = {line["line"]: line["outcome"] for line in decision_on(invoice)["lines"]}
    assert lines == {1: "clean", 2: "blocked"}
    assert codes_of(invoice) == {"NO_RECEIPT"}
    assert ExceptionCase.objects.get().difference == 30


def test_one_invoice_may_bill_two_orders(desk):
    for number in ("PO-1", "PO-2"):
        desk.order(number)
        desk.receive(10, number)
    lines = [billed(1, order_number="PO-1"), billed(2, order_number="PO-2", order_line=1)]
    invoice = desk.invoice("R-1", *lines, order_number="")

    reconcile.match_due()

    assert status_of(invoice) == Status.READY
    assert [line["order"] for line in decision_on(invoice)["lines"]] == ["PO-1", "PO-2"]


def test_a_credit_for_what_was_billed_is_clean_and_makes_room_for_a_new_bill(desk):
    desk.order()
    desk.receive(10)
    first = desk.invoice("R-1")
    reconcile.match_due()
    post(first)
    line = billed(quantity="-10", amount=Decimal(-50))
    credit = desk.invoice("R-2", line)
    reconcile.match_due()
    assert (status_of(credit), decision_on(credit)["outcome"]) == (Status.READY, "clean")
    post(credit)

    again = desk.invoice("R-3")
    reconcile.match_due()

    assert status_of(again) == Status.READY


def test_a_credit_memo_for_goods_that_never_went_back_is_stopped(desk):
    desk.order()
    desk.receive(10)
    first = desk.invoice("R-1")
    reconcile.match_due()
    post(first)

    memo = desk.invoice("C-1", billed(quantity="3"), type=Type.CREDIT_MEMO)
    reconcile.match_due()

    assert status_of(memo) == Status.BLOCKED
    assert codes_of(memo) == {"OVER_CREDIT"}
    finding = ExceptionCase.objects.get().findings.get()
    assert (finding.base, finding.actual, finding.variance, finding.amount) == (0, 3, 3, 15)


def test_the_number_of_a_credit_memo_may_be_that_of_its_invoice(desk):
    desk.order("PO-1", ordered(match_level="two_way"))
    first = desk.invoice("R-1")
    reconcile.match_due()
    post(first)

    memo = desk.invoice("R-1", type=Type.CREDIT_MEMO)
    reconcile.match_due()

    assert (status_of(first), status_of(memo)) == (Status.POSTED, Status.READY)


def test_a_double_is_found_over_orders_and_after_posting(desk):
    for number in ("PO-1", "PO-2"):
        desk.order(number)
        desk.receive(10, number)
    first = desk.invoice("RE 2026/17")
    reconcile.match_due()
    post(first)

    again = desk.invoice("re 2026/17", order_number="PO-2")
    reconcile.match_due()

    assert codes_of(again) == {"DUPLICATE"}
    assert "is already here (posted)" in ExceptionCase.objects.get().findings.get(code="DUPLICATE").sentence


def test_the_same_number_of_another_vendor_is_no_double(desk):
    desk.order()
    desk.receive(10)
    desk.order("PO-2", vendor="V20")
    desk.receive(10, "PO-2")
    one = desk.invoice("R-1")
    other = desk.invoice("R-1", vendor="V20", order_number="PO-2")

    reconcile.match_due()

    assert {status_of(one), status_of(other)} == {Status.READY}


def test_a_double_whose_first_was_rejected_is_no_double_any_more(desk, clerk):
    from reconciliation import cases

    desk.order()
    first, second = desk.invoice("R-1"), desk.invoice("R-1")
    reconcile.match_due()
    assert "DUPLICATE" in codes_of(second)

    cases.reject(ExceptionCase.objects.get(invoice=first), by=clerk, reason="Unreadable copy")
    desk.receive(10)
    reconcile.match_due()

    assert status_of(second) == Status.READY
