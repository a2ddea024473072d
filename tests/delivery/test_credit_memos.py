"""A credit memo of the CAFM is finance's to post; Tieout says so, and sees it afterwards."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.models import User

from integration import outbox
from integration.models import DocumentKind, Message
from tests.delivery.house import House, billed, invoice_form

D = Decimal


def credited(house: House, total: int = 50) -> Message:
    form = invoice_form("G-1", billed(), order_number="PO-1", type="credit_memo", total=D(total))
    return outbox.enqueue(DocumentKind.SUPPLIER_INVOICE, house.record(form))


def post_in_bc(house: House, total: int = 50, status: str = "Paid") -> None:
    row = {"vendorNumber": "V1", "vendorCreditMemoNumber": "G-1", "status": status, "number": "CM-7"}
    house.sandbox.control.seed({"purchaseCreditMemos": [row | {"totalAmountIncludingTax": total}]})


def again(house: House, message: Message) -> Message:
    outbox.retry(message, by=User.objects.create(username="finance"), reason="posted there")
    house.drain()
    message.refresh_from_db()
    return message


def test_a_credit_memo_is_given_to_finance_and_nothing_is_posted(house: House) -> None:
    message = credited(house)

    house.drain()

    message.refresh_from_db()
    assert (message.state, message.error_code) == ("rejected", "by_hand")
    assert message.error.startswith(
        "Credit memo G-1 of vendor V1 for order PO-1 is cleared, 50 EUR. Post it in Business Central"
    )
    assert house.dump("purchaseCreditMemos") == []
    assert house.dump("purchaseInvoices") == []


def test_a_retry_sees_that_finance_has_posted_it(house: House) -> None:
    message = credited(house)
    house.drain()
    message.refresh_from_db()
    post_in_bc(house)

    message = again(house, message)

    assert (message.state, message.bc_number) == ("done", "CM-7")


def test_a_draft_is_not_taken_for_posted(house: House) -> None:
    message = credited(house)
    house.drain()
    message.refresh_from_db()
    post_in_bc(house, status="Draft")

    assert again(house, message).state == "rejected"


def test_another_total_is_told(house: House) -> None:
    message = credited(house)
    house.drain()
    message.refresh_from_db()
    post_in_bc(house, total=49)

    message = again(house, message)

    assert message.state == "rejected"
    assert "is posted in Business Central with 49; the supplier credits 50" in message.error


def test_where_the_vendors_number_cannot_be_asked_for_a_person_marks_it_done(house: House) -> None:
    house.sandbox.control.settings(version="24")
    message = credited(house)

    house.drain()

    message.refresh_from_db()
    assert (message.state, message.error_code) == ("rejected", "by_hand")
    assert "or mark this done with its number" in message.error
