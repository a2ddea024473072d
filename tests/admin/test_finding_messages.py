"""A dead letter is found by any number that a person may hold, and by no other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from integration.models import Message
    from masterdata.models import Company
    from tests.admin.conftest import SignedIn

pytestmark = pytest.mark.django_db
CORRELATION = "5b1c7d0a-0000-4f5e-9d51-6f1d3c1f0a77"


@pytest.fixture
def admin(signed_in: SignedIn) -> Client:
    return signed_in(roles.INTEGRATION_ADMIN)


@pytest.fixture
def letter(company: Company) -> Message:
    """A refused order with every number that one can have, beside another one that has none of them."""
    from integration.models import Attempt, Message
    from reconciliation.models import PurchaseOrder
    from tests import factories

    factories.refused(company, "PO-OTHER")
    found = factories.refused(company, "PO-1")
    PurchaseOrder.objects.filter(pk=found.document_id).update(vendor_number="V77", bc_number="106077")
    Message.objects.filter(pk=found.pk).update(bc_id=uuid4())
    now = timezone.now()
    Attempt.objects.create(
        message=found,
        number=1,
        fence=1,
        started_at=now,
        ended_at=now,
        outcome=Attempt.Outcome.REFUSED,
        correlation_id=CORRELATION,
    )
    event_of(found, company, "evt-77")
    found.refresh_from_db()
    return found


def event_of(message: Message, company: Company, event_id: str) -> None:
    """An event that names a message's document."""
    from integration.models import InboxEvent

    InboxEvent.objects.create(
        company=company,
        source="/cafm/test",
        event_id=event_id,
        type="order.approved",
        body={},
        body_hash=b"",
        document_kind=message.document_kind,
        document_id=message.document_id,
    )


def listed(admin: Client, number: str) -> tuple[bool, bool]:
    page = words(admin.get("/dead-letters/messages/", {"q": number}))
    return "PO-1 " in page, "PO-OTHER " in page


@pytest.mark.parametrize("number", ["PO-1", "po-1", "V77", "106077", "evt-77", CORRELATION])
def test_a_dead_letter_is_found_by_any_number(admin: Client, letter: Message, number: str) -> None:
    assert listed(admin, number) == (True, False)


@pytest.mark.parametrize("name", ["key", "bc_id"])
def test_a_dead_letter_is_found_by_our_key_and_bcs_id(admin: Client, letter: Message, name: str) -> None:
    assert listed(admin, str(getattr(letter, name))) == (True, False)


def test_a_number_that_nothing_has_finds_nothing(admin: Client, letter: Message) -> None:
    assert listed(admin, "evt-7") == (False, False)
    assert "None of the stuck messages fits" in words(admin.get("/dead-letters/messages/", {"q": "evt-7"}))


def test_a_receipt_is_found_by_its_orders_number(company: Company, admin: Client) -> None:
    from tests import factories
    from tests.messages import bring

    factories.refused(company, "PO-9")
    receipt = factories.waiting_receipt(company, "GR-5", "PO-5")
    bring(receipt, to="rejected", waiting_for="")

    page = words(admin.get("/dead-letters/messages/", {"q": "PO-5"}))

    assert ("GR-5" in page, "PO-9" in page) == (True, False)


@pytest.mark.parametrize("number", ["PR-77", "WO-77"])
def test_an_order_is_found_by_its_request_and_by_a_work_order(
    admin: Client, letter: Message, number: str
) -> None:
    from reconciliation.models import PurchaseOrder, PurchaseOrderLine

    PurchaseOrder.objects.filter(pk=letter.document_id).update(purchase_request="PR-77")
    PurchaseOrderLine.objects.filter(order=letter.document_id).update(work_order="WO-77")

    assert listed(admin, number) == (True, False)


def test_a_receipt_is_found_by_its_delivery_note(company: Company, admin: Client) -> None:
    from reconciliation.models import GoodsReceipt
    from tests import factories
    from tests.messages import bring

    for number in ("GR-5", "GR-6"):
        bring(factories.waiting_receipt(company, number, "PO-5"), to="rejected", waiting_for="")
    GoodsReceipt.objects.filter(number="GR-5").update(delivery_note="DN-77")

    page = words(admin.get("/dead-letters/messages/", {"q": "dn-77"}))

    assert ("GR-5" in page, "GR-6" in page) == (True, False)


def test_a_movement_is_found_by_its_work_order_and_an_asset_by_its_serial_number(
    company: Company, admin: Client, letter: Message
) -> None:
    from integration import outbox
    from integration.models import DocumentKind
    from reconciliation import documents, forms
    from tests.messages import bring

    line = forms.MovementLineForm(line=1, item="FILTER", quantity=Decimal(2), unit="PCS", location="MAIN")
    used = forms.MovementForm(
        kind="consumption", number="C-5", posted_on=date(2026, 11, 2), lines=(line,), work_order="WO-5"
    )
    pump = forms.AssetForm(kind="registered", number="A-5", description="Pump", serial_number="SN-5")
    movement = documents.record_movement(company, used, source="/cafm/test")
    asset = documents.record_asset(company, pump, source="/cafm/test")
    stuck = {
        "C-5": outbox.enqueue(DocumentKind.INVENTORY_MOVEMENT, movement),
        "A-5": outbox.enqueue(DocumentKind.ASSET_NOTICE, asset),
    }
    bring(*stuck.values(), to="rejected", waiting_for="")

    found = {text: words(admin.get("/dead-letters/messages/", {"q": text})) for text in ("wo-5", "sn-5")}

    assert [number in found["wo-5"] for number in (*stuck, "PO-1 ")] == [True, False, False]
    assert [number in found["sn-5"] for number in (*stuck, "PO-1 ")] == [False, True, False]


def test_the_event_of_another_company_finds_nothing_here(admin: Client, letter: Message) -> None:
    from tests import factories

    event_of(letter, factories.open_company("Elsewhere"), "evt-78")

    assert listed(admin, "evt-78") == (False, False)
