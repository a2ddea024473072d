"""Cleared invoices are posted once, and only the amount that was matched."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from integration import connections, outbox
from integration.mapping import traces
from integration.models import DocumentKind, Message
from reconciliation import documents
from reconciliation.models import SupplierInvoice
from tests.delivery.house import House, outcomes, states

D = Decimal


def draft(house: House, number: str = "R-77") -> dict[str, Any]:
    """A draft as accounts payable enters it in BC."""
    line = {"lineType": "Item", "lineObjectNumber": "FILTER", "quantity": 4, "unitCost": D("12.5")}
    body = {"vendorNumber": "V1", "vendorInvoiceNumber": number, "purchaseInvoiceLines": [line]}
    return connections.client().create("purchaseInvoices", body)


def of_bc(house: House, **values: Any) -> SupplierInvoice:
    row = draft(house)
    return house.invoice(origin="bc", bc_id=UUID(row["id"]), bc_number=row["number"], **values)


def test_a_draft_of_bc_is_posted_there(house: House) -> None:
    invoice = of_bc(house)

    house.drain()

    (row,) = house.dump("purchaseInvoices")
    assert row["status"] == "Open"
    invoice.refresh_from_db()
    assert (invoice.status, invoice.bc_number) == ("posted", row["number"])


def test_a_lost_answer_to_posting_is_found(house: House) -> None:
    of_bc(house)
    house.faults({"fault": "commit_then_drop", "method": "POST", "path": "Microsoft.NAV.post", "every": 1})

    house.drain()

    assert outcomes(Message.objects.get()) == ["unknown", "adopted"]
    assert [row["status"] for row in house.dump("purchaseInvoices")] == ["Open"]


def test_a_trace_of_an_invoice_tells_its_lines_apart_and_keeps_the_head_once(house: House) -> None:
    message = outbox.enqueue(DocumentKind.SUPPLIER_INVOICE, house.invoice())

    head, *lines = traces.told(message.mapped_from, house.company)

    assert (head.line, [each.line for each in lines]) == (None, [1])
    assert message.mapped_from.count("R-77") == 1


def test_an_invoice_of_the_cafm_is_drafted_and_posted(house: House) -> None:
    house.invoice()

    house.drain()

    (row,) = house.dump("purchaseInvoices")
    assert (row["status"], row["vendorInvoiceNumber"]) == ("Open", "R-77")
    assert states() == ["done"]


def test_lost_answers_leave_one_invoice(house: House) -> None:
    house.invoice()
    house.faults({"fault": "commit_then_drop", "method": "POST", "every": 1, "times": 2})

    house.drain()

    assert [row["status"] for row in house.dump("purchaseInvoices")] == ["Open"]
    assert states() == ["done"]


def test_another_total_in_bc_is_not_posted(house: House) -> None:
    house.invoice(total=60)

    house.drain()

    message = Message.objects.get()
    assert message.state == "rejected"
    assert "makes invoice R-77 50, the supplier bills 60" in message.error
    assert [row["status"] for row in house.dump("purchaseInvoices")] == ["Draft"]


def test_an_invoice_that_is_blocked_again_is_not_posted(house: House) -> None:
    invoice = of_bc(house)
    outbox.enqueue_cleared_invoices()
    documents.mark_blocked(invoice)
    house.drain()

    assert states() == ["cancelled"]
    assert [row["status"] for row in house.dump("purchaseInvoices")] == ["Draft"]


def test_an_invoice_that_changed_after_it_was_matched_is_not_posted_before_it_is_matched_again(
    house: House,
) -> None:
    of_bc(house)
    SupplierInvoice.objects.update(match_due=True)

    house.drain()

    assert states() == []
    assert [row["status"] for row in house.dump("purchaseInvoices")] == ["Draft"]


def test_an_invoice_that_changes_in_line_goes_back_to_matching(house: House) -> None:
    of_bc(house)
    outbox.enqueue_cleared_invoices()
    SupplierInvoice.objects.update(match_due=True)

    house.drain()

    assert states() == ["cancelled"]
    assert [row["status"] for row in house.dump("purchaseInvoices")] == ["Draft"]
