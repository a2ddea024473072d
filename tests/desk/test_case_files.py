"""Files of a case: what is kept, by its content; what is refused; and who gets them back, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from reconciliation import cases, files, roles
from reconciliation.models import Attachment, InvoiceFile, SupplierInvoice
from reconciliation.models.attachment import MOST_BYTES
from tests import factories

from .reading import words

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.http import HttpResponse

    from reconciliation.models import ExceptionCase

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20
XML = b'<?xml version="1.0" encoding="UTF-8"?><Invoice><ID>R-1</ID></Invoice>'
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'


def send(client: Client, case: ExceptionCase, name: str, content: bytes) -> HttpResponse:
    return client.post(
        reverse("case-attach", args=[case.pk]), {"file": SimpleUploadedFile(name, content)}, follow=True
    )


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("offer.pdf", PDF, "pdf"),
        ("damage.PNG", PNG, "png"),
        ("gate.jpeg", JPEG, "jpeg"),
        ("invoice.xml", XML, "xml"),
    ],
)
def test_a_file_is_kept_and_given_back_to_be_saved_never_opened(desk, signed_in, name, content, kind):
    case = factories.price_over_order(desk)
    client = signed_in(roles.AP_CLERK)

    page = send(client, case, name, content)

    kept = Attachment.objects.get()
    assert (kept.name, kept.kind, kept.size, kept.by.username) == (name, kind, len(content), "clara")
    assert f"File added {name} You · today" in words(page)
    given = client.get(reverse("case-file", args=[case.pk, kept.pk]))
    assert given.content == content
    assert given["Content-Disposition"] == f'attachment; filename="{name}"'
    assert given["X-Content-Type-Options"] == "nosniff"
    assert given["Content-Security-Policy"].endswith("sandbox")
    assert given["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("offer.pdf", b"MZ\x90\0 a program", "is no PDF, XML, PNG or JPEG by its content"),
        ("offer.pdf", PNG, "is picture by its content. Give it the ending .png"),
        ("offer.html", b"<html><script>alert(1)</script></html>", "is no PDF, XML, PNG or JPEG"),
        ("picture.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is no PDF, XML, PNG or JPEG"),
        ("invoice.xml", BOMB, "is no PDF, XML, PNG or JPEG"),
        ("invoice.xml", b"<Invoice>", "is no PDF, XML, PNG or JPEG"),
        ("offer.exe", PDF, "is PDF by its content. Give it the ending .pdf"),
    ],
)
def test_what_is_not_what_it_says_is_refused(desk, signed_in, name, content, why):
    case = factories.price_over_order(desk)

    page = send(signed_in(roles.AP_CLERK), case, name, content)

    assert page.status_code == 422
    assert why in page.context["problem"]
    assert not Attachment.objects.exists()


def test_what_is_too_large_or_empty_is_refused(desk, signed_in):
    case = factories.price_over_order(desk)
    client = signed_in(roles.AP_CLERK)

    large = send(client, case, "offer.pdf", PDF + b"\0" * MOST_BYTES)
    larger = client.post(
        reverse("case-attach", args=[case.pk]),
        b"",
        content_type="multipart/form-data",
        CONTENT_LENGTH="99999999",
    )
    nothing = client.post(reverse("case-attach", args=[case.pk]))

    assert (large.status_code, larger.status_code, nothing.status_code) == (422, 413, 422)
    assert "offer.pdf is larger than 20 MB" in large.context["problem"]
    assert nothing.context["problem"] == "Choose a file first."
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/cron.d/offer.pdf", "offer.pdf"),
        ("C:\\Users\\me\\offer.pdf", "offer.pdf"),
        ("..\\..\\.offer.pdf", "offer.pdf"),
        ("of\0fer\u202efdp.pdf", "offerfdp.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("..", "file"),
    ],
)
def test_a_name_has_no_path_and_nothing_unseen(name, kept):
    assert files.plain_name(name) == kept


def test_the_same_file_is_kept_once(desk, signed_in):
    case = factories.price_over_order(desk)
    client = signed_in(roles.AP_CLERK)
    send(client, case, "offer.pdf", PDF)

    again = send(client, case, "copy.pdf", PDF)

    assert again.context["problem"] == "Nothing was kept: the same file is here as offer.pdf."
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("role", [roles.AUDITOR, roles.INTEGRATION_ADMIN, ""])
def test_who_may_not_comment_may_add_no_file(desk, signed_in, role):
    case = factories.price_over_order(desk)

    assert send(signed_in(role), case, "offer.pdf", PDF).status_code == 403
    assert not Attachment.objects.exists()


def test_files_are_there_for_who_sees_the_case_in_its_company_only(desk, signed_in):
    case = factories.price_over_order(desk)
    elsewhere = factories.price_over_order(factories.Desk(factories.open_company("ELSEWHERE")), "R-9")
    by = factories.person(roles.AP_APPROVER)
    secret = cases.attach(elsewhere, by=by, name="offer.pdf", content=PDF)
    original = InvoiceFile.objects.create(
        invoice=elsewhere.invoice, bc_id=uuid4(), name="o.pdf", kind="pdf", size=3, sha256="", content=b"abc"
    )
    clerk = signed_in(roles.AP_CLERK)

    answers = [
        clerk.get(reverse(page, args=[key, file.pk]))
        for key in (elsewhere.pk, case.pk)  # the other company's case, and one's own with the other's file
        for page, file in (("case-file", secret), ("case-original", original))
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert send(clerk, elsewhere, "offer.pdf", PDF).status_code == 404
    own = cases.attach(case, by=by, name="own.pdf", content=PDF)
    address = reverse("case-file", args=[case.pk, own.pk])
    assert signed_in(roles.INTEGRATION_ADMIN).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert signed_in(roles.AUDITOR).get(address).content == PDF


def test_a_file_wants_the_token_of_the_page(desk):
    case = factories.price_over_order(desk)
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.person(roles.AP_CLERK))

    assert send(client, case, "offer.pdf", PDF).status_code == 403
    assert not Attachment.objects.exists()


def test_the_original_stands_beside_the_case(desk, signed_in):
    case = factories.price_over_order(desk)
    InvoiceFile.objects.create(
        invoice=case.invoice, bc_id=uuid4(), name="r.xml", kind="xml", size=len(XML), sha256="", content=XML
    )

    page = signed_in(roles.AP_CLERK).get(reverse("case", args=[case.pk]))

    assert "r.xml XML, 1 KB, from Business Central" in words(page)
    assert page.context["originals"][0].text == XML.decode()


def test_a_pdf_of_business_central_is_shown_inside_the_case_and_one_of_people_never(desk, signed_in):
    case = factories.price_over_order(desk)
    pdf = InvoiceFile.objects.create(
        invoice=case.invoice, bc_id=uuid4(), name="r.pdf", kind="pdf", size=len(PDF), sha256="", content=PDF
    )
    added = cases.attach(case, by=factories.person(roles.AP_APPROVER), name="o.pdf", content=PDF)
    client = signed_in(roles.AP_CLERK)

    page = client.get(reverse("case", args=[case.pk]))
    beside = client.get(page.context["originals"][0].frame)
    theirs = client.get(reverse("case-file", args=[case.pk, added.pk]) + "?beside")

    assert page.context["originals"][0].frame == reverse("case-original", args=[case.pk, pdf.pk]) + "?beside"
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert beside["Content-Disposition"].startswith("inline")
    assert (beside["X-Frame-Options"], beside["X-Content-Type-Options"]) == ("SAMEORIGIN", "nosniff")
    assert "frame-ancestors 'self'" in beside["Content-Security-Policy"]
    assert theirs["Content-Disposition"].startswith("attachment")
    assert (theirs["X-Frame-Options"], theirs["Content-Security-Policy"][-7:]) == ("DENY", "sandbox")


def test_without_an_original_the_page_says_where_it_would_come_from(desk, signed_in):
    case = factories.price_over_order(desk)
    client = signed_in(roles.AP_CLERK)
    invoices = SupplierInvoice.objects.filter(pk=case.invoice_id)

    def shown() -> str:
        return words(client.get(reverse("case", args=[case.pk])))

    invoices.update(origin="cafm", document_url="")
    assert "The CAFM sent no link to the original." in shown()
    invoices.update(document_url="https://cafm.example/scan/7")
    assert "Open the original in the CAFM" in shown()
    invoices.update(document_url="javascript:alert(1)")
    assert "Open the original" not in shown()
    invoices.update(origin="bc", document_url="")
    assert "Business Central has no file with this invoice." in shown()
