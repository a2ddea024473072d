"""Invoices on their way: cleared, held back, refused."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db import models, transaction
from django.db.models.expressions import RawSQL

from masterdata.models import Company
from reconciliation.models import Resolution, SupplierInvoice
from reconciliation.row_keys import array_of

from .errors import WrongStatus
from .steps import OPEN_INVOICES, copy_outcome, facts_changed, orders_of

InvoiceStatus = SupplierInvoice.Status

TRANSITIONS = {
    InvoiceStatus.RECEIVED: {InvoiceStatus.BLOCKED, InvoiceStatus.READY, InvoiceStatus.REJECTED},
    InvoiceStatus.BLOCKED: {InvoiceStatus.READY, InvoiceStatus.REJECTED},
    InvoiceStatus.READY: {InvoiceStatus.BLOCKED, InvoiceStatus.REJECTED},
}  # posting is possible from each: BC owns the invoice and may post it without us


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
def keep_back(invoice: SupplierInvoice, *, until: datetime.datetime) -> None:
    """Let a cleared invoice wait until then, so that whoever let it through may take that back."""
    SupplierInvoice.objects.filter(pk=invoice.pk, status=InvoiceStatus.READY).update(post_after=until)


@transaction.atomic
def mark_undecided(invoice: SupplierInvoice) -> None:
    """Block an invoice whose release or rejection was taken back. Raises WrongStatus."""
    row = SupplierInvoice.objects.select_for_update().get(pk=invoice.pk)
    if row.status not in (InvoiceStatus.READY, InvoiceStatus.REJECTED) or row.deleted_at:
        raise WrongStatus(f"Invoice {row} is {row.get_status_display()}; its decision stays.")
    row.status, row.post_after, row.match_due = InvoiceStatus.BLOCKED, None, True
    row.save(update_fields=["status", "post_after", "match_due"])
    copy_outcome(row, invoice)
    facts_changed(row.company, orders_of(row), vendor=row.vendor_number, but=row, taken_away=True)


@transaction.atomic
def mark_rejected(invoice: SupplierInvoice) -> None:
    """Refuse an invoice for good; what it had claimed of its orders is free again. Raises WrongStatus."""
    _move(invoice, to=InvoiceStatus.REJECTED)
    facts_changed(invoice.company, orders_of(invoice), vendor=invoice.vendor_number)


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
    copy_outcome(row, invoice)
    facts_changed(row.company, orders_of(row), vendor=row.vendor_number, but=row)
    return True


@transaction.atomic(savepoint=False)
def mark_judged(invoices: Collection[SupplierInvoice], *, to: SupplierInvoice.Status) -> None:
    """Clear or hold back invoices that the caller has locked, all at once; raises WrongStatus.

    A change that comes while the caller judges waits for its locks, and makes the invoice due again.
    """
    if not invoices:
        return
    for invoice in invoices:
        _check_move(invoice, InvoiceStatus(invoice.status), to)
    _those(invoices).update(status=to, match_due=False)
    for invoice in invoices:
        invoice.status = to


def mark_looked_at(invoices: Collection[SupplierInvoice]) -> None:
    """Let invoices that the caller has locked be due no longer; nothing else about them has changed."""
    if invoices:
        _those(invoices).update(match_due=False)


def _those(invoices: Collection[SupplierInvoice]) -> models.QuerySet[SupplierInvoice]:
    return SupplierInvoice.objects.filter(pk__in=[invoice.pk for invoice in invoices])


@transaction.atomic
def mark_tied_out(keys: Collection[int]) -> None:
    """Clear invoices that the caller has locked, by key; raises WrongStatus."""
    those = RawSQL("SELECT unnest(%s::bigint[])", [array_of(keys)])  # one parameter, however many there are
    clearable = [now for now, to in TRANSITIONS.items() if InvoiceStatus.READY in {now, *to}]
    theirs = SupplierInvoice.objects.filter(pk__in=those, status__in=clearable)
    if theirs.update(status=InvoiceStatus.READY, match_due=False) != len(keys):
        raise WrongStatus("Some of these invoices are out of our hands; they cannot be cleared.")


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
