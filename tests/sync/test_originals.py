"""The original of an invoice: wanted when somebody opens its case, read from BC, kept as checked."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from integration import connections, originals, sync
from reconciliation import reconcile, roles
from reconciliation.models import ExceptionCase, InvoiceFile, OriginalLook, SupplierInvoice
from tests import factories

from .test_invoices import draft

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def case(filled) -> ExceptionCase:
    """Open the case of a draft that bills what nobody ordered."""
    filled.control.seed({"purchaseInvoices": [draft()]})
    sync.pull_entity("invoices")
    reconcile.match_due()
    found: ExceptionCase = ExceptionCase.objects.get()
    return found


def attach(case: ExceptionCase, name: str, content: bytes) -> None:
    """Add a file in Business Central as its people do: a name first, then the bytes."""
    client = connections.client()
    body = {"fileName": name, "parentType": "Purchase_x0020_Invoice", "parentId": str(case.invoice.bc_id)}
    made = client.create("documentAttachments", body)
    headers = {"If-Match": made["@odata.etag"], "Content-Type": "application/octet-stream"}
    address = made["attachmentContent@odata.mediaEditLink"]
    client._send(client._request("PATCH", address, "the file", headers, body=content, write=True))


def open_case(client, case: ExceptionCase):
    return client.get(reverse("case", args=[case.pk]))


def test_who_opens_a_case_finds_the_original_beside_it(filled, case, client):
    attach(case, "RE-1.pdf", PDF)
    client.force_login(factories.person(roles.AP_CLERK))

    first = open_case(client, case)
    assert (first.context["is_looked_for"], first.context["originals"]) == (True, [])
    assert originals.fetch_due() == 1
    second = open_case(client, case)

    (shown,) = second.context["originals"]
    assert (shown.name, second.context["is_looked_for"]) == ("RE-1.pdf", False)
    assert client.get(shown.url).content == PDF


def test_what_is_no_document_stays_in_business_central_and_is_named(filled, case, client):
    attach(case, "macro.xlsm", b"PK\x03\x04 a workbook")
    client.force_login(factories.person(roles.AP_CLERK))
    open_case(client, case)

    assert originals.fetch_due() == 0

    assert "macro.xlsm is no PDF, XML, PNG or JPEG" in open_case(client, case).context["original_problem"]
    assert not InvoiceFile.objects.exists()


def test_nothing_there_is_looked_for_again_an_hour_later(filled, case, client):
    client.force_login(factories.person(roles.AP_CLERK))
    open_case(client, case)
    assert originals.fetch_due() == 0
    assert not open_case(client, case).context["is_looked_for"]

    OriginalLook.objects.update(looked_at=timezone.now() - datetime.timedelta(hours=2))
    attach(case, "late.pdf", PDF)
    assert open_case(client, case).context["is_looked_for"]
    assert originals.fetch_due() == 1


def test_while_business_central_is_away_it_is_tried_again_and_then_said_why_not(filled, case, client):
    client.force_login(factories.person(roles.AP_CLERK))
    open_case(client, case)
    OriginalLook.objects.update(attempts=4)
    filled.control.set_faults([{"fault": "unavailable"}])

    assert originals.fetch_due() == 0

    look = OriginalLook.objects.get()
    assert (look.attempts, look.looked_at is None) == (5, False)
    assert look.problem


def test_an_invoice_of_the_cafm_is_not_looked_for(filled, case, client):
    SupplierInvoice.objects.update(origin="cafm")
    client.force_login(factories.person(roles.AP_CLERK))

    open_case(client, case)

    assert not OriginalLook.objects.exists()
