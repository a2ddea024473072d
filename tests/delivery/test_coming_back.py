"""A released invoice that Business Central refuses comes back to its releaser, and is posted once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from integration import connections, outbox, sync
from integration.models import DocumentKind, Message
from reconciliation import cases, documents, policies, reconcile, roles
from reconciliation.models import ExceptionCase, SupplierInvoice
from tests import factories
from tests.delivery.house import House, billed, invoice_form, states
from tests.delivery.test_order_invoices import amount, invoices, post_by_hand, received, stock
from tests.messages import bring

if TYPE_CHECKING:
    from django.contrib.auth.models import User

D = Decimal
REASON = "The fourth is on the van"


@pytest.fixture
def clerk(house: House) -> User:
    policies.install_defaults(house.company)
    return factories.person(roles.AP_CLERK)


def released(house: House, clerk: User, *, have: int = 3) -> ExceptionCase:
    """Order ten, receive a few, bill four, and let a clerk release it."""
    received(house, have)
    form = invoice_form("R-77", billed(), order_number="PO-1")
    documents.record_invoice(house.company, form, source="/cafm/test", origin="cafm")
    reconcile.match_due()
    case = ExceptionCase.objects.get()
    cases.release(case, by=clerk, reason=REASON, seen=cases.version(case))
    return case


def turn(house: House) -> None:
    """What the schedule does: find cleared invoices, deliver, judge what is due."""
    outbox.refill()
    house.drain()
    reconcile.match_due()


def page(clerk: User, case: ExceptionCase) -> str:
    client = Client()
    client.force_login(clerk)
    return client.get(reverse("case", args=[case.pk])).content.decode()


def test_a_refused_release_opens_the_case_for_its_releaser(house: House, clerk: User) -> None:
    case = released(house, clerk)

    turn(house)

    case.refresh_from_db()
    assert (case.status, case.owner, case.closed_at) == ("open", clerk, None)
    assert SupplierInvoice.objects.get().status == "blocked"
    message = Message.objects.get(document_kind=DocumentKind.SUPPLIER_INVOICE)
    assert message.state == "cancelled"
    assert "has 3 PCS received and not yet invoiced, and 4 are billed" in message.error
    assert house.dump("purchaseInvoices") == []


def test_the_case_says_what_business_central_said(house: House, clerk: User) -> None:
    case = released(house, clerk)
    turn(house)

    shown = page(clerk, case)

    assert "Released" in shown
    assert "It was released, and came back: Invoice R-77 cannot be posted through order PO-1" in shown
    assert "Business Central did not post it\n" in shown  # in the timeline
    assert shown.count("has 3 PCS received and not yet invoiced") == 2
    assert "on its way" not in shown


def test_a_form_from_before_the_refusal_changes_nothing(house: House, clerk: User) -> None:
    case = released(house, clerk)
    turn(house)

    with pytest.raises(cases.StaleCase, match="did not post the invoice after its release"):
        cases.reject(case, by=clerk, reason="Not ours", seen=f"open-{case.decision_id}-0")


def test_a_new_release_is_a_new_delivery_and_one_posting(house: House, clerk: User) -> None:
    case = released(house, clerk)
    turn(house)
    house.receipt("GR-2", accepted=D(1))
    house.drain()
    SupplierInvoice.objects.update(match_due=False)  # nobody has judged it anew yet
    case.refresh_from_db()

    cases.release(case, by=clerk, reason="It has come", seen=cases.version(case))
    turn(house)
    turn(house)

    assert [amount(row) for row in invoices(house)] == [50]
    assert stock(house) == 4
    case.refresh_from_db()
    assert case.status == "released"
    assert "is posted in Business Central as" in page(clerk, case)


def test_the_missing_goods_post_it_without_another_click(house: House, clerk: User) -> None:
    case = released(house, clerk)
    turn(house)

    house.receipt("GR-2", accepted=D(1))
    house.drain()
    reconcile.match_due()
    turn(house)

    case.refresh_from_db()
    assert case.status == "cleared"
    assert [amount(row) for row in invoices(house)] == [50]


def test_what_came_back_and_is_posted_by_hand_is_recognised(house: House, clerk: User) -> None:
    case = released(house, clerk)
    turn(house)
    house.receipt("GR-2", accepted=D(1))
    house.drain()
    SupplierInvoice.objects.update(match_due=False)

    connections.client().create("purchaseInvoices", {"vendorNumber": "V1", "vendorInvoiceNumber": "OTHER"})
    sync.pull_entity("invoices")  # the first pull takes no posted ones
    post_by_hand(house)
    sync.pull_entity("invoices")
    reconcile.match_due()

    assert SupplierInvoice.objects.get(number="R-77").status == "posted"
    case.refresh_from_db()
    assert case.status == "cleared"
    assert [amount(row) for row in invoices(house)] == [50]


def test_what_may_be_posted_does_not_come_back(house: House, clerk: User) -> None:
    case = released(house, clerk)
    message = outbox.enqueue(DocumentKind.SUPPLIER_INVOICE, SupplierInvoice.objects.get())
    bring(message, to="rejected", unknown_since=message.created_at, error="It is stopped.")
    message.refresh_from_db()

    with pytest.raises(outbox.OutboxError, match="may be in Business Central"):
        outbox.hand_back(message)

    case.refresh_from_db()
    assert states()[-1] == "rejected"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("waiting", "The invoice is on its way to Business Central. It waits for vendor V1"),
        ("rejected", "The integration team has it under Dead letters"),
        ("dead", "The integration team has it under Dead letters"),
        ("ready", "The invoice is on its way to Business Central."),
    ],
)
def test_a_closed_case_says_where_the_invoice_is(house: House, clerk: User, state: str, told: str) -> None:
    case = released(house, clerk)
    outbox.refill()
    extra: dict[str, Any] = {"waiting": {"waiting_for": "vendor V1"}}.get(
        state, {"error": "Vendor V1 is blocked."} if state in ("rejected", "dead") else {}
    )
    bring(Message.objects.get(document_kind=DocumentKind.SUPPLIER_INVOICE), to=state, **extra)

    shown = page(clerk, case)

    assert told in shown
    assert ("Vendor V1 is blocked." in shown) == (state in ("rejected", "dead"))


def test_a_draft_of_bc_over_the_receipts_comes_back_too(house: House, clerk: User) -> None:
    received(house, 3)
    (order,) = house.dump("purchaseOrders")
    line = {"lineObjectNumber": "FILTER", "quantity": 4, "unitCost": "12.5"}
    draft = {
        "vendorNumber": "V1",
        "vendorInvoiceNumber": "R-78",
        "invoiceDate": "2026-11-09",
        "orderNumber": order["number"],
        "purchaseInvoiceLines": [line],
    }
    house.sandbox.control.seed({"purchaseInvoices": [draft]})
    sync.pull_entity("invoices")
    reconcile.match_due()
    case = ExceptionCase.objects.get(invoice_number="R-78")
    cases.release(case, by=clerk, reason=REASON, seen=cases.version(case))

    turn(house)

    case.refresh_from_db()
    assert (case.status, case.owner, case.invoice.status) == ("open", clerk, "blocked")
    assert "more was invoiced than was received" in page(clerk, case)
    assert states()[-1] == "cancelled"
