"""What was built for Business Central is kept to the letter until it is sent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from integration.models import Message
from masterdata.models import Company

pytestmark = pytest.mark.django_db


def test_a_payload_keeps_the_order_of_its_fields_and_every_digit() -> None:
    company = Company.objects.create(name="Nordhafen", ledger_currency="EUR")
    payload = {"vendorNumber": "V1", "item": "F1", "quantity": Decimal("12345678901234567.10000"), "a": None}
    message = Message.objects.create(
        company=company,
        dedupe_key="1",
        chain="1",
        document_kind="purchase_order",
        document_id=1,
        document_number="PO-1",
        next_attempt_at=timezone.now(),
        payload=payload,
    )

    kept = Message.objects.get(pk=message.pk).payload

    assert list(kept.items()) == list(payload.items())
    assert str(kept["quantity"]) == "12345678901234567.10000"


def test_a_message_without_a_payload_has_none() -> None:
    company = Company.objects.create(name="Nordhafen", ledger_currency="EUR")
    message = Message.objects.create(
        company=company,
        dedupe_key="1",
        chain="1",
        document_kind="purchase_order",
        document_id=1,
        document_number="PO-1",
        next_attempt_at=timezone.now(),
    )

    assert Message.objects.get(pk=message.pk).payload is None
