"""The files of a case: what people added, and the invoice's original beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from reconciliation import files, originals, roles
from reconciliation.models import Attachment, ExceptionCase, InvoiceFile, SupplierInvoice
from reconciliation.models.attachment import MOST_BYTES, File, FileKind

from . import figures, workplace

XML_SHOWN = 20_000
# Whatever a file contains, a browser runs none of it.
SEALED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# The browser's viewer of PDFs does not start in a sandbox.
FRAMED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@dataclass(frozen=True)
class Shown:
    """A file as the page lists it."""

    name: str
    url: str
    kind: str
    size: str
    told: str
    is_picture: bool
    text: str = ""
    frame: str = ""


def files_of(shown: ExceptionCase, user: User) -> dict[str, Any]:
    """Give the originals of the invoice, and what people added."""
    invoice = shown.invoice
    look = originals.want(invoice)
    kept = list(invoice.files.order_by("pk"))
    added = shown.attachments.defer("content").select_related("by").order_by("pk")
    return {
        "originals": [_original(shown, each) for each in kept],
        "original_url": invoice.document_url if invoice.document_url.startswith("https://") else "",
        "is_looked_for": look is not None and look.looked_at is None,
        "original_problem": look.problem if look else "",
        "is_of_bc": invoice.origin == SupplierInvoice.Origin.BC,
        "attachments": [_added(shown, each, user) for each in added],
        "file_kinds": ",".join(ending for endings in files.ENDINGS.values() for ending in endings),
        "most_megabytes": MOST_BYTES // files.MEGABYTE,
    }


@require_safe
@workplace.needs(roles.SEE_CASES)
def attachment(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    shown = workplace.case(request, pk)
    return _sealed(get_object_or_404(Attachment, case=shown, pk=key))


@require_safe
@workplace.needs(roles.SEE_CASES)
def original(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    shown = workplace.case(request, pk)
    file = get_object_or_404(InvoiceFile, invoice=shown.invoice, pk=key)
    if "beside" in request.GET and file.kind == FileKind.PDF:
        return _beside(file)
    return _sealed(file)


def _sealed(file: File) -> HttpResponse:
    """Hand a file out to be saved: never opened as a page of ours, never kept by a proxy."""
    kind = FileKind(file.kind)
    response = HttpResponse(bytes(file.content), content_type=files.MEDIA_TYPES[kind])
    response["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SEALED
    response["Cache-Control"] = "private, no-store"
    return response


def _beside(file: File) -> HttpResponse:
    """Let the browser's own viewer show a PDF of Business Central inside the case, and nowhere else."""
    response = _sealed(file)
    response["Content-Disposition"] = content_disposition_header(False, file.name) or "inline"
    response["Content-Security-Policy"] = FRAMED
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _original(shown: ExceptionCase, file: InvoiceFile) -> Shown:
    text = ""
    if file.kind == FileKind.XML:
        text = bytes(file.content[:XML_SHOWN]).decode("utf-8", "replace")
    url = reverse("case-original", args=[shown.pk, file.pk])
    frame = f"{url}?beside" if file.kind == FileKind.PDF else ""
    return replace(_shown(file, url, _("Business Central")), text=text, frame=frame)


def _added(shown: ExceptionCase, file: Attachment, user: User) -> Shown:
    told = _("{name} {when}").format(name=figures.person(file.by, user), when=figures.moment(file.at))
    return _shown(file, reverse("case-file", args=[shown.pk, file.pk]), told)


def _shown(file: File, url: str, told: str) -> Shown:
    kind = FileKind(file.kind)
    return Shown(file.name, url, kind.label, _size(file.size), told, kind in files.PICTURES)


def _size(size: int) -> str:
    if size < files.MEGABYTE:
        return _("{n} KB").format(n=max(1, round(size / 1024)))
    return _("{n} MB").format(n=f"{size / files.MEGABYTE:.1f}")
