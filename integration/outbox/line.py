"""Put documents in line for Business Central, and build what is to be sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integration import contract, correlation, couriers, flows
from integration.desk.filing import filed
from integration.models import Attempt, DocumentKind, DoubledDocument, Message
from reconciliation.inserting import insert
from reconciliation.models import AssetNotice, OrderChange, SupplierInvoice

from . import edits
from .moving import move
from .transitions import CANNOT_BE_WRITTEN, MADE_READY, NEEDS_NOTHING, PUT_OFF, SEEN_POSTED, Move, State
from .waking import wake

RANKS = {
    DocumentKind.PURCHASE_ORDER: 0,
    DocumentKind.ORDER_CHANGE: 0,
    DocumentKind.SUPPLIER_INVOICE: 2,
}
NAMED = (DocumentKind.PURCHASE_ORDER, DocumentKind.INVENTORY_MOVEMENT)  # BC is told the key of these
CANCELLATION_RANK = 1  # after the receipts that came before it: what they bring is not cancelled
ASSET_RANKS = {AssetNotice.Kind.REGISTERED: 0, AssetNotice.Kind.CHANGED: 1, AssetNotice.Kind.RETIRED: 2}
PRIORITIES = {DocumentKind.SUPPLIER_INVOICE: 6}
MEND = "Correct the record or the field mapping, then retry"
WAIT_SECONDS = 15.0  # between two looks at what a message waits for


@transaction.atomic
def enqueue(kind: DocumentKind | str, document: Any) -> Message:
    """Put a document in line for BC, its payload built; the same document again gives the same message."""
    message = message_for(kind, document, state=State.WAITING, next_attempt_at=timezone.now())
    if not insert(message):
        same = Message.objects.exclude(state=State.CANCELLED)
        known: Message = same.get(dedupe_key=message.dedupe_key)
        return known
    prepare(message, document)
    transaction.on_commit(wake)
    return message


def message_for(kind: DocumentKind | str, document: Any, **values: Any) -> Message:
    """Make the message of a document; it is not stored yet."""
    return Message(
        company=document.company,
        key=_key(kind, document),
        dedupe_key=dedupe_key(document.company_id, kind, document.pk),
        chain=_chain(kind, document),
        rank=_rank(DocumentKind(kind), document),
        priority=PRIORITIES.get(DocumentKind(kind), 5),
        document_kind=kind,
        document_id=document.pk,
        document_number=document.number,
        correlation=correlation.current(),
        **values,
    )


def dedupe_key(company: Any, kind: DocumentKind | str, document: Any) -> str:
    """Name a document's wish to be posted: it is in line once."""
    return f"{company}:{kind}:{document}"


def _key(kind: DocumentKind | str, document: Any) -> UUID:
    """Make a document's key of what names it: it comes back with the document after a restored backup."""
    company = document.company.bc_id
    if company is None or kind not in NAMED:
        return uuid4()
    of = document.kind if kind == DocumentKind.INVENTORY_MOVEMENT else ""
    return uuid5(UUID(str(company)), f"{kind}:{of}:{document.number}")


def _chain(kind: DocumentKind | str, document: Any) -> str:
    return f"{document.company_id}:{couriers.COURIERS[DocumentKind(kind)].chain(document)}"


def _rank(kind: DocumentKind, document: Any) -> int:
    if isinstance(document, OrderChange) and document.kind == OrderChange.Kind.CANCELLED:
        return CANCELLATION_RANK
    if isinstance(document, AssetNotice):
        return ASSET_RANKS[AssetNotice.Kind(document.kind)]
    return RANKS.get(kind, 1)


def enqueue_cleared_invoices() -> int:
    """Put in line the invoices that matching or a person has cleared; returns how many.

    Reconciliation knows no outbox: a cleared invoice *is* the wish to post it, and is found here. One that
    has changed since is judged first, and one that a person let through waits until that cannot be undone.
    """
    cleared = SupplierInvoice.objects.filter(
        Q(post_after=None) | Q(post_after__lte=timezone.now()),
        status=SupplierInvoice.Status.READY,
        match_due=False,
    )
    waiting = cleared.exclude(
        pk__in=Message.objects.filter(document_kind=DocumentKind.SUPPLIER_INVOICE)
        .exclude(state=State.CANCELLED)
        .values("document_id")
    )
    invoices = list(waiting.select_related("company")[:500])
    for invoice in invoices:
        enqueue(DocumentKind.SUPPLIER_INVOICE, invoice)
    return len(invoices)


def close_posted_invoices() -> int:
    """Finish the messages of invoices that a pull has found posted in BC by a person; returns how many."""
    found = SupplierInvoice.objects.filter(status=SupplierInvoice.Status.POSTED, bc_id__isnull=False)
    stopped = Message.objects.filter(
        document_kind=DocumentKind.SUPPLIER_INVOICE,
        state__in=[State.WAITING, State.REJECTED, State.DEAD],
        document_id__in=found.values("pk"),
    )
    closed = 0
    for message in list(stopped):
        with transaction.atomic():
            locked = stopped.select_for_update(skip_locked=True, of=["self"]).filter(pk=message.pk).first()
            if locked is not None:
                _close(locked, found.get(pk=locked.document_id))
                closed += 1
    if closed:
        wake()
    return closed


def _close(message: Message, invoice: SupplierInvoice) -> None:
    now = timezone.now()
    Attempt.objects.create(
        message=message,
        number=message.attempts,
        fence=message.fence,
        started_at=now,
        ended_at=now,
        outcome=Attempt.Outcome.ADOPTED,
        sentence=f"Posted in Business Central as {invoice.bc_number} by someone there; a pull has shown it.",
    )
    move(message, SEEN_POSTED, done_at=now, bc_id=invoice.bc_id, bc_number=invoice.bc_number)


def put_in_line(kind: DocumentKind | str, document: Any) -> None:
    """Put a new document in line; the worker that claims it builds what is sent, so that intake is quick."""
    insert(message_for(kind, document, state=State.READY, next_attempt_at=timezone.now()))
    transaction.on_commit(wake)


def prepare(message: Message, document: Any | None = None) -> None:
    """Build the payload, or say what the message waits for; only for messages that wait."""
    how, values = built(message, document or couriers.load(message))
    move(message, how, **values)


def built(message: Message, document: Any) -> tuple[Move, dict[str, Any]]:
    """Build what is to be sent; gives the move that the message makes with it, and what that sets."""
    prepared = couriers.prepare(message, document)
    if prepared.payload and (edit := edits.in_force(message)) is not None:
        if not edits.fits(edit, prepared.payload):
            return CANNOT_BE_WRITTEN, _refused(message, document, [edits.outdated(edit)], edits.STEP)
        prepared = replace(prepared, payload=edit.edited, problems=[])
    if prepared.payload and (paused := contract.of_delivery(message.document_kind, prepared.payload)):
        prepared = couriers.Prepared(waiting_for=paused)
    if prepared.payload and (held := held_back(message)):
        prepared = couriers.Prepared(waiting_for=held)
    now = timezone.now()
    if prepared.waiting_for:
        return PUT_OFF, wait_for(prepared.waiting_for, now)
    if prepared.nothing_to_post:
        return NEEDS_NOTHING, {"done_at": now}
    if prepared.problems:
        refused = _refused(message, document, prepared.problems)
        return CANNOT_BE_WRITTEN, refused | {"mapped_from": prepared.mapped_from}
    return MADE_READY, {
        "payload": prepared.payload,
        "mapping_version": prepared.mapping_version,
        "line_mapping_version": prepared.line_mapping_version,
        "mapped_from": prepared.mapped_from,
        "next_attempt_at": now,
    }


def held_back(message: Message) -> str:
    """Say why a message that could go does not: its flow is closed, or what it follows is in BC twice."""
    return flows.of_delivery(message) or DoubledDocument.objects.holding(message)


def wait_for(for_what: str, now: datetime) -> dict[str, Any]:
    """Give what is written of a message that is put off."""
    return {"waiting_for": for_what[:300], "next_attempt_at": now + timedelta(seconds=WAIT_SECONDS)}


def refill(*, now: datetime | None = None) -> int:
    """Put in line what has become due meanwhile; returns how many messages moved.

    With a time, messages that wait are looked at when their turn has come; without, all of them.
    """
    return close_posted_invoices() + enqueue_cleared_invoices() + recheck_waiting(now=now)


def recheck_waiting(*, now: datetime | None = None, limit: int = 1000) -> int:
    """Look again at what waits for a missing record; returns how many are on their way now."""
    moved = 0
    waiting = Message.objects.filter(state=State.WAITING)
    if now is not None:
        waiting = waiting.filter(next_attempt_at__lte=now)
    for message in list(waiting.order_by("next_attempt_at", "id")[:limit]):
        with transaction.atomic():
            locked = Message.objects.select_for_update(skip_locked=True).filter(
                pk=message.pk, state=State.WAITING
            )
            if current := locked.first():
                prepare(current)
                moved += current.state != State.WAITING
    if moved:
        wake()
    return moved


def _refused(message: Message, document: Any, problems: Iterable[str], step: str = MEND) -> dict[str, Any]:
    sentence = f"{message} cannot be written for Business Central: " + "; ".join(problems)
    error = {
        "error_code": "mapping",
        "error": f"{sentence}. {step}.",
        "error_detail": "",
    }
    return {
        "first_failed_at": message.first_failed_at or timezone.now(),
        **error,
        **filed(message, error, document=document),
    }
