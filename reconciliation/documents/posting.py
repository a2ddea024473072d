"""A document is in Business Central, or is given up."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from reconciliation.models import Document, PurchaseOrder, SupplierInvoice

from .errors import WrongStatus
from .judging import mark_rejected
from .steps import copy_outcome, facts_changed, orders_of

Status = Document.Status
InvoiceStatus = SupplierInvoice.Status


@transaction.atomic(savepoint=False)
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
    copy_outcome(row, document)
    facts_changed(document.company, orders_of(row), vendor=getattr(row, "vendor_number", ""), but=row)


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
    copy_outcome(row, document)
    facts_changed(row.company, orders_of(row), vendor=getattr(row, "vendor_number", ""), taken_away=True)
