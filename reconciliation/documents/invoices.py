"""Supplier invoices come in, and are brought up to date as long as they are not final."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from masterdata.models import Company
from reconciliation.forms import InvoiceForm
from reconciliation.models import InvoiceCharge, InvoiceLine, SupplierInvoice

from .judging import let_through
from .linked import link_again
from .posting import mark_posted
from .steps import OPEN_INVOICES, facts_changed, fields_of, one_at_a_time, orders_of

InvoiceStatus = SupplierInvoice.Status
CREDIT_MEMO = SupplierInvoice.Type.CREDIT_MEMO
# Told of few invoices, and not from the beginning: absent they leave a hash as it was without them.
SELDOM = frozenset({"price_quantity", "milestone", "tax_code", "retention_percent", "advance", "file_sha256"})


@transaction.atomic
def record_invoice(
    company: Company,
    form: InvoiceForm,
    *,
    source: str,
    origin: str,
    bc_id: UUID | None = None,
    bc_number: str = "",
    posted_at: datetime.datetime | None = None,
) -> SupplierInvoice:
    """Keep an invoice to be matched; one that BC has shown before is brought up to date.

    `posted_at` tells that BC has posted it, by our hand or another's. Two invoices of one number are two
    records: that they may be the same is a finding, not an error.
    """
    one_at_a_time(company, f"invoice {form.vendor_number} {form.number}")
    invoice = _known_invoice(company, form, origin, bc_id)
    if invoice is None:
        invoice = SupplierInvoice(company=company, received_from=source, origin=origin)
        _write_invoice(invoice, form, bc_id=bc_id, bc_number=bc_number)
    elif origin == invoice.origin and _differs(invoice, form):
        _write_invoice(invoice, form, bc_id=bc_id, bc_number=bc_number)
    if posted_at and bc_id and not invoice.is_posted:
        mark_posted(invoice, bc_id=bc_id, bc_number=bc_number, at=posted_at)
    return invoice


def posted_as(kind: str) -> list[str]:
    """Name the types of invoice that Business Central shows as this one: it knows no others."""
    return [kind] if kind == CREDIT_MEMO else [each for each in SupplierInvoice.Type if each != CREDIT_MEMO]


def content_hash(form: InvoiceForm) -> bytes:
    """Tell two states of an invoice apart without reading its lines."""
    told = json.dumps(dataclasses.asdict(form, dict_factory=_in_hash), default=_told, sort_keys=True)
    return hashlib.blake2b(told.encode(), digest_size=16).digest()


def _in_hash(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in fields if value not in (None, "") or name not in SELDOM}


def _known_invoice(
    company: Company, form: InvoiceForm, origin: str, bc_id: UUID | None
) -> SupplierInvoice | None:
    """Find the record of an invoice that BC shows: by its id, or ours that is just on its way there."""
    invoices = SupplierInvoice.objects.select_for_update().filter(company=company)
    if origin != SupplierInvoice.Origin.BC or bc_id is None:
        return None
    on_its_way = invoices.filter(
        pk__in=let_through(company).values("pk"),
        vendor_number=form.vendor_number,
        number__iexact=form.number,  # BC writes it in capitals
        type__in=posted_as(form.type),
    )
    known: SupplierInvoice | None = invoices.filter(bc_id=bc_id).first() or on_its_way.first()
    return known


def _differs(invoice: SupplierInvoice, form: InvoiceForm) -> bool:
    """Tell whether an invoice that is not final yet has to be written again."""
    changeable = invoice.status in [*OPEN_INVOICES, InvoiceStatus.READY]
    return changeable and bytes(invoice.content_hash or b"") != content_hash(form)


def _told(value: Any) -> str:
    """Write 1.50 and 1.5 alike: they are the same amount."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _write_invoice(
    invoice: SupplierInvoice, form: InvoiceForm, *, bc_id: UUID | None, bc_number: str
) -> None:
    """Write head, lines and charges; the invoice has to be judged anew."""
    before = [] if invoice.pk is None else orders_of(invoice)
    for name, value in fields_of(form, but=["lines", "charges"]).items():
        setattr(invoice, name, value)
    invoice.bc_id = bc_id or invoice.bc_id
    invoice.bc_number = bc_number or invoice.bc_number
    invoice.content_hash = content_hash(form)
    invoice.match_due = True
    if invoice.status == InvoiceStatus.READY:
        invoice.status = InvoiceStatus.RECEIVED
    was_there = invoice.pk is not None
    invoice.save()
    if was_there:
        invoice.lines.all().delete()
        invoice.charges.all().delete()
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=invoice, **fields_of(line, but=["charges"])) for line in form.lines
    )
    InvoiceCharge.objects.bulk_create(_charges(invoice, form))
    if was_there:
        link_again(invoice)
    facts_changed(invoice.company, {*before, *orders_of(invoice)}, vendor=invoice.vendor_number, but=invoice)


def _charges(invoice: SupplierInvoice, form: InvoiceForm) -> Iterable[InvoiceCharge]:
    for charge in form.charges:
        yield InvoiceCharge(invoice=invoice, code=charge.code, amount=charge.amount)
    for line in form.lines:
        for charge in line.charges:
            yield InvoiceCharge(invoice=invoice, line=line.line, code=charge.code, amount=charge.amount)
