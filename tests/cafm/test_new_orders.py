"""A new order is taken at once, and what is stored is what the whole way stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cafm import forms

if TYPE_CHECKING:
    from tests.cafm.client import Cafm

pytestmark = pytest.mark.django_db
OWN = {
    "id",
    "key",
    "correlation",
    "created_at",
    "received_at",
    "next_attempt_at",
    "order_id",
    "document_id",
    "dedupe_key",
    "number",
}
OWN |= {"event_id", "body", "body_hash", "chain", "document_number"}


def statements(cafm: Cafm, event: dict[str, Any]) -> tuple[int, int]:
    """Send an event; gives its status and how many statements that took, but for a test's savepoints."""
    with CaptureQueriesContext(connection) as asked:
        status = cafm.send(event).status_code
    return status, len([each for each in asked.captured_queries if "SAVEPOINT" not in each["sql"]])


def test_a_new_order_and_its_repetition_are_one_statement_each(cafm: Cafm) -> None:
    cafm.send(forms.order("PO-1"))  # the first on a connection prepares the statement, and reads the key

    assert statements(cafm, forms.order("PO-2")) == (202, 1)
    assert statements(cafm, forms.order("PO-2")) == (202, 1)


def test_what_is_stored_is_what_the_whole_way_stores(cafm: Cafm) -> None:
    at_once, whole = forms.order("PO-1"), forms.order("PO-2")
    line = {**whole["data"]["lines"][0], "line": 2, "item": "belt-b", "price_base": "100", "unit": None}
    for event in (at_once, whole):
        event["data"]["lines"] = [*event["data"]["lines"], line]
        event["data"]["expected_on"] = "2026-12-01"

    assert statements(cafm, at_once)[1] < 5
    answers = cafm.send_batch([whole]).json()

    assert [answer["id"] for answer in answers] == [whole["id"]]
    assert stored("PO-1") == stored("PO-2")


def stored(number: str) -> list[dict[str, Any]]:
    """Give all that there is of an order, but for what each has of its own."""
    from integration.models import InboxEvent, Message
    from reconciliation.models import PurchaseOrder

    order = PurchaseOrder.objects.get(number=number)
    message = Message.objects.get(document_kind="purchase_order", document_id=order.pk)
    event = InboxEvent.objects.get(document_kind="purchase_order", document_id=order.pk)
    assert message.dedupe_key == f"{order.company_id}:purchase_order:{order.pk}"
    assert message.chain == f"{order.company_id}:order:{number}"
    assert message.correlation
    assert event.body["data"]["number"] == number
    rows = [order, message, event, *order.lines.order_by("line"), *order.charges.order_by("code")]
    return [
        {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.attname not in OWN
        }
        for row in rows
    ]


def test_a_key_that_was_revoked_meanwhile_stores_nothing(cafm: Cafm) -> None:
    from django.utils import timezone

    from integration.models import ApiKey, InboxEvent

    cafm.send(forms.order("PO-1"))
    ApiKey.objects.update(revoked_at=timezone.now())

    answer = cafm.send(forms.order("PO-2"))

    assert answer.status_code == 401
    assert InboxEvent.objects.count() == 1


def test_a_key_that_expires_while_it_is_remembered_stores_nothing(cafm: Cafm) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from integration.cafm import keys
    from integration.models import ApiKey, InboxEvent

    ApiKey.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    cafm.send(forms.order("PO-1"))
    # As the row is; only the remembered one is not read again when the time comes.
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    remembered = keys.guess(cafm.secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text FROM integration_apikey")
        remembered.version = cursor.fetchone()[0]

    assert cafm.send(forms.order("PO-2")).status_code == 401
    assert InboxEvent.objects.count() == 1


def test_a_source_that_was_taken_from_the_key_is_refused_at_once(cafm: Cafm) -> None:
    from integration.models import ApiKey

    cafm.send(forms.order("PO-1"))
    ApiKey.objects.update(sources=["/another"])

    assert cafm.send(forms.order("PO-2")).json()["code"] == "source-not-allowed"


def test_a_connection_that_forgot_the_statement_takes_the_order_all_the_same(cafm: Cafm) -> None:
    from reconciliation.models import PurchaseOrder

    cafm.send(forms.order("PO-1"))
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    assert cafm.send(forms.order("PO-2")).status_code == 202
    assert statements(cafm, forms.order("PO-3"))[0] == 202
    assert statements(cafm, forms.order("PO-4")) == (202, 1)
    assert PurchaseOrder.objects.count() == 4


def test_an_open_invoice_that_waits_for_an_order_of_the_vendor_is_judged_again(cafm: Cafm) -> None:
    from reconciliation.models import SupplierInvoice

    cafm.send(forms.order("PO-1"))
    cafm.send(forms.invoice())
    SupplierInvoice.objects.update(match_due=False, order_number="", vendor_number="V100", status="blocked")

    cafm.send(forms.order("PO-2"))

    assert SupplierInvoice.objects.get().match_due is True


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_remembered_does_not_hide_that_the_database_is_away(cafm: Cafm, monkeypatch) -> None:
    assert cafm.send(forms.order("PO-1")).status_code == 202
    connection.close()
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", "/nowhere")
        answer = cafm.send(forms.order("PO-2"))

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert cafm.send(forms.order("PO-2")).status_code == 202
