"""Judging invoices on real rows: cases open, change, clear themselves and stay released."""

from __future__ import annotations

import datetime
import threading
import uuid
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reconciliation import cases, documents, policies, reconcile, tasks
from reconciliation.gathering import gather
from reconciliation.models import ExceptionCase, MatchDecision, SupplierInvoice, Tolerance

from .desk import billed, ordered, publish

Status = SupplierInvoice.Status


def status_of(invoice) -> str:
    return SupplierInvoice.objects.get(pk=invoice.pk).status


def codes_of(invoice) -> set[str]:
    case = ExceptionCase.objects.open().get(invoice=invoice)
    return {finding.code for finding in cases.blocking(case.findings.all())}


def test_a_billed_receipt_ties_out_and_is_ready(desk):
    desk.order()
    desk.receive(10)
    invoice = desk.invoice()

    judged = reconcile.match_due()

    assert judged == 1
    assert status_of(invoice) == Status.READY
    assert not ExceptionCase.objects.exists()
    assert MatchDecision.objects.get().outcome == "clean"
    assert reconcile.match_due() == 0


def test_an_invoice_without_receipt_opens_a_case_with_its_sum(desk):
    desk.order()
    invoice = desk.invoice(due_on=datetime.date(2026, 4, 15))

    reconcile.match_due()

    case = ExceptionCase.objects.get()
    finding = case.findings.get(code="NO_RECEIPT")
    assert status_of(invoice) == Status.BLOCKED
    assert (case.status, case.code, case.reasons) == ("open", "NO_RECEIPT", 1)
    assert (case.difference, case.amount, case.currency) == (50, 50, "EUR")
    assert (case.invoice_number, case.order_number, case.vendor_name) == ("R-100", "PO-1", "Liftbau Nord")
    assert case.due_on == datetime.date(2026, 4, 15)
    assert (finding.base, finding.actual, finding.variance, finding.unit) == (0, 10, 10, "PCS")
    assert case.decision.answer["outcome"] == "blocked"
    assert case.history.count() == 1


def test_a_later_receipt_clears_the_case_and_readies_the_invoice(desk):
    desk.order()
    invoice = desk.invoice()
    reconcile.match_due()

    desk.receive(10, number="GR-77")
    reconcile.match_due()

    case = ExceptionCase.objects.get()
    assert status_of(invoice) == Status.READY
    assert (case.status, case.cleared_by) == ("cleared", "receipt GR-77")
    assert case.closed_at is not None
    assert [row.status for row in case.history.order_by("pk")] == ["open", "cleared"]
    assert MatchDecision.objects.count() == 2


def test_a_receipt_that_is_not_enough_changes_the_case(desk):
    desk.order()
    invoice = desk.invoice()
    reconcile.match_due()

    desk.receive(4)
    reconcile.match_due()

    case = ExceptionCase.objects.get()
    assert status_of(invoice) == Status.BLOCKED
    assert case.code == "OVER_RECEIVED"
    assert case.difference == 30
    assert not case.findings.filter(code="NO_RECEIPT").exists()


def test_what_was_rejected_at_the_door_is_not_paid(desk):
    desk.order()
    desk.receive(8, rejected=2)
    invoice = desk.invoice()

    reconcile.match_due()

    assert codes_of(invoice) == {"OVER_ACCEPTED"}
    assert ExceptionCase.objects.get().difference == 10


def test_the_order_that_comes_last_clears_the_case(desk):
    desk.receive(10)
    invoice = desk.invoice()
    reconcile.match_due()
    assert codes_of(invoice) == {"NOT_ON_ORDER"}

    desk.order()
    reconcile.match_due()

    assert status_of(invoice) == Status.READY
    assert "order PO-1" in ExceptionCase.objects.get().cleared_by


def test_a_release_is_kept_when_the_same_facts_are_judged_again(desk, clerk):
    desk.order()
    invoice = desk.invoice()
    reconcile.match_due()
    cases.release(ExceptionCase.objects.get(), by=clerk, reason="Delivered to the roof, paper follows")

    reconcile.judge([invoice])

    decision = MatchDecision.objects.latest("pk")
    assert status_of(invoice) == Status.READY
    assert ExceptionCase.objects.get().status == "released"
    assert decision.outcome == "within"
    assert [row["released"] for row in decision.answer["findings"] if row["code"] == "NO_RECEIPT"] == [True]


def test_growth_after_a_release_opens_a_new_case_for_the_same_owner(desk, clerk):
    key = uuid.uuid4()
    desk.order(lines := "PO-1", ordered(quantity="20"))
    invoice = desk.invoice("R-100", billed(quantity="10"), bc_id=key)
    reconcile.match_due()
    cases.release(ExceptionCase.objects.get(), by=clerk, reason="Agreed with the buyer")
    assert status_of(invoice) == Status.READY

    desk.invoice("R-100", billed(quantity="12"), bc_id=key)
    reconcile.match_due()

    newest = ExceptionCase.objects.latest("pk")
    assert lines == "PO-1"
    assert status_of(invoice) == Status.BLOCKED
    assert [case.status for case in ExceptionCase.objects.order_by("pk")] == ["released", "open"]
    assert newest.owner == clerk
    assert codes_of(invoice) == {"NO_RECEIPT"}


@pytest.mark.parametrize(
    ("quantity", "status"), [("10", Status.READY), ("9", Status.READY), ("11", Status.BLOCKED)]
)
def test_a_release_without_a_figure_covers_the_invoice_as_it_was_and_no_larger_one(
    desk, clerk, quantity, status
):
    key = uuid.uuid4()
    desk.order("PO-1", ordered(quantity="20"))
    desk.receive("20")
    invoice = desk.invoice("R-100", billed(quantity="10"), vendor="V20", bc_id=key)
    reconcile.match_due()
    assert codes_of(invoice) == {"VENDOR"}
    cases.release(ExceptionCase.objects.get(), by=clerk, reason="Klima Süd delivers for Liftbau")

    desk.invoice("R-100", billed(quantity=quantity), vendor="V20", bc_id=key)
    reconcile.match_due()

    assert status_of(invoice) == status


def test_the_second_of_two_equal_invoices_is_the_duplicate(desk):
    desk.order()
    desk.receive(10)
    first = desk.invoice("R-100")
    second = desk.invoice("r-100")

    reconcile.match_due()

    assert status_of(first) == Status.READY
    assert "DUPLICATE" in codes_of(second)
    assert ExceptionCase.objects.get().code == "DUPLICATE"


def test_a_duplicate_is_found_though_it_names_no_order(desk):
    desk.order()
    desk.receive(10)
    desk.invoice("R-100")
    other = desk.invoice("R-100", billed(item="", order_line=None, description="Filters"), order_number="")

    reconcile.match_due()

    assert "DUPLICATE" in codes_of(other)


def test_a_lookalike_of_another_number_is_told_and_not_blocked(desk):
    desk.order("PO-1", ordered(quantity="20"))
    desk.receive(20)
    desk.invoice("R-100")
    second = desk.invoice("R 0100")

    reconcile.match_due()

    decision = MatchDecision.objects.get(invoice=second)
    assert decision.outcome == "warning"
    assert status_of(second) == Status.READY
    assert [row["code"] for row in decision.answer["findings"] if row["effect"] == "warn"] == [
        "NEAR_DUPLICATE"
    ]


def test_a_scan_that_comes_twice_is_told_whatever_was_typed_from_it(desk):
    desk.order("PO-1", ordered(quantity="20"))
    desk.receive(20)
    first = desk.invoice("R-100")
    second = desk.invoice("Q-7", billed(quantity="4"))
    SupplierInvoice.objects.filter(pk=first.pk).update(file_sha256="AB" * 32, order_number="PO-0")
    SupplierInvoice.objects.filter(pk=second.pk).update(file_sha256="ab" * 32)

    reconcile.match_due()

    answer = MatchDecision.objects.get(invoice=second).answer
    told = [row["sentence"] for row in answer["findings"] if row["code"] == "NEAR_DUPLICATE"]
    assert [sentence.endswith("it is the same file.") for sentence in told] == [True]


def test_two_invoices_for_the_same_goods_do_not_hold_each_other(desk):
    desk.order()
    desk.receive(10)
    first, second = desk.invoice("R-1"), desk.invoice("R-2")

    reconcile.judge([second])
    reconcile.judge([first])

    assert status_of(first) == Status.READY
    assert {"OVER_RECEIVED", "OVER_ORDERED"} <= codes_of(second)


def test_a_price_over_its_limit_blocks_and_one_inside_is_recorded(desk):
    desk.order("PO-1", ordered(quantity="20"))
    desk.receive(20)
    inside = desk.invoice("R-1", billed(price="5.10"))
    over = desk.invoice("R-2", billed(price="6.00"))

    reconcile.match_due()

    assert status_of(inside) == Status.READY
    assert MatchDecision.objects.get(invoice=inside).outcome == "within"
    case = ExceptionCase.objects.get(invoice=over)
    assert "PRICE_OVER" in codes_of(over)
    assert case.findings.get(code="PRICE_OVER").amount == 10
    assert case.findings.get(code="PRICE_OVER").percent == 20


def test_a_looser_limit_lets_the_invoice_go_when_it_is_judged_again(desk, company):
    desk.order()
    desk.receive(10)
    invoice = desk.invoice("R-1", billed(price="5.20"))
    reconcile.match_due()
    assert status_of(invoice) == Status.BLOCKED

    Tolerance.objects.filter(company=company, check_name__in=["price", "line_total", "total"]).update(
        upper_percent=5
    )
    publish(company)
    reconcile.match_due()

    assert status_of(invoice) == Status.READY
    assert ExceptionCase.objects.get().cleared_by == "tolerances or match levels were changed"


def test_boxes_are_compared_as_pieces_and_an_unknown_unit_blocks(desk):
    desk.order("PO-1", ordered(quantity="2", price="60", unit="BOX"))
    desk.order("PO-2", ordered(quantity="2", price="60", unit="BOX", item="BELT"))
    desk.receive(24, unit="PCS")
    desk.receive(24, "PO-2", unit="PCS")
    good = desk.invoice("R-1", billed(quantity="2", price="60", unit="BOX"))
    bad = desk.invoice("R-2", billed(quantity="2", price="60", unit="BOX", item="BELT"), order_number="PO-2")

    reconcile.match_due()

    assert status_of(good) == Status.READY
    assert "NO_CONVERSION" in codes_of(bad)


def test_a_service_is_judged_against_what_was_accepted(desk):
    desk.order("PO-1", ordered(quantity="1", price="800", item="", unit="", kind="service"))
    line = billed(quantity="1", price="800", item="", unit="")
    invoice = desk.invoice("R-1", line)
    desk.confirm(800, accepted=False, number="SC-1")
    reconcile.match_due()
    assert codes_of(invoice) == {"NO_ACCEPTANCE"}

    desk.confirm(800, number="SC-2")
    reconcile.match_due()

    assert status_of(invoice) == Status.READY
    assert ExceptionCase.objects.get().cleared_by == "service confirmation SC-2"


def test_another_vendors_invoice_in_another_currency_is_blocked_for_both(desk):
    desk.order()
    desk.receive(10)
    invoice = desk.invoice(vendor="V20", currency="USD")

    reconcile.match_due()

    assert {"VENDOR", "CURRENCY"} <= codes_of(invoice)


def test_a_line_without_order_finds_the_vendors_only_open_line_of_the_item(desk):
    desk.order()
    desk.receive(10)
    invoice = desk.invoice("R-1", billed(order_line=None), order_number="")

    reconcile.match_due()

    assert status_of(invoice) == Status.READY
    assert MatchDecision.objects.get().answer["lines"][0]["order"] == "PO-1"


def test_an_order_is_known_by_its_number_in_business_central(desk):
    order = desk.order()
    desk.receive(10)
    documents.mark_posted(order, bc_id=uuid.uuid4(), bc_number="106021", at=timezone.now())
    invoice = desk.invoice(order_number="106021")

    reconcile.match_due()

    assert status_of(invoice) == Status.READY
    assert MatchDecision.objects.get().question["invoice"]["order"] == "PO-1"


def test_a_waiting_case_opens_again_when_its_day_has_come(desk, clerk):
    desk.order()
    desk.invoice()
    reconcile.match_due()
    case = ExceptionCase.objects.get()
    cases.wait(case, by=clerk, until=timezone.localdate() + datetime.timedelta(days=3), reason="Announced")
    reconcile.match_due()
    case.refresh_from_db()
    assert case.status == "waiting"

    ExceptionCase.objects.update(wait_until=timezone.localdate() - datetime.timedelta(days=1))
    reconcile.match_due()

    case.refresh_from_db()
    assert (case.status, case.wait_until) == ("open", None)


def test_a_case_with_a_proposal_clears_itself_and_closes_the_proposal(desk, clerk):
    desk.order("PO-1", ordered(price="500"))
    desk.invoice("R-1", billed(price="500"))
    reconcile.match_due()
    proposal = cases.release(ExceptionCase.objects.get(), by=clerk, reason="Urgent")
    assert proposal.state == "proposed"

    desk.receive(10)
    reconcile.match_due()

    proposal.refresh_from_db()
    assert ExceptionCase.objects.get().status == "cleared"
    assert proposal.state == "declined"


def test_an_invoice_posted_elsewhere_closes_its_case(desk):
    desk.order()
    invoice = desk.invoice()
    reconcile.match_due()

    documents.mark_posted(invoice, bc_id=uuid.uuid4(), bc_number="108001", at=timezone.now())
    reconcile.match_due()

    case = ExceptionCase.objects.get()
    assert (case.status, status_of(invoice)) == ("cleared", Status.POSTED)
    assert "posted in Business Central" in case.cleared_by


def test_a_rejected_invoice_gives_its_goods_to_the_next(desk, clerk):
    desk.order()
    first, second = desk.invoice("R-1"), desk.invoice("R-2")
    reconcile.match_due()
    cases.reject(ExceptionCase.objects.get(invoice=first), by=clerk, reason="Billed twice")

    desk.receive(10)
    reconcile.match_due()

    assert status_of(first) == Status.REJECTED
    assert status_of(second) == Status.READY


def test_figures_beyond_the_columns_are_kept_in_the_decision_only(desk):
    desk.order("PO-1", ordered(quantity="0.00001", price="0.00000001"))
    desk.receive(1)
    huge = Decimal("9999999999999999")
    invoice = desk.invoice("R-1", billed(quantity="1", price=huge))

    reconcile.match_due()

    assert status_of(invoice) == Status.BLOCKED
    assert ExceptionCase.objects.get().findings.filter(percent=None).exists()


def test_the_number_of_queries_does_not_grow_with_the_batch(desk, company):
    def queries(first: int, count: int) -> int:
        for number in range(first, first + count):
            desk.order(f"PO-{number}")
            desk.invoice(f"R-{number}", order_number=f"PO-{number}")
        invoices = SupplierInvoice.objects.filter(match_due=True)
        with CaptureQueriesContext(connection) as captured:
            gather(company, list(invoices), policies.RulesOfTheDay(company))
        invoices.update(match_due=False)
        return len(captured)

    queries(100, 1)  # from here on each has a neighbour that looks like it, which takes a question of its own

    assert queries(200, 2) == queries(300, 24) <= 19


def test_the_task_judges_all_that_is_due(desk):
    desk.order()
    desk.receive(10)
    invoice = desk.invoice()

    assert tasks.match_due_invoices() == 1

    assert status_of(invoice) == Status.READY


@pytest.mark.django_db(transaction=True)
def test_two_workers_open_one_case(transactional_db, desk):
    desk.order()
    desk.invoice()
    results = []
    together = threading.Barrier(2)

    def work() -> None:
        together.wait()
        try:
            results.append(reconcile.match_due())
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(results) == [0, 1]
    assert ExceptionCase.objects.count() == 1
    assert MatchDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_case_that_a_person_decides_just_now_keeps_its_turn(transactional_db, desk):
    desk.order()
    invoice = desk.invoice()
    reconcile.match_due()
    desk.receive(10)
    results = []

    def work() -> None:
        try:
            results.append(reconcile.match_due())
        finally:
            connections.close_all()

    with transaction.atomic():
        ExceptionCase.objects.select_for_update().get()
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()

    assert results == [0]
    assert SupplierInvoice.objects.get(pk=invoice.pk).match_due
    assert reconcile.match_due() == 1
    assert status_of(invoice) == Status.READY
