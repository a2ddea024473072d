"""The outbox: put documents in line for Business Central, hand them to workers, remember how they fare.

The rows are the truth; Celery only wakes workers up (docs/decisions/0003). A message is claimed in a short
transaction of its own, with a lease and a rising fence; every later write names that fence, so a worker that
comes back too late changes nothing. A message that was sent and never answered is `verifying`: it is looked
for in BC and sent again only when it is proven not to be there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from integration import couriers
from integration.models import Attempt, DocumentKind, Message
from reconciliation import documents
from reconciliation.models import SupplierInvoice

logger = logging.getLogger(__name__)

State = Message.State

TRANSITIONS = {
    State.WAITING: {State.READY, State.REJECTED, State.DONE, State.CANCELLED},
    State.READY: {State.CLAIMED, State.WAITING, State.CANCELLED},
    State.CLAIMED: {
        State.SENDING,
        State.READY,
        State.VERIFYING,
        State.DONE,
        State.DEAD,
        State.REJECTED,
        State.CANCELLED,
    },
    State.SENDING: {State.DONE, State.READY, State.VERIFYING, State.DEAD, State.REJECTED},
    State.VERIFYING: {State.CLAIMED},
    State.DEAD: {State.READY, State.VERIFYING, State.DONE, State.CANCELLED},
    State.REJECTED: {State.READY, State.VERIFYING, State.WAITING, State.DONE, State.CANCELLED},
}  # done and cancelled are final

RANKS = {DocumentKind.PURCHASE_ORDER: 0, DocumentKind.SUPPLIER_INVOICE: 2}
PRIORITIES = {DocumentKind.SUPPLIER_INVOICE: 6}


class OutboxError(Exception):
    """The message cannot be moved that way; the text says why and what to do."""


class LostLease(Exception):  # noqa: N818 - nothing is wrong, somebody else has the message now
    """Another worker has taken the message over; drop what you have."""


# In line


@transaction.atomic
def enqueue(kind: DocumentKind | str, document: Any) -> Message:
    """Put a document in line for BC; the same document again gives the same message."""
    chain = couriers.COURIERS[DocumentKind(kind)].chain(document)
    message: Message
    message, created = Message.objects.exclude(state=State.CANCELLED).get_or_create(
        dedupe_key=f"{document.company_id}:{kind}:{document.pk}",
        defaults={
            "company": document.company,
            "chain": f"{document.company_id}:{chain}",
            "rank": RANKS.get(DocumentKind(kind), 1),
            "priority": PRIORITIES.get(DocumentKind(kind), 5),
            "document_kind": kind,
            "document_id": document.pk,
            "document_number": document.number,
            "state": State.WAITING,
        },
    )
    if created:
        prepare(message, document)
        transaction.on_commit(wake)
    return message


def enqueue_cleared_invoices() -> int:
    """Put in line the invoices that matching or a person has cleared; returns how many.

    Reconciliation knows no outbox: a cleared invoice *is* the wish to post it, and is found here.
    """
    waiting = SupplierInvoice.objects.filter(status=SupplierInvoice.Status.READY).exclude(
        pk__in=Message.objects.filter(document_kind=DocumentKind.SUPPLIER_INVOICE)
        .exclude(state=State.CANCELLED)
        .values("document_id")
    )
    invoices = list(waiting.select_related("company")[:500])
    for invoice in invoices:
        enqueue(DocumentKind.SUPPLIER_INVOICE, invoice)
    return len(invoices)


def prepare(message: Message, document: Any | None = None) -> None:
    """Build the payload, or say what the message waits for; only for messages that wait."""
    document = document or couriers.load(message)
    prepared = couriers.COURIERS[DocumentKind(message.document_kind)].prepare(document, message.key)
    now = timezone.now()
    if prepared.waiting_for:  # the time lets those that wait be looked at in turn
        _set(message, waiting_for=prepared.waiting_for[:300], next_attempt_at=now)
    elif prepared.nothing_to_post:
        _set(message, state=State.DONE, done_at=now, waiting_for="", next_attempt_at=None)
    elif prepared.problems:
        _refuse(message, prepared.problems)
    else:
        _set(
            message,
            state=State.READY,
            payload=prepared.payload,
            mapping_version=prepared.mapping_version,
            waiting_for="",
            next_attempt_at=now,
        )


def recheck_waiting(limit: int = 1000) -> int:
    """Look again at what waits for a missing record; returns how many are on their way now."""
    moved = 0
    waiting = Message.objects.filter(state=State.WAITING).order_by("next_attempt_at", "id")[:limit]
    for message in list(waiting):
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


def _refuse(message: Message, problems: Iterable[str]) -> None:
    sentence = f"{message} cannot be written for Business Central: " + "; ".join(problems)
    _set(
        message,
        state=State.REJECTED,
        waiting_for="",
        error_code="mapping",
        error=f"{sentence}. Correct the record or the field mapping, then retry.",
        first_failed_at=message.first_failed_at or timezone.now(),
    )


def _set(message: Message, **changes: Any) -> None:
    """Change a message that no worker holds."""
    for name, value in changes.items():
        setattr(message, name, value)
    message.save(update_fields=list(changes))


# In a worker's hands

CLAIM = """
UPDATE integration_message SET state = 'claimed', fence = fence + 1,
       attempts = attempts + CASE WHEN unknown_since IS NULL THEN 1 ELSE 0 END,
       lease_until = %(lease_until)s, lease_by = %(worker)s
 WHERE id = (
   SELECT m.id FROM integration_message m
    WHERE m.state IN ('ready', 'verifying') AND m.next_attempt_at <= %(now)s
      AND NOT EXISTS (
        SELECT 1 FROM integration_message e
         WHERE e.chain = m.chain AND e.state NOT IN ('done', 'cancelled') AND (e.rank, e.id) < (m.rank, m.id))
    ORDER BY m.priority, m.next_attempt_at, m.id
    LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def claim(*, now: datetime, worker: str) -> Message | None:
    """Take the next message that is due and whose chain is free; None when there is none.

    The attempt is counted before anything is tried, so that a message which kills its worker dies out.
    """
    lease_until = now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "worker": worker[:100], "lease_until": lease_until})
        row = cursor.fetchone()
    return Message.objects.select_related("company").get(pk=row[0]) if row else None


def mark_sending(message: Message, *, now: datetime, room: timedelta) -> None:
    """Write down that the next call may change BC; raises LostLease when too little of the lease is left.

    From here on the worker's death means `verifying`, not `ready`.
    """
    lease_until = now + max(timedelta(seconds=settings.OUTBOX_LEASE_SECONDS), 2 * room)
    held = Message.objects.filter(pk=message.pk, fence=message.fence, lease_until__gt=now)
    if not held.update(state=State.SENDING, lease_until=lease_until):
        raise LostLease(f"{message} was taken over")
    message.state = State.SENDING


@transaction.atomic
def mark_done(message: Message, *, bc_id: UUID | None, bc_number: str, at: datetime) -> None:
    """The document is in BC, once."""
    _move(
        message,
        to=State.DONE,
        done_at=at,
        bc_id=bc_id,
        bc_number=bc_number,
        unknown_since=None,
        next_attempt_at=None,
        error="",
        error_code="",
        error_detail="",
        waiting_for="",
    )
    documents.mark_posted(couriers.load(message), bc_id=bc_id, bc_number=bc_number, at=at)
    logger.info("Delivered %s to BC as %s", message.dedupe_key, bc_number)


def mark_unknown(message: Message, *, at: datetime, look_at: datetime, looked: bool) -> None:
    """The answer was lost, or it is still not clear: look in BC at `look_at`."""
    _move(
        message,
        to=State.VERIFYING,
        unknown_since=message.unknown_since or at,
        looks=message.looks + looked,
        next_attempt_at=look_at,
    )


def mark_settled(message: Message) -> None:
    """It is proven not to be in BC: a new attempt may begin."""
    held = Message.objects.filter(pk=message.pk, fence=message.fence)
    if not held.update(unknown_since=None, looks=0, attempts=message.attempts + 1):
        raise LostLease(f"{message} was taken over")
    message.unknown_since, message.looks, message.attempts = None, 0, message.attempts + 1


def withdraw(message: Message) -> None:
    """Drop a message whose document need not be posted any more; the document itself stays as it is."""
    _move(message, to=State.CANCELLED, next_attempt_at=None)


def mark_retry(message: Message, *, at: datetime, counted: bool, error: dict[str, str]) -> None:
    """Nothing was posted; try again at a later time. An attempt that never left us is not counted."""
    _move(
        message,
        to=State.READY,
        next_attempt_at=at,
        attempts=message.attempts if counted else max(0, message.attempts - 1),
        first_failed_at=message.first_failed_at or timezone.now(),
        **error,
    )


def mark_stuck(message: Message, *, to: Message.State, error: dict[str, str]) -> None:
    """Only a person can move it on: refused by BC (`rejected`) or tried too often (`dead`)."""
    _move(
        message,
        to=to,
        next_attempt_at=None,
        first_failed_at=message.first_failed_at or timezone.now(),
        **error,
    )
    logger.error("%s is %s: %s", message.dedupe_key, to, error["error"])


def _move(message: Message, *, to: Message.State, **changes: Any) -> None:
    """Change the state under the fence; raises LostLease when another worker has the message."""
    _check(message, to)
    held = Message.objects.filter(pk=message.pk, fence=message.fence, state__in=Message.IN_FLIGHT)
    if not held.update(state=to, lease_until=None, lease_by="", **changes):
        raise LostLease(f"{message} was taken over")
    for name, value in {"state": to, "lease_until": None, "lease_by": "", **changes}.items():
        setattr(message, name, value)


def _check(message: Message, to: Message.State) -> None:
    if to not in TRANSITIONS.get(State(message.state), set()):
        raise OutboxError(f"{message} is {message.get_state_display()}; it cannot become {to.label}.")


def sweep(*, now: datetime) -> int:
    """Free what a dead worker left behind; returns how many.

    What was only claimed goes back in line. What may have reached BC is looked for first.
    """
    expired = Message.objects.filter(lease_until__lt=now)
    claimed = expired.filter(state=State.CLAIMED, unknown_since=None).update(
        state=State.READY, lease_until=None, lease_by="", next_attempt_at=now
    )
    looking = expired.filter(state=State.CLAIMED).update(
        state=State.VERIFYING, lease_until=None, lease_by="", next_attempt_at=now
    )
    sent = expired.filter(state=State.SENDING).update(
        state=State.VERIFYING, lease_until=None, lease_by="", next_attempt_at=now, unknown_since=now
    )
    if freed := claimed + looking + sent:
        logger.warning(
            "Freed %s messages whose worker is gone, %s of them to be looked for in BC", freed, sent
        )
        wake()
    return freed


# In a person's hands


@transaction.atomic
def retry(message: Message, *, by: User, reason: str) -> None:
    """Put a stuck message in line again, built anew from the record and today's mapping."""
    message = _lock(message)
    if not message.is_stuck:
        raise OutboxError(f"{message} is {message.get_state_display()}; only stuck messages can be retried.")
    _note(message, by=by, reason=reason, text="Retried")
    _set(message, attempts=0, error="", error_code="", error_detail="")
    if message.unknown_since:
        _set(message, state=State.VERIFYING, next_attempt_at=timezone.now())
    else:
        _set(message, state=State.WAITING)
        prepare(message)
    transaction.on_commit(wake)


@transaction.atomic
def mark_done_by_hand(message: Message, *, by: User, reason: str, bc_number: str) -> None:
    """Someone entered the document in BC by hand; what waits for it may go on."""
    message = _lock(message)
    _check(message, State.DONE)
    if not bc_number.strip():
        raise OutboxError("Give the number of the document in Business Central.")
    _note(message, by=by, reason=reason, text=f"Marked as posted in BC as {bc_number}")
    _set(message, state=State.DONE, done_at=timezone.now(), bc_number=bc_number.strip(), next_attempt_at=None)
    documents.mark_posted(couriers.load(message), bc_id=None, bc_number=bc_number.strip(), at=timezone.now())
    transaction.on_commit(wake)


@transaction.atomic
def cancel(message: Message, *, by: User, reason: str) -> None:
    """Give a stuck or waiting message up; its document is cancelled, its chain goes on."""
    message = _lock(message)
    _check(message, State.CANCELLED)
    if message.unknown_since:
        raise OutboxError(
            f"{message} may be in Business Central. Look there first, then mark it done or retry it."
        )
    _note(message, by=by, reason=reason, text="Cancelled")
    _set(message, state=State.CANCELLED, next_attempt_at=None)
    documents.cancel(couriers.load(message))
    transaction.on_commit(wake)


def _lock(message: Message) -> Message:
    locked: Message = Message.objects.select_for_update().select_related("company").get(pk=message.pk)
    return locked


def _note(message: Message, *, by: User, reason: str, text: str) -> None:
    """Put a person's act into the message's timeline."""
    if not reason.strip():
        raise OutboxError("Say why: the reason stays with the message.")
    now = timezone.now()
    Attempt.objects.create(
        message=message,
        number=message.attempts,
        fence=message.fence,
        started_at=now,
        ended_at=now,
        outcome=Attempt.Outcome.BY_HAND,
        worker=by.get_username(),
        sentence=f"{text}: {reason.strip()}",
    )


# Waking up


def wake() -> None:
    """Tell the workers that something is due; without Redis they find it by themselves within seconds."""
    from integration.tasks import deliver_outbox

    if not settings.REDIS_URL:
        return
    try:
        deliver_outbox.apply_async(retry=False, expires=30)
    except Exception as error:  # noqa: BLE001 - a broker that is down must never break a document
        logger.warning("Could not wake the workers, they will look by themselves: %s", error)
