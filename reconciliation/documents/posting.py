"""A document is in Business Central, or is given up."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce

from reconciliation.models import Document, PurchaseOrder, SupplierInvoice

from .errors import WrongStatus
from .judging import mark_rejected
from .steps import copy_outcome, facts_changed, orders_of

Status = Document.Status

# Judged by the same statement that posts: one that waited for a judgement sees the row as that has left it.
DUE_IF_BLOCKED = Case(When(status=SupplierInvoice.Status.BLOCKED, then=Value(True)), default=F("match_due"))


@transaction.atomic(savepoint=False)
def mark_posted(document: Any, *, bc_id: UUID | None, bc_number: str, at: datetime.datetime) -> None:
    """Write down that BC has the document, under this id and number.

    An invoice that was posted without being cleared stays due for matching, so that its case is closed there.
    """
    is_invoice = isinstance(document, SupplierInvoice)
    told: dict[str, Any] = {"bc_id": bc_id} if bc_id else {}
    told |= {"bc_number": bc_number[:20]} if bc_number else {}
    row = type(document)._default_manager.filter(pk=document.pk)
    due = {"match_due": DUE_IF_BLOCKED} if is_invoice else {}
    if not row.update(status=Status.POSTED, posted_at=Coalesce("posted_at", Value(at)), **told, **due):
        raise type(document).DoesNotExist(f"{document} is not kept any more.")
    document.status, document.posted_at = Status.POSTED, document.posted_at or at
    for name, value in told.items():
        setattr(document, name, value)
    if is_invoice:
        document.refresh_from_db(fields=["match_due"])
    vendor = getattr(document, "vendor_number", "")
    facts_changed(document.company, orders_of(document), vendor=vendor, but=document)


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
