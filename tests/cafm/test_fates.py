"""The sender asks what became of an event, and is told as far as Tieout knows."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from integration.models import Message
from reconciliation import documents
from reconciliation.models import SupplierInvoice
from tests.messages import bring

from . import forms
from .client import Cafm

NOW = timezone.now()


@pytest.mark.parametrize(
    ("state", "fate", "next_step"),
    [
        ({"to": "ready"}, "queued", ""),
        ({"to": "ready", "error": "BC is busy."}, "queued", "BC is busy. It is tried again by itself."),
        ({"to": "claimed", "lease_until": NOW}, "queued", ""),
        ({"to": "sending", "lease_until": NOW}, "sending", ""),
        (
            {"to": "verifying", "unknown_since": NOW},
            "verifying",
            "The answer of Business Central was lost. It is looked for there; do not send it again.",
        ),
        (
            {"to": "waiting", "waiting_for": "vendor V1 in Business Central"},
            "waiting",
            "It waits for vendor V1 in Business Central and goes on by itself once that is there.",
        ),
        (
            {"to": "waiting", "waiting_for": "Business Central does not have x. Posting is paused."},
            "waiting",
            "Business Central does not have x. Posting is paused.",
        ),
        ({"to": "waiting"}, "waiting", "It waits for a missing record and goes on by itself."),
        ({"to": "done", "done_at": NOW}, "posted", ""),
        ({"to": "rejected", "error": "Unblock the vendor."}, "rejected", "Unblock the vendor."),
        ({"to": "dead", "error": "It was tried 8 times."}, "dead", "It was tried 8 times."),
        ({"to": "cancelled"}, "cancelled", ""),
    ],
)
def test_each_state_of_a_message_has_its_word(
    cafm: Cafm, state: dict[str, Any], fate: str, next_step: str
) -> None:
    cafm.send(forms.order() | {"id": "1"})
    bring(Message.objects.get(), **state)

    told = cafm.ask("1").json()

    assert (told["status"], told["next"]) == (fate, next_step)


@pytest.mark.parametrize(
    ("settle", "fate"),
    [
        (lambda invoice: None, "waiting"),
        (documents.mark_blocked, "waiting"),
        (documents.mark_ready, "queued"),
        (documents.mark_rejected, "rejected"),
        (lambda invoice: documents.mark_posted(invoice, bc_id=None, bc_number="PI-1", at=NOW), "posted"),
    ],
    ids=["received", "blocked", "ready", "rejected", "posted"],
)
def test_an_invoice_that_is_not_in_line_is_told_by_its_own_status(cafm: Cafm, settle: Any, fate: str) -> None:
    cafm.send(forms.invoice() | {"id": "bill"})
    settle(SupplierInvoice.objects.get())

    assert cafm.ask("bill").json()["status"] == fate


def test_an_id_that_two_sources_used_needs_its_source(company: Any) -> None:
    from integration.cafm import auth

    cafm = Cafm(auth.issue(company, "any", ["events"])[1])
    cafm.send(forms.order("PO-1") | {"id": "1"})
    cafm.send(forms.order("PO-2") | {"id": "1", "source": "/cafm/site-b"})

    assert cafm.ask("1", source="").status_code == 404
    assert "name its source" in cafm.ask("1", source="").json()["detail"]
    assert cafm.ask("1", source="/cafm/site-b").json()["document"]["number"] == "PO-2"


def test_a_posted_event_tells_bcs_number_and_each_attempt(house: Any) -> None:
    from integration import delivery
    from integration.cafm import auth

    cafm = Cafm(auth.issue(house.company, "CAFM", ["events"])[1])
    sent = forms.line_of(forms.order(vendor="V1", charges=None, location=None), item="FILTER")
    cafm.send(sent | {"id": "1"})

    delivery.drain()

    told = cafm.ask("1").json()
    order = house.sandbox.control.dump("purchaseOrders")[0]
    assert (told["status"], told["next"]) == ("posted", "")
    assert told["document"] == {
        "kind": "purchase_order",
        "number": "PO-1",
        "bc_number": order["number"],
        "bc_id": order["id"],
    }
    assert [(each["number"], each["outcome"]) for each in told["attempts"]] == [(1, "posted")]
