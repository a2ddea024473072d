"""What an event does to messages that are in line already: a change to its order, a reversal to its receipt.

What was never sent is built anew or taken out of the line; what may have reached BC stays, and the change
follows it as a message of its own.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from integration.models import Attempt, DocumentKind, Message
from masterdata.models import Company
from reconciliation import documents
from reconciliation.models import Document, GoodsReceipt, OrderChange, PurchaseOrder, ReceiptReversal

from .line import enqueue, prepare, put_in_line
from .moving import move, move_all
from .transitions import DROPPED, LOOKED_AT_AGAIN, RENEWED, UNSENT, State
from .waking import wake

ORDER, CHANGE = DocumentKind.PURCHASE_ORDER, DocumentKind.ORDER_CHANGE
RECEIPT, REVERSAL = DocumentKind.GOODS_RECEIPT, DocumentKind.RECEIPT_REVERSAL
CANCELLED = PurchaseOrder.State.CANCELLED


def order_chain(company: Company, number: str) -> str:
    """Name the chain of everything about an order."""
    return f"{company.pk}:order:{number}"


def keep_still(company: Company, order_number: str) -> None:
    """Hold what is in line for an order until this transaction ends.

    Before its documents change: a delivery locks its message first and its document second, too.
    """
    documents.one_at_a_time(company, order_number)
    in_line = Message.objects.filter(chain=order_chain(company, order_number)).unfinished()
    list(in_line.select_for_update().order_by("pk").values_list("pk", flat=True))


def follow_order(order: PurchaseOrder) -> None:
    """Put a new order in line, unless it was cancelled before it came; go on with what waited for it."""
    for cancellation in order.changes.filter(
        kind=OrderChange.Kind.CANCELLED, status=OrderChange.Status.READY
    ):
        _tell_with_order(cancellation)
    if order.state == CANCELLED:
        documents.mark_never_sent(order)
    else:
        put_in_line(ORDER, order)
    look_again(order.company, order.number)


def follow_change(told: OrderChange) -> None:
    """Bring a change of an order to BC: with the order itself while that is unsent, else after it."""
    if told.began_order and told.order is not None:
        follow_order(told.order)
    elif told.status == OrderChange.Status.READY:
        look_again(told.company, told.number)
        order = told.order
        waiting = unsent(ORDER, order.pk) if order is not None else None
        if waiting is not None and order is not None:
            _change_unsent(waiting, order, told)
        else:
            _supersede(told)
            enqueue(CHANGE, told)


def follow_reversal(told: ReceiptReversal) -> None:
    """Keep a receipt from BC while it is unsent; else let its reversal follow it."""
    receipt = told.receipt
    if told.status != Document.Status.READY:
        return
    message = unsent(RECEIPT, receipt.pk) if receipt is not None else None
    if message is None or receipt is None:
        enqueue(REVERSAL, told)
        return
    drop(message, f"The receipt was reversed before it was sent: {told.reason}")
    documents.mark_never_received(receipt, told)


def follow_receipt(receipt: GoodsReceipt) -> None:
    """Put a receipt in line, unless nothing was accepted or its reversal came first."""
    if receipt.reversed_on is None:
        if receipt.status == Document.Status.READY:
            enqueue(RECEIPT, receipt)
        return
    for reversal in receipt.reversals.all():
        waiting = unsent(REVERSAL, reversal.pk)
        if waiting is not None:
            drop(waiting, "The receipt came, and was not sent.")
        if reversal.status == Document.Status.READY:
            documents.mark_never_received(receipt, reversal)


def unsent(kind: str, document_id: int) -> Message | None:
    """Find a document's message that BC has not heard of for certain, and lock it."""
    found: Message | None = (
        Message.objects.select_for_update()
        .filter(document_kind=kind, document_id=document_id, state__in=UNSENT, unknown_since=None)
        .first()
    )
    return found


def drop(message: Message, sentence: str) -> None:
    """Take an unsent message out of the line, and say why in its timeline."""
    _tell(message, sentence)
    move(message, DROPPED)
    transaction.on_commit(wake)


def renew(message: Message, document: Any, sentence: str) -> None:
    """Build an unsent message anew from what its document says now."""
    _tell(message, sentence)
    move(message, RENEWED, next_attempt_at=timezone.now())
    prepare(message, document)
    transaction.on_commit(wake)


def look_again(company: Company, order_number: str) -> None:
    """Let workers look at what waits in the chain of an order, now that the order is here or has changed."""
    waiting = Message.objects.filter(chain=order_chain(company, order_number), state=State.WAITING)
    move_all(waiting, LOOKED_AT_AGAIN, next_attempt_at=timezone.now())


def _change_unsent(waiting: Message, order: PurchaseOrder, told: OrderChange) -> None:
    if order.state == CANCELLED:
        drop(waiting, "The order was cancelled before it was sent.")
        documents.mark_never_sent(order)
    else:
        renew(waiting, order, f"Built anew before it was sent: {told}.")
    documents.mark_with_order(told)


def _tell_with_order(cancellation: OrderChange) -> None:
    message = unsent(CHANGE, cancellation.pk)
    if message is not None:
        drop(message, "The order comes without what was cancelled.")
    documents.mark_with_order(cancellation)


def _supersede(told: OrderChange) -> None:
    """A whole new version makes an earlier one that is still unsent needless."""
    if told.kind != OrderChange.Kind.CHANGED:
        return
    earlier = OrderChange.objects.filter(
        order=told.order, kind=OrderChange.Kind.CHANGED, status=OrderChange.Status.READY
    )
    for before in earlier.exclude(pk=told.pk).order_by("pk"):
        message = unsent(CHANGE, before.pk)
        if message is not None:
            drop(message, f"{told} took its place.")
            documents.mark_superseded(before)


def _tell(message: Message, sentence: str) -> None:
    now = timezone.now()
    Attempt.objects.create(
        message=message,
        number=message.attempts,
        fence=message.fence,
        started_at=now,
        ended_at=now,
        outcome=Attempt.Outcome.OVERTAKEN,
        sentence=sentence,
    )
