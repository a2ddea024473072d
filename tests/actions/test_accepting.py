"""Accepting: one reason once, a price, a tax, a small sum, a look-alike; and asking for what is wrong."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reconciliation import actions, cases, reconcile, roles
from reconciliation.actions import recording
from reconciliation.models import ExceptionCase, GoodsReceipt
from tests import factories
from tests.desk.reading import words

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db) -> User:
    return factories.person(roles.AP_CLERK)


@pytest.fixture
def buyer(db) -> User:
    return factories.person(roles.BUYER)


def do(name: str, case: ExceptionCase, by: User, **sent: Any) -> actions.Done:
    case.refresh_from_db()
    done = actions.do(name, case, by=by, sent={"seen": cases.version(case), "code": "small", **sent})
    case.refresh_from_db()
    case.invoice.refresh_from_db()
    return done


def dear_and_not_received(desk) -> ExceptionCase:
    """Open a case for ten filters at 6.00 that were ordered at 5.00, of which nothing has come."""
    desk.order()
    return factories.case_of(desk.invoice("R-300", factories.billed(price="6.00")))


def codes_of(case: ExceptionCase) -> set[str]:
    return {finding.code for finding in cases.blocking(case.findings.all())}


def test_one_reason_is_accepted_and_the_others_go_on_holding(desk, clerk):
    case = dear_and_not_received(desk)
    assert codes_of(case) >= {"PRICE_OVER", "NO_RECEIPT"}

    do("accept-price", case, clerk)

    assert (case.status, case.invoice.status) == ("open", "blocked")
    assert "PRICE_OVER" not in codes_of(case)
    assert "NO_RECEIPT" in codes_of(case)
    desk.receive("10")
    while reconcile.match_due():
        pass
    case.refresh_from_db()
    case.invoice.refresh_from_db()
    assert (case.status, case.invoice.status) == ("cleared", "ready")


def test_an_accepted_reason_that_is_undone_holds_again(desk, clerk):
    case = dear_and_not_received(desk)
    before = codes_of(case)
    done = do("override", case, clerk, finding="NO_RECEIPT")
    assert "NO_RECEIPT" not in codes_of(case)

    actions.undo(done.undoable, by=clerk)

    case.refresh_from_db()
    assert codes_of(case) == before


def test_a_reason_over_the_limit_is_proposed_alone_and_approved_alone(desk, clerk):
    approver = factories.person(roles.AP_APPROVER)
    desk.order("PO-1", factories.ordered(quantity="1000"))
    case = factories.case_of(desk.invoice("R-301", factories.billed(quantity="1000", price="6.00")))

    do("accept-price", case, clerk)
    assert case.status == "proposed"
    assert codes_of(case) >= {"PRICE_OVER", "NO_RECEIPT"}
    do("approve", case, approver)

    assert (case.status, case.invoice.status) == ("open", "blocked")
    assert "PRICE_OVER" not in codes_of(case)


def test_accepting_the_only_reason_releases_the_invoice(desk, clerk):
    case = factories.price_over_order(desk)

    said = do("accept-price", case, clerk).sentence

    assert said == "R-200 released. It is on its way to Business Central."
    assert (case.status, case.invoice.status) == ("released", "ready")
    assert case.resolutions.get().action == "accept-price"


def test_the_buyer_is_asked_to_change_the_order_of_an_accepted_price(desk, clerk):
    case = factories.price_over_order(desk)

    do("accept-price-change-order", case, clerk)

    asked = case.requests.get()
    assert (asked.kind, asked.whom, asked.order_number, asked.order_line) == (
        "change_order",
        "buyer",
        "PO-R-200",
        1,
    )
    assert case.status == "released"


def test_a_claim_is_drafted_in_the_suppliers_line_numbers_with_its_sums(desk, clerk):
    case = factories.price_over_order(desk)

    do("short-pay", case, clerk)

    claim = case.requests.get()
    assert (claim.amount, claim.currency) == (Decimal(10), "EUR")
    assert claim.text.startswith(
        "Invoice R-200 of 16 Mar 2026, 60.00 EUR\n\nLine 1, FILTER: 10 PCS at 6.00 = 60.00 EUR"
    )
    assert "claim 10.00 EUR back" in claim.text
    assert (case.status, case.invoice.status) == ("released", "ready")


def test_a_credit_memo_is_requested_and_the_case_waits(desk, clerk):
    case = factories.price_over_order(desk)
    day = timezone.localdate() + datetime.timedelta(days=10)

    do(
        "request-credit",
        case,
        clerk,
        until=day.isoformat(),
        letter="Dear Liftbau,\r\nplease credit 10.00 EUR.",
    )

    assert (case.status, case.wait_until) == ("waiting", day)
    assert case.requests.get().text == "Dear Liftbau,\nplease credit 10.00 EUR."
    assert case.invoice.status == "blocked"


def test_an_undone_request_was_never_asked(desk, clerk):
    case = factories.price_over_order(desk)
    done = do("request-correction", case, clerk)

    actions.undo(done.undoable, by=clerk)

    case.refresh_from_db()
    assert (case.status, case.requests.get().state) == ("open", "withdrawn")


def test_only_a_small_sum_is_written_off(desk, clerk):
    large, small = factories.price_over_order(desk), factories.price_over_order(desk, "R-201", price="5.40")

    with pytest.raises(actions.NotOffered, match=r"Only up to 5\.00 EUR"):
        do("write-off", large, clerk)
    do("write-off", small, clerk)

    assert (large.status, small.status) == ("open", "released")


def test_a_look_alike_is_dismissed_or_confirmed(desk, clerk):
    desk.order("PO-1", factories.ordered(quantity="30"))
    desk.invoice("R-1")
    first, second = (factories.case_of(desk.invoice(number)) for number in ("R-2", "R-3"))
    assert "NEAR_DUPLICATE" in {finding.code for finding in first.findings.filter(effect="warn")}

    do("dismiss-duplicate", first, clerk, code="different_delivery")
    do("confirm-duplicate", second, clerk, code="billed_twice")

    assert not first.findings.filter(code="NEAR_DUPLICATE", effect="warn").exists()
    assert (first.status, first.invoice.status) == ("open", "blocked")
    assert (second.status, second.invoice.status) == ("rejected", "rejected")


def test_a_buyer_records_what_has_come_and_the_case_clears_itself(desk, buyer):
    case = factories.billed_before_receipt(desk)

    said = do("record-receipt", case, buyer, line="1", quantity="10").sentence

    receipt = GoodsReceipt.objects.get()
    assert said == f"Receipt {receipt.number} over 10 PCS recorded. R-100 was judged again."
    assert (receipt.received_by, receipt.received_from) == ("Bea Lang", "desk: Bea Lang")
    assert (case.status, case.invoice.status) == ("cleared", "ready")


def test_what_is_recorded_at_the_desk_goes_to_business_central(desk, buyer):
    from integration.models import Message
    from tests import mappings

    mappings.install()
    case = factories.billed_before_receipt(desk)

    do("record-receipt", case, buyer, line="1", quantity="4")

    assert Message.objects.filter(document_kind="goods_receipt").count() == 1


@pytest.mark.parametrize(
    ("line", "quantity"), [("1", ""), ("1", "0"), ("1", "-2"), ("1", "NaN"), ("9", "4"), ("", "4")]
)
def test_what_makes_no_sense_is_not_recorded(desk, buyer, line, quantity):
    case = factories.billed_before_receipt(desk)

    with pytest.raises(cases.CaseError):
        do("record-receipt", case, buyer, line=line, quantity=quantity)

    assert not GoodsReceipt.objects.exists()


def test_a_receipt_gets_a_number_that_nobody_has(desk, buyer):
    case = factories.billed_before_receipt(desk)
    first = f"T-GR-{case.pk}-1"  # as an answer by link once left it, without a decision on the case
    desk.receive("4", order="PO-R-100", number=first)

    do("record-receipt", case, buyer, line="1", quantity="6")

    numbers = GoodsReceipt.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == [first, f"T-GR-{case.pk}-2"]


def test_a_number_that_is_taken_in_the_same_moment_is_said_on_the_page(desk, buyer, monkeypatch):
    case = factories.billed_before_receipt(desk)
    desk.receive("4", order="PO-R-100", number="T-GR-1")
    monkeypatch.setattr(recording, "_number", lambda kind, case: "T-GR-1")  # as another process sees it
    client = Client()
    client.force_login(buyer)

    answer = client.post(
        reverse("case-act", args=[case.pk, "record-receipt"]), {"line": "1", "quantity": "6"}
    )

    assert answer.status_code == 422
    assert "Nothing was recorded: T-GR-1 was recorded in the same moment." in words(answer)
    assert GoodsReceipt.objects.count() == 1


def test_a_wrong_receipt_is_taken_back(desk, buyer):
    desk.order()
    desk.receive("4", number="GR-7")
    case = factories.case_of(desk.invoice())

    do("correct-receipt", case, buyer, receipt="GR-7", code="counted")

    assert GoodsReceipt.objects.get().reversed_on == timezone.localdate()
    assert "NO_RECEIPT" in codes_of(case)


def test_a_service_is_confirmed(desk, buyer):
    line = factories.ordered(quantity="1", price="100.00", item="", kind="service", description="Inspection")
    desk.order("PO-9", line)
    billed = factories.billed(quantity="1", price="100.00", item="", description="Inspection")
    case = factories.case_of(desk.invoice("R-9", billed, order_number="PO-9"))
    assert "NO_ACCEPTANCE" in codes_of(case)

    do("confirm-service", case, buyer, line="1", amount="100.00")

    assert case.status == "cleared"


def test_a_clerk_cannot_record_what_has_come(desk, clerk):
    case = factories.billed_before_receipt(desk)

    with pytest.raises(cases.NotAllowed, match="confirm deliveries, services and prices"):
        do("record-receipt", case, clerk, line="1", quantity="10")


def test_marking_as_posted_by_hand_asks_once_more(desk):
    case = factories.price_over_order(desk)
    client = Client()
    client.force_login(factories.person(roles.AP_APPROVER))
    address = reverse("case-act", args=[case.pk, "done-by-hand"])
    form = {"seen": cases.version(case), "code": "posted_there", "bc_number": "108201"}

    asked = client.post(address, form)
    case.refresh_from_db()
    assert (asked.status_code, case.status) == (200, "open")
    assert "This cannot be undone." in words(asked)

    done = client.post(address, {**form, "sure": "1"})
    case.refresh_from_db()
    case.invoice.refresh_from_db()
    assert done.status_code == 302
    assert (case.status, case.invoice.status, case.invoice.bc_number) == ("cleared", "posted", "108201")
    assert "Anton Berg says that it is posted" in case.cleared_by


def test_an_account_is_given_where_the_line_is_owned(desk, clerk):
    desk.order()
    case = factories.case_of(
        desk.invoice(
            "R-5", factories.billed(item="", order_line=None, description="Cleaning"), bc_id=uuid.uuid4()
        )
    )
    client = Client()
    client.force_login(clerk)

    page = client.get(reverse("case", args=[case.pk]))

    offered = {action.name: action for action in page.context["actions"]}
    assert "Business Central owns this draft" in offered["code-to-account"].disabled


def test_escalating_sends_what_one_could_release(desk, clerk):
    case = factories.price_over_order(desk)

    do("escalate", case, clerk, code="clarifying")

    assert (case.status, case.resolutions.get().state) == ("proposed", "proposed")


def test_every_action_that_fits_is_on_the_page_of_somebody(desk, clerk, buyer):
    names = set()
    for case in (factories.price_over_order(desk), factories.billed_before_receipt(desk)):
        for user in (clerk, buyer):
            client = Client()
            client.force_login(user)
            page = client.get(reverse("case", args=[case.pk]))
            assert page.status_code == 200
            names |= {action.name for action in page.context["actions"]}

    assert names >= {
        "release",
        "wait",
        "reject",
        "hold",
        "short-pay",
        "request-credit",
        "record-receipt",
        "confirm-price",
    }
