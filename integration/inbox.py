"""The inbox: each event of the CAFM is stored once, with its document and the document's place in the outbox.

All three are written in one transaction, so that an event which got its answer is never half done.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from integration import outbox
from integration.cafm import events
from integration.cafm.events import Event
from integration.cafm.problems import ProblemError
from integration.cafm.replies import Fate
from integration.models import ApiKey, Attempt, DocumentKind, InboxEvent, Message
from masterdata.models import Company
from reconciliation import documents, forms
from reconciliation.models import (
    AssetNotice,
    Document,
    GoodsReceipt,
    GoodsReturn,
    InventoryMovement,
    OrderChange,
    PurchaseOrder,
    PurchaseRequest,
    ReceiptReversal,
    ServiceConfirmation,
    SupplierInvoice,
)

logger = logging.getLogger(__name__)

State = Message.State

MODELS: dict[str, type[Document]] = {
    "purchase_request": PurchaseRequest,  # never in line: BC takes no requests
    DocumentKind.PURCHASE_ORDER: PurchaseOrder,
    DocumentKind.ORDER_CHANGE: OrderChange,
    DocumentKind.GOODS_RECEIPT: GoodsReceipt,
    DocumentKind.RECEIPT_REVERSAL: ReceiptReversal,
    DocumentKind.GOODS_RETURN: GoodsReturn,
    DocumentKind.SERVICE_CONFIRMATION: ServiceConfirmation,
    DocumentKind.INVENTORY_MOVEMENT: InventoryMovement,
    DocumentKind.ASSET_NOTICE: AssetNotice,
    DocumentKind.SUPPLIER_INVOICE: SupplierInvoice,
}

KINDS: dict[type[Document], str] = {model: kind for kind, model in MODELS.items()}

FATES = {
    State.WAITING: Fate.WAITING,
    State.READY: Fate.QUEUED,
    State.CLAIMED: Fate.QUEUED,
    State.SENDING: Fate.SENDING,
    State.VERIFYING: Fate.VERIFYING,
    State.DONE: Fate.POSTED,
    State.DEAD: Fate.DEAD,
    State.REJECTED: Fate.REJECTED,
    State.CANCELLED: Fate.CANCELLED,
}


class EventConflict(ProblemError):  # noqa: N818
    """The same source and id came before with another body."""

    status = 409
    code = "event-conflict"
    title = "This event came before with another content"


class DocumentConflict(ProblemError):  # noqa: N818
    """The document's number came before, in another event."""

    status = 409
    code = "document-exists"
    title = "A document of this number was recorded before"


class SourceNotAllowed(ProblemError):  # noqa: N818
    """The key is not for this source."""

    status = 403
    code = "source-not-allowed"
    title = "This key may not send for this source"


@dataclass(frozen=True)
class Story:
    """What has become of an event."""

    event: InboxEvent
    document: Document | None
    attempts: tuple[Attempt, ...]
    fate: Fate
    next: str


def receive(event: Any, *, key: ApiKey) -> InboxEvent:
    """Store an event, its document and its message; the same event again gives the stored one.

    Raises Invalid, NotTheOwner, SourceNotAllowed, EventConflict, DocumentConflict; nothing is stored then.
    """
    told = events.read(event, company=key.company)
    _check_source(told, key)
    if known := _known(told, key.company):  # before its data is judged: the rules may be stricter by now
        return _same(known, told)
    return _receive(told, events.form_of(told), key)


@transaction.atomic
def _receive(told: Event, form: Any, key: ApiKey) -> InboxEvent:
    order = _order_concerned(key.company, form) if form is not None else ""
    if (
        order
    ):  # before the event is stored, as new_orders.py does: who locks in another order may wait for ever
        documents.one_at_a_time(key.company, order)
    row = _store(told, key)
    if row is None:
        return _same(InboxEvent.objects.get(**_named(told, key.company)), told)
    if form is not None:
        _record(row, told, form, order)
    return row


def find(company: Company, event_id: str, source: str = "") -> InboxEvent | None:
    """Find an event by its id; without its source only when one source alone has used that id."""
    found = InboxEvent.objects.filter(company=company, event_id=event_id)
    if source:
        found = found.filter(source=source)
    few = list(found[:2])
    return few[0] if len(few) == 1 else None


def story(event: InboxEvent) -> Story:
    """Tell what has become of an event, and what to do next."""
    document = document_of(event)
    if document is None:
        return Story(event, None, (), Fate.ACCEPTED, event.note)
    message = message_of(document)
    if message is None:
        return Story(event, document, (), *_without_message(document))
    attempts = tuple(Attempt.objects.filter(message=message).order_by("pk"))
    if isinstance(document, GoodsReturn) and message.state == State.DONE and not document.is_posted:
        return Story(event, document, attempts, Fate.ACCEPTED, ONLY_REJECTED)
    return Story(event, document, attempts, FATES[State(message.state)], _next(message))


def message_of(document: Document) -> Message | None:
    """Give the message that a document goes with."""
    leading = leads(document)
    if leading is None:
        return None
    messages = Message.objects.for_document(KINDS[type(leading)], leading.pk)
    found: Message | None = messages.order_by("-pk").first()
    return found


def leads(document: Document) -> Document | None:
    """Name the document whose message one goes with: a change told with its order goes with that.

    None where nothing is posted of it, whatever was in line for it.
    """
    if isinstance(document, OrderChange):
        if document.status in STANDS_ALONE:
            return None
        if document.status == OrderChange.Status.WITH_ORDER and document.order is not None:
            document = document.order
    return None if document.status == Document.Status.RECORDED else document


def _check_source(told: Event, key: ApiKey) -> None:
    if key.sources and told.source not in key.sources:
        raise SourceNotAllowed(
            f"The key {key} may send for {', '.join(key.sources)}, not for {told.source}. "
            f"Use the key of that source, or have Tieout's administrator add it."
        )


def _known(told: Event, company: Company) -> InboxEvent | None:
    found: InboxEvent | None = InboxEvent.objects.defer("body").filter(**_named(told, company)).first()
    return found


def _named(told: Event, company: Company) -> dict[str, Any]:
    return {"company": company, "source": told.source, "event_id": told.id}


def _same(row: InboxEvent, told: Event) -> InboxEvent:
    """Give the event that came before; raises EventConflict when it was another one."""
    if bytes(row.body_hash) != told.body_hash:
        raise EventConflict(
            f"Event {told.id} of {told.source} was received on {row.received_at:%Y-%m-%d %H:%M} UTC with "
            f"another content. Nothing was done now. Send what is new under a new id."
        )
    return row


TELL = "UPDATE integration_inboxevent SET document_kind = %s, document_id = %s, note = %s WHERE id = %s"

STORE = """
INSERT INTO integration_inboxevent (company_id, source, event_id, type, occurred_at, received_at,
                                    received_with_id, mapped_with_id, body, body_hash, document_kind, note)
VALUES (%(company_id)s, %(source)s, %(event_id)s, %(type)s, %(occurred_at)s, %(received_at)s,
        %(received_with_id)s, %(mapped_with_id)s, %(body)s, %(body_hash)s, %(document_kind)s, %(note)s)
ON CONFLICT (company_id, source, event_id) DO NOTHING
RETURNING id
"""


def _store(told: Event, key: ApiKey) -> InboxEvent | None:
    """Insert the event; None when it is here already. Who comes second waits for the first to commit."""
    values: dict[str, Any] = {
        "company_id": key.company_id,
        "source": told.source,
        "event_id": told.id,
        "type": told.type,
        "occurred_at": told.time,
        "received_at": timezone.now(),
        "received_with_id": key.pk,
        "mapped_with_id": told.mapped_with,
        "body_hash": told.body_hash,
        "document_kind": "",
        "note": events.TYPES[told.type].note,
    }
    with connection.cursor() as cursor:
        cursor.execute(STORE, values | {"body": Jsonb(told.body)})
        stored = cursor.fetchone()
    if stored is None:
        return None
    row = InboxEvent(pk=stored[0], body=told.body, **values)
    row.company = key.company
    row._state.adding = False
    return row


def _record(row: InboxEvent, told: Event, form: Any, order: str) -> None:
    known = events.TYPES[told.type]
    if known.record is None:
        return
    if order:
        outbox.keep_still(row.company, order)
    try:
        document = known.record(row.company, form, source=told.source)
    except documents.DocumentExists as exc:
        raise DocumentConflict(str(exc)) from exc
    if document is None:  # figures without a number of their own
        return
    row.document_kind, row.document_id = KINDS[type(document)], document.pk
    row.note = _nothing_to_post(document)
    with connection.cursor() as cursor:
        cursor.execute(TELL, [row.document_kind, row.document_id, row.note, row.pk])
    put_in_line(document)
    logger.info("Received %s %s from %s", told.type, told.id, told.source)


def _order_concerned(company: Company, form: Any) -> str:
    """Name the order whose messages an event may change; empty for one that only adds its own."""
    match form:
        case forms.OrderChangeForm():
            return form.order.number
        case forms.OrderForm() | forms.CancellationForm():
            return form.number
        case forms.ReversalForm():
            receipts = GoodsReceipt.objects.filter(company=company, number=form.receipt_number)
            return receipts.values_list("order_number", flat=True).first() or ""
    return ""


def put_in_line(document: Document) -> None:
    """Give a document its place in the outbox; an invoice finds it when it is cleared."""
    if isinstance(document, OrderChange):
        outbox.follow_change(document)
    elif isinstance(document, PurchaseOrder):
        outbox.follow_order(document)
    elif isinstance(document, GoodsReceipt):
        outbox.follow_receipt(document)
    elif isinstance(document, ReceiptReversal):
        outbox.follow_reversal(document)
    elif document.status == Document.Status.READY and not isinstance(document, SupplierInvoice):
        outbox.put_in_line(KINDS[type(document)], document)


def _nothing_to_post(document: Document) -> str:
    if document.status != Document.Status.RECORDED:
        return ""
    if isinstance(document, PurchaseRequest):
        return "Kept here: Business Central takes no requests. The order that follows names this one."
    if isinstance(document, ReceiptReversal):
        return "The receipt was not in Business Central, so there is nothing to undo there."
    if isinstance(document, GoodsReceipt):
        return "Nothing was accepted, so there is nothing to post in Business Central."
    if isinstance(document, GoodsReturn):
        return ONLY_REJECTED
    return "The service was not accepted, so there is nothing to post in Business Central."


def document_of(event: InboxEvent) -> Document | None:
    model = MODELS.get(event.document_kind)
    if model is None or event.document_id is None:
        return None
    return model._default_manager.filter(pk=event.document_id).first()


def _without_message(document: Document) -> tuple[Fate, str]:
    """Tell the fate of a document that has no place in the outbox: by its own status."""
    if isinstance(document, OrderChange):
        return _fate_of_change(document)
    if isinstance(document, AssetNotice) and document.status == AssetNotice.Status.LATE:
        return LATE_ASSET
    if isinstance(document, SupplierInvoice):
        return INVOICE_FATES[SupplierInvoice.Status(document.status)]
    if document.status == Document.Status.RECORDED:
        return Fate.ACCEPTED, _nothing_to_post(document)
    if document.status == Document.Status.CANCELLED:
        return Fate.CANCELLED, "It was cancelled; nothing more happens."
    if document.is_posted:
        return Fate.POSTED, ""
    return Fate.QUEUED, ""


def _fate_of_change(told: OrderChange) -> tuple[Fate, str]:
    if told.status == OrderChange.Status.WITH_ORDER:  # of an order that was never put in line
        return Fate.CANCELLED, "The order was cancelled before it was sent; nothing more happens."
    return CHANGE_FATES.get(OrderChange.Status(told.status), (Fate.QUEUED, ""))


ONLY_REJECTED = (
    "Only rejected goods went back. Business Central never had them, so there is nothing to post there."
)
LATE_ASSET = (
    Fate.ACCEPTED,
    "It came too late: a later change of the asset, or its retirement, is here. Nothing is done.",
)
STANDS_ALONE = (OrderChange.Status.LATE, OrderChange.Status.SUPERSEDED)
CHANGE_FATES = {
    OrderChange.Status.LATE: (
        Fate.ACCEPTED,
        "It came too late: a later version or the cancellation of the order is here. Nothing is done.",
    ),
    OrderChange.Status.SUPERSEDED: (Fate.CANCELLED, "A later version of the order took its place."),
    OrderChange.Status.POSTED: (Fate.POSTED, ""),
    OrderChange.Status.CANCELLED: (Fate.CANCELLED, "It was given up; nothing more happens."),
}

INVOICE_FATES = {
    SupplierInvoice.Status.RECEIVED: (Fate.WAITING, "It is about to be matched with its order and receipts."),
    SupplierInvoice.Status.BLOCKED: (
        Fate.WAITING,
        "It does not tie out with its order and receipts; accounts payable decides on it in Tieout.",
    ),
    SupplierInvoice.Status.READY: (Fate.QUEUED, ""),
    SupplierInvoice.Status.POSTED: (Fate.POSTED, ""),
    SupplierInvoice.Status.REJECTED: (Fate.REJECTED, "Accounts payable refused this invoice."),
}


def _next(message: Message) -> str:
    """Say what has to happen next, in the words of whoever has to do it."""
    if message.state == State.WAITING:
        return message.waits_for
    if message.state == State.VERIFYING:
        return "The answer of Business Central was lost. It is looked for there; do not send it again."
    if message.state == State.READY and message.error:
        return f"{message.error} It is tried again by itself."
    return message.error
