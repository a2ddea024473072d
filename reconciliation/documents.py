"""Documents come in, are cleared, and are posted: the only writer of documents and of their status.

Each verb owns its transaction. What an invoice depends on (its order, receipts, confirmations, the other
invoices of the order) marks the open invoices of that order as due for matching; matching itself is
reconcile.py's. Documents of one order are recorded one after the other, so that a receipt and its order that
arrive in the same moment still find each other.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from masterdata.models import Company

from .forms import ConfirmationForm, InvoiceForm, MovementForm, OrderForm, ReceiptForm
from .models import (
    Document,
    GoodsReceipt,
    GoodsReceiptLine,
    InventoryMovement,
    InventoryMovementLine,
    InvoiceCharge,
    InvoiceLine,
    OrderCharge,
    PurchaseOrder,
    PurchaseOrderLine,
    Resolution,
    ServiceConfirmation,
    ServiceConfirmationLine,
    SupplierInvoice,
)

Status = Document.Status
InvoiceStatus = SupplierInvoice.Status

# An invoice may still be judged in these; the others are out of matching's hands.
OPEN_INVOICES = [InvoiceStatus.RECEIVED, InvoiceStatus.BLOCKED]

TRANSITIONS = {
    InvoiceStatus.RECEIVED: {InvoiceStatus.BLOCKED, InvoiceStatus.READY, InvoiceStatus.REJECTED},
    InvoiceStatus.BLOCKED: {InvoiceStatus.READY, InvoiceStatus.REJECTED},
    InvoiceStatus.READY: {InvoiceStatus.BLOCKED, InvoiceStatus.REJECTED},
}  # posting is possible from each: BC owns the invoice and may post it without us


class DocumentError(Exception):
    """The document stays as it is; the message says why and what to do."""


class DocumentExists(DocumentError):  # noqa: N818 - it is the other document that matters
    """There is a document of this kind and number already."""

    def __init__(self, document: Document) -> None:
        self.document = document
        super().__init__(
            f"{document._meta.verbose_name} {document.number} was recorded before, from "
            f"{document.received_from}. Use a new number, or send the change as its own event."
        )


class WrongStatus(DocumentError):  # noqa: N818
    """The document's status does not allow this."""


# Recording


@transaction.atomic
def record_order(company: Company, form: OrderForm, *, source: str) -> PurchaseOrder:
    """Keep an approved order and link what came before it; raises DocumentExists."""
    _one_at_a_time(company, form.number)
    _check_new(PurchaseOrder.objects.filter(company=company, number=form.number))
    order = PurchaseOrder.objects.create(
        company=company, received_from=source, **_fields(form, but=["lines", "charges"])
    )
    PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(order=order, **_fields(line)) for line in form.lines
    )
    OrderCharge.objects.bulk_create(
        OrderCharge(order=order, code=charge.code, amount=charge.amount) for charge in form.charges
    )
    for dependent in (GoodsReceipt, ServiceConfirmation):
        waiting = dependent._default_manager.filter(company=company, order_number=order.number, order=None)
        waiting.update(order=order)
    _facts_changed(company, [order.number], vendor=order.vendor_number)
    return order


@transaction.atomic
def record_receipt(company: Company, form: ReceiptForm, *, source: str) -> GoodsReceipt:
    """Keep what was received; a receipt whose order is not here yet waits for it. Raises DocumentExists."""
    _one_at_a_time(company, form.order_number)
    _check_new(GoodsReceipt.objects.filter(company=company, number=form.number))
    order = _order(company, form.order_number)
    receipt = GoodsReceipt.objects.create(
        company=company,
        received_from=source,
        order=order,
        status=Status.READY if any(line.quantity_accepted for line in form.lines) else Status.RECORDED,
        **_fields(form, but=["lines"]),
    )
    GoodsReceiptLine.objects.bulk_create(
        GoodsReceiptLine(receipt=receipt, **_fields(line)) for line in form.lines
    )
    _facts_changed(company, [form.order_number], vendor=order.vendor_number if order else "")
    return receipt


@transaction.atomic
def record_confirmation(company: Company, form: ConfirmationForm, *, source: str) -> ServiceConfirmation:
    """Keep the word that a service was delivered, or was not; raises DocumentExists."""
    _one_at_a_time(company, form.order_number)
    _check_new(ServiceConfirmation.objects.filter(company=company, number=form.number))
    order = _order(company, form.order_number)
    confirmation = ServiceConfirmation.objects.create(
        company=company,
        received_from=source,
        order=order,
        status=Status.READY if form.accepted else Status.RECORDED,
        **_fields(form, but=["lines"]),
    )
    ServiceConfirmationLine.objects.bulk_create(
        ServiceConfirmationLine(confirmation=confirmation, **_fields(line)) for line in form.lines
    )
    _facts_changed(company, [form.order_number], vendor=order.vendor_number if order else "")
    return confirmation


@transaction.atomic
def record_movement(company: Company, form: MovementForm, *, source: str) -> InventoryMovement:
    """Keep a consumption, an adjustment or a transfer; raises DocumentExists."""
    _one_at_a_time(company, f"{form.kind} {form.number}")
    _check_new(InventoryMovement.objects.filter(company=company, kind=form.kind, number=form.number))
    movement = InventoryMovement.objects.create(
        company=company, received_from=source, **_fields(form, but=["lines"])
    )
    InventoryMovementLine.objects.bulk_create(
        InventoryMovementLine(movement=movement, **_fields(line)) for line in form.lines
    )
    return movement


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
    _one_at_a_time(company, f"invoice {form.vendor_number} {form.number}")
    invoice = _known_invoice(company, form, origin, bc_id)
    if invoice is None:
        invoice = SupplierInvoice(company=company, received_from=source, origin=origin)
        _write_invoice(invoice, form, bc_id=bc_id, bc_number=bc_number)
    elif origin == invoice.origin and _differs(invoice, form):
        _write_invoice(invoice, form, bc_id=bc_id, bc_number=bc_number)
    if posted_at and bc_id and not invoice.is_posted:
        mark_posted(invoice, bc_id=bc_id, bc_number=bc_number, at=posted_at)
    return invoice


def content_hash(form: InvoiceForm) -> bytes:
    """Tell two states of an invoice apart without reading its lines."""
    told = json.dumps(dataclasses.asdict(form), default=_told, sort_keys=True)
    return hashlib.blake2b(told.encode(), digest_size=16).digest()


# Invoices on their way


def let_through(company: Company) -> models.QuerySet[SupplierInvoice]:
    """Give the CAFM's invoices that a person may post in BC by hand, which a pull then recognises.

    Those that are cleared, and those that BC has refused after their release.
    """
    releases = Resolution.objects.filter(kind=Resolution.Kind.RELEASE, state=Resolution.State.DONE)
    came_back = models.Q(status=InvoiceStatus.BLOCKED, pk__in=releases.values("case__invoice"))
    theirs = SupplierInvoice.objects.filter(company=company, origin=SupplierInvoice.Origin.CAFM)
    return theirs.filter(models.Q(status=InvoiceStatus.READY) | came_back)


@transaction.atomic
def mark_ready(invoice: SupplierInvoice) -> None:
    """Clear an invoice for posting; the outbox finds it by its status. Raises WrongStatus."""
    _move(invoice, to=InvoiceStatus.READY)


@transaction.atomic
def mark_blocked(invoice: SupplierInvoice) -> None:
    """Hold an invoice back; raises WrongStatus."""
    _move(invoice, to=InvoiceStatus.BLOCKED)


@transaction.atomic
def mark_rejected(invoice: SupplierInvoice) -> None:
    """Refuse an invoice for good; what it had claimed of its orders is free again. Raises WrongStatus."""
    _move(invoice, to=InvoiceStatus.REJECTED)
    _facts_changed(invoice.company, _orders_of(invoice), vendor=invoice.vendor_number)


@transaction.atomic
def mark_deleted(invoice: SupplierInvoice, *, at: datetime.datetime) -> bool:
    """Close an invoice whose draft was deleted in BC; tells whether it was still open.

    It stays due for matching, which closes its case.
    """
    row = SupplierInvoice.objects.select_for_update().get(pk=invoice.pk)
    if row.status not in OPEN_INVOICES:
        return False
    row.status, row.deleted_at, row.match_due = InvoiceStatus.REJECTED, at, True
    row.save(update_fields=["status", "deleted_at", "match_due"])
    _copy(row, invoice)
    _facts_changed(row.company, _orders_of(row), vendor=row.vendor_number, but=row)
    return True


@transaction.atomic
def mark_judged(invoices: Collection[SupplierInvoice], *, to: SupplierInvoice.Status) -> None:
    """Clear or hold back invoices that the caller has locked, all at once; raises WrongStatus."""
    for invoice in invoices:
        _check_move(invoice, InvoiceStatus(invoice.status), to)
    SupplierInvoice.objects.filter(pk__in=[invoice.pk for invoice in invoices]).update(status=to)
    for invoice in invoices:
        invoice.status = to


# Posting and giving up


@transaction.atomic
def mark_posted(document: Any, *, bc_id: UUID | None, bc_number: str, at: datetime.datetime) -> None:
    """Write down that BC has the document, under this id and number.

    An invoice that was posted without being cleared stays due for matching, so that its case is closed there.
    """
    row = type(document)._default_manager.select_for_update().get(pk=document.pk)
    if isinstance(row, SupplierInvoice):
        row.match_due = row.match_due or row.status == InvoiceStatus.BLOCKED
    row.status = Status.POSTED
    row.bc_id = bc_id or row.bc_id
    row.bc_number = bc_number[:20] or row.bc_number
    row.posted_at = row.posted_at or at
    row.save()
    _copy(row, document)
    _facts_changed(row.company, _orders_of(row), vendor=getattr(row, "vendor_number", ""), but=row)


@transaction.atomic
def cancel(document: Any) -> None:
    """Give a document up that did not get to BC; raises WrongStatus when it is posted there."""
    row = type(document)._default_manager.select_for_update().get(pk=document.pk)
    if row.is_posted:
        raise WrongStatus(f"{row._meta.verbose_name} {row} is posted in BC. Correct it there.")
    if isinstance(row, SupplierInvoice):
        mark_rejected(document)
        return
    row.status = Status.CANCELLED
    if isinstance(row, PurchaseOrder):
        row.state = PurchaseOrder.State.CANCELLED
    row.save()
    _copy(row, document)
    _facts_changed(row.company, _orders_of(row), vendor=getattr(row, "vendor_number", ""))


# Small steps


def _one_at_a_time(company: Company, subject: str) -> None:
    """Let whoever records a document of the same subject wait until this transaction ends."""
    digest = hashlib.blake2b(f"{company.pk} {subject}".encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest, signed=True)])


def _check_new(same: models.QuerySet[Any]) -> None:
    if existing := same.first():
        raise DocumentExists(existing)


def _order(company: Company, number: str) -> PurchaseOrder | None:
    return PurchaseOrder.objects.filter(company=company, number=number).first()


def _fields(form: Any, but: Iterable[str] = ()) -> dict[str, Any]:
    """Take a form's values as they are; `asdict` would copy the lines too."""
    left_out = {*but}
    return {
        each.name: getattr(form, each.name) for each in dataclasses.fields(form) if each.name not in left_out
    }


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
        type=form.type,
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
    before = [] if invoice.pk is None else _orders_of(invoice)
    for name, value in _fields(form, but=["lines", "charges"]).items():
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
        InvoiceLine(invoice=invoice, **_fields(line, but=["charges"])) for line in form.lines
    )
    InvoiceCharge.objects.bulk_create(_charges(invoice, form))
    _facts_changed(
        invoice.company, {*before, *_orders_of(invoice)}, vendor=invoice.vendor_number, but=invoice
    )


def _charges(invoice: SupplierInvoice, form: InvoiceForm) -> Iterable[InvoiceCharge]:
    for charge in form.charges:
        yield InvoiceCharge(invoice=invoice, code=charge.code, amount=charge.amount)
    for line in form.lines:
        for charge in line.charges:
            yield InvoiceCharge(invoice=invoice, line=line.line, code=charge.code, amount=charge.amount)


def _move(invoice: SupplierInvoice, *, to: SupplierInvoice.Status) -> None:
    row = SupplierInvoice.objects.select_for_update().get(pk=invoice.pk)
    now = InvoiceStatus(row.status)
    if now != to:
        _check_move(row, now, to)
        row.status = to
        row.save(update_fields=["status"])
    invoice.status = to


def _check_move(invoice: SupplierInvoice, now: SupplierInvoice.Status, to: SupplierInvoice.Status) -> None:
    if to not in TRANSITIONS.get(now, set()):
        raise WrongStatus(f"Invoice {invoice} is {now.label}; it cannot become {to.label}.")


def _copy(row: Document, document: Document) -> None:
    """Let the caller's object tell what the row tells."""
    for name in ("status", "bc_id", "bc_number", "posted_at", "state", "match_due", "deleted_at"):
        if hasattr(row, name):
            setattr(document, name, getattr(row, name))


def _orders_of(document: Any) -> list[str]:
    """Name the orders that a document has to do with, ours and as BC numbers them."""
    if isinstance(document, PurchaseOrder):
        return [number for number in (document.number, document.bc_number) if number]
    if isinstance(document, SupplierInvoice):
        named = {document.order_number, *document.lines.values_list("order_number", flat=True)}
        return sorted(named - {""})
    number = getattr(document, "order_number", "")
    return [number] if number else []


def _facts_changed(
    company: Company, orders: Iterable[str], *, vendor: str = "", but: Document | None = None
) -> None:
    """Mark the open invoices of these orders as due, and the vendor's that name no order.

    The rows are locked in one order everywhere, so that two documents cannot wait for each other.
    """
    numbers = {*orders}
    invoices = SupplierInvoice.objects.filter(company=company, status__in=OPEN_INVOICES)
    lines = InvoiceLine.objects.filter(invoice__in=invoices, order_number__in=numbers)
    # A union of small answers, each by an index of its own; joined with OR they would be one scan of all.
    concerned = invoices.filter(order_number__in=numbers).values("pk").union(lines.values("invoice_id"))
    if vendor:
        concerned = concerned.union(invoices.filter(vendor_number=vendor, order_number="").values("pk"))
    due = SupplierInvoice.objects.filter(pk__in=concerned).exclude(
        pk=but.pk if isinstance(but, SupplierInvoice) else None
    )
    ids = list(due.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    SupplierInvoice.objects.filter(pk__in=ids).update(match_due=True)
