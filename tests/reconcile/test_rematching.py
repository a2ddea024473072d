"""What makes an invoice be matched again, and the event that a case names when it clears itself."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

import pytest

from masterdata.models import ItemUnit
from reconciliation import cases, documents, policies, reconcile, tasks
from reconciliation.forms import OrderChangeForm, OrderForm, ReturnForm, ReturnLineForm, ReversalForm
from reconciliation.models import ExceptionCase, SupplierInvoice, Tolerance

from .desk import ORDERED, RECEIVED, billed, ordered, publish
from .test_cases import codes_of, status_of

pytestmark = pytest.mark.django_db
Status = SupplierInvoice.Status


def cleared_by() -> str:
    while reconcile.match_due():
        pass
    case = ExceptionCase.objects.get()
    assert case.status == "cleared"
    return case.cleared_by


def change_order(desk, *lines, version=2):
    order = OrderForm("PO-1", "V10", "EUR", ORDERED, "Otto", lines)
    return documents.record_change(desk.company, OrderChangeForm(order, version), source="test")


def take_back(desk, quantity: str, rejected: str | None = None):
    of_rejected = None if rejected is None else Decimal(rejected)
    form = ReturnForm(
        "RT-1", "PO-1", RECEIVED, "broken", (ReturnLineForm(1, 1, Decimal(quantity), "PCS", of_rejected),)
    )
    return documents.record_return(desk.company, form, source="test")


def reverse(desk, receipt):
    form = ReversalForm("RV-1", receipt.number, RECEIVED, "counted twice")
    return documents.record_reversal(desk.company, form, source="test")


def test_a_receipt_clears_the_case_and_is_named(desk):
    desk.order()
    desk.invoice()
    reconcile.match_due()

    desk.receive(10, number="GR-7")

    assert cleared_by() == "receipt GR-7"


@pytest.mark.parametrize(
    ("rejected", "status"), [("2", Status.READY), ("1", Status.BLOCKED), (None, Status.BLOCKED)]
)
def test_rejected_goods_that_went_back_leave_what_was_accepted(desk, rejected, status):
    desk.order()
    desk.receive(8, rejected=2)
    invoice = desk.invoice("R-1", billed(quantity="8"))

    take_back(desk, "2", rejected)
    reconcile.match_due()

    assert status_of(invoice) == status


def test_an_order_change_clears_the_case_and_is_named(desk):
    desk.order()
    desk.receive(10)
    desk.invoice("R-1", billed(price="6.00"))
    reconcile.match_due()

    change_order(desk, ordered(price="6.00"))

    assert cleared_by() == "order PO-1 version 2"


def test_a_corrected_invoice_clears_the_case_and_is_named(desk):
    key = uuid.uuid4()
    desk.order()
    desk.receive(10)
    desk.invoice("R-1", billed(price="6.00"), bc_id=key)
    reconcile.match_due()

    desk.invoice("R-1", billed(price="5.00"), bc_id=key)

    assert cleared_by() == "the invoice was corrected"


def test_new_rules_clear_the_case_once_somebody_asks_for_it(desk, company):
    desk.order()
    desk.receive(10)
    desk.invoice("R-1", billed(price="6.00"))
    reconcile.match_due()

    limits = Tolerance.objects.filter(check_name__in=["price", "line_total", "total"], code="")
    limits.update(upper_percent=25)
    publish(company)

    assert cleared_by() == "tolerances or match levels were changed"


def test_a_conversion_clears_the_case_and_is_named(desk, company):
    desk.order("PO-1", ordered(quantity="1", price="60", unit="CASE"))
    desk.receive(12)
    desk.invoice("R-1", billed(quantity="1", price="60", unit="CASE"))
    reconcile.match_due()
    assert "NO_CONVERSION" in codes_of(SupplierInvoice.objects.get())

    ItemUnit.objects.create(company=company, row_hash=b"", item_number="FILTER", unit="CASE", per_base=12)
    policies.judge_again(company)

    assert cleared_by() == "unit CASE of item FILTER"


def test_the_sweep_finds_what_no_event_told(desk, company):
    desk.order()
    desk.invoice()
    reconcile.match_due()
    receipt = desk.receive(10, number="GR-7")
    SupplierInvoice.objects.update(match_due=False)  # as if the mark had been lost
    assert reconcile.match_due() == 0
    assert receipt.number == "GR-7"

    tasks.judge_open_invoices_again()

    assert cleared_by() == "receipt GR-7"


def test_the_sweep_leaves_alone_what_is_out_of_our_hands(desk):
    desk.order()
    posted = desk.invoice()
    documents.mark_posted(posted, bc_id=uuid.uuid4(), bc_number="1", at=datetime.datetime.now(datetime.UTC))
    SupplierInvoice.objects.update(match_due=False)

    tasks.judge_open_invoices_again()

    assert not SupplierInvoice.objects.filter(match_due=True).exists()


def test_matching_is_bounded(desk):
    for number in range(1, 6):
        desk.order(f"PO-{number}")
        desk.invoice(f"R-{number}", order_number=f"PO-{number}")

    assert reconcile.match_due(2) == 2
    assert SupplierInvoice.objects.filter(match_due=True).count() == 3


# What was cleared is held again when its facts are taken away before it is posted.


@pytest.fixture
def cleared(desk) -> SupplierInvoice:
    desk.order()
    desk.receive(10, number="GR-1")
    invoice = desk.invoice()
    reconcile.match_due()
    assert status_of(invoice) == Status.READY
    return invoice


def test_a_reversed_receipt_holds_a_cleared_invoice_again(desk, cleared):
    from reconciliation.models import GoodsReceipt

    reverse(desk, GoodsReceipt.objects.get())
    reconcile.match_due()

    assert status_of(cleared) == Status.BLOCKED
    assert "NO_RECEIPT" in codes_of(cleared)


def test_goods_that_went_back_hold_a_cleared_invoice_again(desk, cleared):
    take_back(desk, "4")
    reconcile.match_due()

    assert status_of(cleared) == Status.BLOCKED
    assert codes_of(cleared) >= {"OVER_RECEIVED"}


def test_an_order_that_was_cut_holds_a_cleared_invoice_again(desk, cleared):
    change_order(desk, ordered(price="3.00"))
    reconcile.match_due()

    assert status_of(cleared) == Status.BLOCKED


def test_a_receipt_that_was_given_up_holds_a_cleared_invoice_again(desk, cleared):
    from reconciliation.models import GoodsReceipt

    documents.cancel(GoodsReceipt.objects.get())
    reconcile.match_due()

    assert status_of(cleared) == Status.BLOCKED


def test_a_release_does_not_cover_what_grows_when_goods_go_back(desk, clerk):
    desk.order()
    desk.receive(8)
    invoice = desk.invoice()
    reconcile.match_due()
    cases.release(ExceptionCase.objects.get(), by=clerk, reason="The rest comes on Monday")
    assert status_of(invoice) == Status.READY

    take_back(desk, "3")
    reconcile.match_due()

    assert status_of(invoice) == Status.BLOCKED
    newest = ExceptionCase.objects.latest("pk")
    assert (newest.status, newest.difference, newest.owner) == ("open", 25, clerk)


def test_a_release_still_covers_what_has_shrunk(desk, clerk):
    desk.order()
    desk.receive(5)
    invoice = desk.invoice()
    reconcile.match_due()
    cases.release(ExceptionCase.objects.get(), by=clerk, reason="The rest comes on Monday")

    desk.receive(3)
    reconcile.judge([invoice])

    assert status_of(invoice) == Status.READY
