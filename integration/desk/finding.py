"""Find messages by any number that a person may hold: theirs, ours, Business Central's or Microsoft's."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from integration import outbox
from integration.models import Attempt, DocumentKind, InboxEvent
from integration.models.outbox import MessageQuerySet
from masterdata.models import Company
from reconciliation.models import (
    AssetNotice,
    GoodsReceipt,
    InventoryMovement,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierInvoice,
)

# The other numbers that stand on a document: of which kind, in which rows, which of them is the document.
WRITTEN: tuple[tuple[DocumentKind, type[Model], str, str], ...] = (
    (DocumentKind.PURCHASE_ORDER, PurchaseOrder, "pk", "purchase_request"),
    (DocumentKind.PURCHASE_ORDER, PurchaseOrderLine, "order", "work_order"),
    (DocumentKind.GOODS_RECEIPT, GoodsReceipt, "pk", "delivery_note"),
    (DocumentKind.INVENTORY_MOVEMENT, InventoryMovement, "pk", "work_order"),
    (DocumentKind.ASSET_NOTICE, AssetNotice, "pk", "serial_number"),
)


def with_number(found: MessageQuerySet, company: Company, text: str) -> MessageQuerySet:
    """Keep the messages that go by this number; of a document's own number a part is enough."""
    named = Q(document_number__icontains=text) | Q(bc_number__iexact=text)
    named |= Q(chain=outbox.order_chain(company, text)) | Q(chain__in=_chains(company, text))
    named |= Q(document_kind=DocumentKind.SUPPLIER_INVOICE, document_id__in=_invoices(company, text))
    named |= Q(Exists(Attempt.objects.filter(message=OuterRef("pk"), correlation_id__iexact=text)))
    named |= Q(Exists(_events(company, text))) | _written(text)
    if key := _key(text):
        named |= Q(key=key) | Q(bc_id=key)
    return found.filter(named)


def _chains(company: Company, text: str) -> QuerySet[PurchaseOrder, str]:
    """Name the chains of the orders of this vendor, or with this number in Business Central."""
    orders = PurchaseOrder.objects.filter(Q(vendor_number__iexact=text) | Q(bc_number__iexact=text))
    start = Value(outbox.order_chain(company, ""))
    return orders.filter(company=company).values_list(Concat(start, "number"), flat=True)


def _invoices(company: Company, text: str) -> QuerySet[SupplierInvoice, int]:
    invoices = SupplierInvoice.objects.filter(Q(vendor_number__iexact=text) | Q(bc_number__iexact=text))
    return invoices.filter(company=company).values_list("pk", flat=True)


def _events(company: Company, text: str) -> QuerySet[InboxEvent]:
    """Give the CAFM's events with this id that brought the message's document."""
    return InboxEvent.objects.filter(
        company=company,
        event_id=text,
        document_kind=OuterRef("document_kind"),
        document_id=OuterRef("document_id"),
    )


def _written(text: str) -> Q:
    """Look on each document for a number of somebody else: of a request, of a delivery note."""
    named = Q()
    for kind, rows, document, field in WRITTEN:
        found = rows._default_manager.filter(**{document: OuterRef("document_id"), f"{field}__iexact": text})
        named |= Q(Exists(found), document_kind=kind)
    return named


def _key(text: str) -> UUID | None:
    """Read a key of ours or an id of Business Central's, where the text is one."""
    try:
        return UUID(text)
    except ValueError:
        return None
