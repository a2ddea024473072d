"""An event of the CAFM becomes a document and a message, once."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from integration.cafm import auth
from integration.models import InboxEvent, Message
from masterdata.models import Company
from reconciliation.models import (
    AssetNotice,
    DayTotal,
    GoodsReceipt,
    InventoryMovement,
    PurchaseOrder,
    PurchaseRequest,
    ServiceConfirmation,
    SupplierInvoice,
)

from . import forms, worker
from .client import Cafm


def test_an_approved_order_is_stored_and_put_in_line(cafm: Cafm, company: Company) -> None:
    reply = cafm.send(forms.order())

    assert reply.status_code == 202
    assert reply.json() == {
        "id": "purchase_order.approved.v1/PO-1",
        "source": forms.SOURCE,
        "status": "accepted",
        "href": "/api/v1/events/purchase_order.approved.v1/PO-1?source=%2Fcafm%2Fsite-a",
    }
    order = PurchaseOrder.objects.get()
    line = order.lines.get()
    assert (order.company, order.number, order.vendor_number, order.received_from) == (
        company,
        "PO-1",
        "V100",
        forms.SOURCE,
    )
    assert (line.item, line.quantity, line.unit_price, line.price_base) == (
        "FILTER-A",
        10,
        Decimal("12.5"),
        1,
    )
    assert order.charges.get().amount == 20
    message = Message.objects.get()
    assert (message.document_kind, message.document_id, message.state) == (
        "purchase_order",
        order.pk,
        "ready",
    )


def test_numbers_are_taken_exactly_as_numbers_or_strings(cafm: Cafm) -> None:
    sent = forms.line_of(forms.order(), quantity="PLACE", unit_price="12.50")

    reply = cafm.send_raw(json.dumps(sent).replace('"PLACE"', "0.1").encode())

    assert reply.status_code == 202
    assert PurchaseOrder.objects.get().lines.get().quantity == Decimal("0.1")
    assert InboxEvent.objects.get().body["data"]["lines"][0]["quantity"] == "0.1"


def test_codes_are_taken_in_capitals_as_bc_holds_them(cafm: Cafm) -> None:
    cafm.send(forms.order(vendor="v100", currency="eur"))

    order = PurchaseOrder.objects.get()
    assert (order.vendor_number, order.currency) == ("V100", "EUR")


def test_every_kind_of_document_is_recorded(cafm: Cafm) -> None:
    sent = [
        forms.order(),
        forms.receipt(),
        forms.confirmation(),
        forms.consumed(),
        forms.adjusted(),
        forms.transferred(),
        forms.invoice(),
    ]

    reply = cafm.send_batch(sent)

    assert reply.status_code == 207
    assert [entry["status"] for entry in reply.json()] == ["accepted"] * 7
    receipt = GoodsReceipt.objects.get()
    assert receipt.order == PurchaseOrder.objects.get()
    assert receipt.lines.get().quantity_accepted == 8
    assert ServiceConfirmation.objects.get().accepted
    movements = InventoryMovement.objects.order_by("number").values_list("kind", "to_location")
    assert list(movements) == [("adjustment", ""), ("consumption", ""), ("transfer", "SITE-B")]
    invoice = SupplierInvoice.objects.get()
    assert (invoice.origin, invoice.status, invoice.total, invoice.match_due) == (
        "cafm",
        "received",
        121,
        True,
    )
    assert sorted(invoice.charges.values_list("code", "line")) == [("FREIGHT", None), ("PACKING", 1)]
    kinds = sorted(Message.objects.values_list("document_kind", flat=True))
    assert kinds == ["goods_receipt", *["inventory_movement"] * 3, "purchase_order", "service_confirmation"]


def test_optional_fields_may_be_null_or_empty(cafm: Cafm) -> None:
    sent = forms.order(expected_on=None, location="", charges=None, purchase_request=None)

    reply = cafm.send(forms.line_of(sent, price_base=None, discount_percent=None, dimensions=None))

    assert reply.status_code == 202
    assert PurchaseOrder.objects.get().lines.get().price_base == 1


@pytest.mark.parametrize("kind", ["registered", "changed", "retired"])
def test_what_is_told_of_an_asset_is_put_in_line(cafm: Cafm, kind: str) -> None:
    data = {"number": "A-1", "description": "Air handling unit", "location": "MAIN", "parent": "A-0"}
    data |= {"purchase_order": "PO-1", "order_line": 1, "acquired_on": "2026-11-01"}

    assert cafm.send(forms.event(f"asset.{kind}.v1", data, id="told")).status_code == 202

    notice = AssetNotice.objects.get()
    assert (notice.kind, notice.location, notice.parent, notice.order_number, notice.order_line) == (
        kind,
        "MAIN",
        "A-0",
        "PO-1",
        1,
    )
    assert Message.objects.get().document_kind == "asset_notice"
    assert cafm.ask("told").json()["status"] == "queued"


def test_the_same_event_again_gets_the_same_answer_and_does_nothing(cafm: Cafm) -> None:
    first = cafm.send(forms.order())
    shuffled = dict(reversed(forms.order().items()))

    second = cafm.send(shuffled, "application/json")

    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert (InboxEvent.objects.count(), PurchaseOrder.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_the_same_id_with_another_body_is_a_conflict_and_does_nothing(cafm: Cafm) -> None:
    cafm.send(forms.order())

    reply = cafm.send(forms.order(approved_by="somebody else"))

    assert reply.status_code == 409
    assert reply["Content-Type"] == "application/problem+json"
    assert reply.json()["code"] == "event-conflict"
    assert PurchaseOrder.objects.get().approved_by == "mira"


def test_the_same_id_of_another_source_is_another_event(company: Company) -> None:
    cafm = Cafm(auth.issue(company, "any", ["events"])[1])
    cafm.send(forms.order("PO-1") | {"id": "1"})

    reply = cafm.send(forms.order("PO-2") | {"id": "1", "source": "/cafm/site-b"})

    assert reply.status_code == 202
    assert InboxEvent.objects.count() == 2


def test_a_number_that_came_in_another_event_is_refused_and_nothing_is_kept(cafm: Cafm) -> None:
    cafm.send(forms.order())

    reply = cafm.send(forms.order() | {"id": "another"})

    assert (reply.status_code, reply.json()["code"]) == (409, "document-exists")
    assert InboxEvent.objects.count() == 1


def test_a_receipt_before_its_order_waits_and_finds_it(cafm: Cafm) -> None:
    assert cafm.send(forms.receipt() | {"id": "early"}).status_code == 202
    worker.build_all()
    told = cafm.ask("early").json()
    assert (told["status"], told["document"]["number"]) == ("waiting", "GR-1")
    assert "PO-1" in told["next"]

    cafm.send(forms.order())

    assert GoodsReceipt.objects.get().order == PurchaseOrder.objects.get()
    assert cafm.ask("early").json()["status"] == "queued"


def test_an_order_for_an_unknown_vendor_is_accepted_and_waits(cafm: Cafm) -> None:
    assert cafm.send(forms.order(vendor="V999") | {"id": "unknown"}).status_code == 202
    worker.build_all()

    told = cafm.ask("unknown").json()

    assert told["status"] == "waiting"
    assert "V999" in told["next"]


def test_a_receipt_of_nothing_good_is_recorded_and_not_posted(cafm: Cafm) -> None:
    sent = forms.line_of(forms.receipt(), quantity_accepted="0", quantity_rejected="10") | {"id": "bad"}

    cafm.send(sent)

    assert cafm.ask("bad").json()["status"] == "accepted"
    assert cafm.ask("bad").json()["next"].startswith("Nothing was accepted")
    assert not Message.objects.exists()


def test_a_receipt_makes_the_invoices_of_its_order_due_for_matching(cafm: Cafm) -> None:
    cafm.send_batch(
        [forms.order(), forms.invoice(), forms.invoice("INV-2", vendor="V200", purchase_order="PO-9")]
    )
    other = forms.line_of(forms.invoice("INV-3", purchase_order="PO-9", vendor="V300"), order="PO-9")
    cafm.send(other)
    SupplierInvoice.objects.update(match_due=False)

    cafm.send(forms.receipt())

    due = SupplierInvoice.objects.order_by("number").values_list("number", "match_due")
    assert list(due) == [("INV-1", True), ("INV-2", True), ("INV-3", False)]


def test_an_invoice_does_not_wait_in_the_outbox_before_it_is_matched(cafm: Cafm) -> None:
    cafm.send(forms.invoice() | {"id": "bill"})

    assert cafm.ask("bill").json()["status"] == "waiting"
    assert not Message.objects.exists()


def test_each_event_of_a_batch_is_answered_by_itself_in_order(cafm: Cafm) -> None:
    reply = cafm.send_batch(
        [forms.order(), forms.order(vendor=""), "no event", forms.order("PO-2"), forms.order("PO-2")]
    )

    entries = reply.json()
    assert [entry["status"] for entry in entries] == ["accepted", 409, 422, "accepted", "accepted"]
    assert entries[1]["id"] == forms.order()["id"]
    assert PurchaseOrder.objects.count() == 2


def test_a_batch_holds_at_most_500_events(cafm: Cafm) -> None:
    assert cafm.send_batch([forms.order()] * 500).status_code == 207

    reply = cafm.send_batch([forms.order("PO-2")] * 501)

    assert (reply.status_code, reply.json()["code"]) == (413, "too-large")
    assert not PurchaseOrder.objects.filter(number="PO-2").exists()


def test_a_batch_that_is_not_a_list_is_refused(cafm: Cafm) -> None:
    assert cafm.send_batch(forms.order()).status_code == 422
    assert cafm.send([forms.order()]).status_code == 422
    assert cafm.send_batch([]).json() == []


def test_the_fate_names_the_document_and_bc(cafm: Cafm) -> None:
    cafm.send(forms.order() | {"id": "ä b/1"})

    told = cafm.ask("ä b/1").json()

    assert told["status"] == "queued"
    assert told["document"] == {"kind": "purchase_order", "number": "PO-1", "bc_number": "", "bc_id": None}
    assert told["attempts"] == []


def test_the_link_in_the_answer_leads_to_the_fate(cafm: Cafm) -> None:
    href = cafm.send(forms.order() | {"id": "50% #1?"}).json()["href"]

    assert cafm.client.get(href).json()["id"] == "50% #1?"


@pytest.mark.parametrize("event_id", ["unknown", "a%00b"])
def test_an_unknown_event_is_not_found(cafm: Cafm, event_id: str) -> None:
    reply = cafm.client.get(f"/api/v1/events/{event_id}?source=x")

    assert (reply.status_code, reply.json()["code"]) == (404, "not-found")


def test_another_company_may_have_a_source_of_the_same_name(cafm: Cafm) -> None:
    sister = Company.objects.create(name="SISTER", ledger_currency="EUR")
    theirs = Cafm(auth.issue(sister, "CAFM", ["events"])[1])
    cafm.send(forms.order("PO-1") | {"id": "1"})

    answer = theirs.send(forms.order("PO-9") | {"id": "1"})

    assert answer.status_code == 202
    assert cafm.ask("1").json()["document"]["number"] == "PO-1"
    assert theirs.ask("1").json()["document"]["number"] == "PO-9"


def test_a_request_is_kept_and_its_order_names_it(cafm: Cafm) -> None:
    line = {"line": 1, "description": "Bag filter", "quantity": "10", "unit": "PCS"}
    data = {
        "number": "PR-1",
        "requested_by": "jo",
        "approved_by": "mira",
        "approved_at": "2026-11-01T08:00:00Z",
        "lines": [line],
    }
    cafm.send(forms.event("purchase_request.approved.v1", data, id="wish"))
    cafm.send(forms.order("PO-1", purchase_request="PR-1"))

    told = cafm.ask("wish").json()

    assert (told["status"], told["document"]["number"]) == ("accepted", "PR-1")
    assert told["next"] == (
        "Kept here: Business Central takes no requests. The order that follows names this one."
    )
    assert PurchaseRequest.objects.get().lines.get().quantity == 10
    assert PurchaseOrder.objects.get().purchase_request == "PR-1"


def test_the_totals_of_a_day_are_kept_and_told_anew_replace_the_old(cafm: Cafm) -> None:
    first = {"kind": "goods_receipt", "count": 2, "numbers": ["GR-1", "GR-2"]}
    spent = {"kind": "goods_receipt", "count": 3, "amount": "12.50", "currency": "eur"}
    for number, total in enumerate([first, spent]):
        sent = forms.event("day.totals.v1", {"date": "2026-11-20", "totals": [total]}, id=f"day-{number}")
        assert cafm.send(sent).status_code == 202

    kept = DayTotal.objects.get(kind="goods_receipt")

    assert (kept.count, kept.amount, kept.currency) == (3, Decimal("12.50"), "EUR")
    assert cafm.ask("day-1").json()["status"] == "accepted"
