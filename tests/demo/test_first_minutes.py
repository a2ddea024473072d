"""The README's first five minutes: what the running demo brings, and what its people do."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from itertools import islice
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from integration import delivery, inbox
from integration.demo import people, story, stream
from integration.models import ApiKey, Message
from reconciliation import cases, reconcile
from reconciliation.models import ExceptionCase, SupplierInvoice

pytestmark = pytest.mark.django_db(transaction=True)


def brought(count: int) -> None:
    """Let the demo's CAFM send its next events, and everything they lead to happen."""
    key = ApiKey.objects.get(name=people.KEY_NAME)
    today = timezone.localdate()
    for event in islice(stream._day(random.Random(1), today, _clock(today)), count):
        inbox.receive(event, key=key)
    settle()


def settle() -> None:
    for _ in range(2):
        delivery.drain(until_idle=True)
        reconcile.match_due()
    delivery.drain(until_idle=True)


def _clock(today: datetime.date) -> Any:
    return lambda: today


def test_a_late_receipt_clears_its_case_and_the_invoice_is_posted(loaded: Any, sandbox: Any) -> None:
    brought(24)  # the last of these events is the receipt of OPS-2291

    assert ExceptionCase.objects.get(invoice_number="OPS-2291").status == ExceptionCase.Status.CLEARED
    assert SupplierInvoice.objects.get(number="OPS-2291").status == SupplierInvoice.Status.POSTED
    (row,) = (
        row for row in sandbox.control.dump("purchaseInvoices") if row["vendorInvoiceNumber"] == "OPS-2291"
    )
    assert row["status"] == "Open"
    assert [message.document_number for message in Message.objects.stuck()] == ["PO-24127"]


def test_a_clerk_releases_one_case_and_proposes_the_other_to_the_approver(loaded: Any, sandbox: Any) -> None:
    clerk, approver = (User.objects.get(username=name) for name in ("clerk", "approver"))
    dear, dearer = (ExceptionCase.objects.get(invoice_number=name) for name in ("HLP-7731", "HLP-7756"))

    cases.release(dear, by=clerk, reason="The buyer agreed to the new price")
    proposal = cases.release(dearer, by=clerk, reason="Agreed with the buyer")
    settle()
    before = posted(sandbox)
    cases.approve(proposal, by=approver)
    settle()

    assert (before["HLP-7731"], before["HLP-7756"]) == (1, 0)
    assert (posted(sandbox)["HLP-7731"], posted(sandbox)["HLP-7756"]) == (1, 1)
    assert [message.document_number for message in Message.objects.stuck()] == ["PO-24127"]


def test_what_the_cafm_billed_is_posted_through_its_order_and_in_stock_once(
    loaded: Any, sandbox: Any
) -> None:
    dear = ExceptionCase.objects.get(invoice_number="HLP-7731")
    cases.release(dear, by=User.objects.get(username="clerk"), reason="The buyer agreed to the new price")
    settle()

    billed = {each.number for each in story.INVOICES if each.is_from_cafm} - {"NF-21033"}
    rows = [row for row in sandbox.control.dump("purchaseInvoices") if row["vendorInvoiceNumber"] in billed]
    assert {row["vendorInvoiceNumber"] for row in rows} == billed
    assert all(row["orderNumber"] for row in rows)
    entries = sandbox.control.dump("itemLedgerEntries")
    bought = [row["documentType"] for row in entries if row["entryType"] == "Purchase"]
    assert set(bought) == {"Purchase_x0020_Receipt"}


def posted(sandbox: Any) -> Counter[str]:
    rows = sandbox.control.dump("purchaseInvoices")
    return Counter(row["vendorInvoiceNumber"] for row in rows if row["status"] == "Open")
