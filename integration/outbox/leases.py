"""Hand messages to workers: each with a lease, each later write under its fence."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from integration import couriers
from integration.desk.filing import filed
from integration.models import Attempt, DocumentKind, Message
from reconciliation import documents

from .line import built, held_back, wait_for
from .moving import move, move_held
from .transitions import (
    ANSWER_LOST,
    BUILT,
    BUILT_OF,
    FREED,
    FREED_TO_LOOK,
    GIVEN_UP,
    HANDED_BACK,
    KEEPS,
    KILLED_ITS_WORKERS,
    MADE_READY,
    POSTED,
    PUT_OFF,
    REFUSED,
    SEND,
    SETTLED,
    TRY_LATER,
    WITHDRAWN,
    State,
)
from .waking import wake

logger = logging.getLogger(__name__)

DEATHS = 3  # a message whose workers die this often goes to a person
GONE = "worker_gone"
EVER = datetime(1, 1, 1, tzinfo=UTC)
ONE_WRITER = "message_chain_one_writer"

# The move `TAKEN` of the table, as one statement.
# A chain has one writer: nothing of it overtakes, and nothing of it starts while another is in flight. Two
# workers that claim at the same moment do not see each other's claim; there message_chain_one_writer decides.
CLAIM = """
UPDATE integration_message SET state = 'claimed', fence = fence + 1,
       attempts = attempts + CASE WHEN unknown_since IS NULL THEN 1 ELSE 0 END,
       lease_until = %(lease_until)s, lease_by = %(worker)s
 WHERE id = (
   SELECT m.id FROM integration_message m
    WHERE m.state IN ('ready', 'verifying') AND m.next_attempt_at BETWEEN %(since)s AND %(now)s
      AND NOT EXISTS (
        SELECT 1 FROM integration_message e
         WHERE e.chain = m.chain AND e.state NOT IN ('done', 'cancelled') AND e.id <> m.id
           AND ((e.rank, e.id) < (m.rank, m.id) OR e.state IN ('claimed', 'sending')))
    ORDER BY m.priority, m.next_attempt_at, m.id
    LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *, NOT EXISTS (
   SELECT 1 FROM (SELECT * FROM integration_databaselife ORDER BY id DESC LIMIT 1) life
    WHERE life.vouched_at IS NOT NULL AND (life.look_until IS NULL OR life.look_until <= %(now)s)) AS in_doubt
"""


# The same of a message whose id is known: whether it is due and its chain free is asked anew.
CLAIM_ONE = CLAIM.replace("WHERE m.state IN", "WHERE m.id = %(only)s AND m.state IN")


def claim(*, now: datetime, worker: str, since: datetime = EVER, only: int | None = None) -> Message | None:
    """Take the next message that is due, since a time, and whose chain is free; None when there is none.

    With an id only that one is taken. The attempt is counted before anything is tried.
    """
    lease_until = now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    terms = {"now": now, "since": since, "worker": worker[:100], "lease_until": lease_until, "only": only}
    statement = CLAIM if only is None else CLAIM_ONE
    while True:
        try:
            # One statement is a transaction by itself; within another one its failure needs a savepoint.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                return next(iter(Message.objects.raw(statement, terms)), None)
        except IntegrityError as error:
            if _constraint(error) != ONE_WRITER:
                raise
            # Its chain was claimed in the same moment: look again, and past it.


def _constraint(error: IntegrityError) -> str | None:
    """Name the constraint that a statement broke."""
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


def build(message: Message, document: Any, *, with_sending: bool = False) -> bool:
    """Build what a claimed message sends; False when it is not to be sent now, and is out of our hands.

    What is sent at once can be written down `with_sending`, by the same statement: a worker that dies before
    that leaves it to be built again.
    """
    how, values = built(message, document)
    if how is PUT_OFF:
        values["attempts"] = _uncounted(message)
    how = BUILT if how is MADE_READY else how
    if how is BUILT and with_sending:
        message.unwritten = {name: values[name] for name in BUILT_OF} | KEEPS
        message.payload = values["payload"]
    else:
        move_held(message, how, **values)
    return how is BUILT


def put_off_if_held(message: Message) -> bool:
    """Put off a claimed message that was held back after it was built; tells whether it was."""
    held = held_back(message)
    if held:
        move_held(message, PUT_OFF, **wait_for(held, timezone.now()), attempts=_uncounted(message))
    return bool(held)


def _uncounted(message: Message) -> int:
    return max(0, message.attempts - 1)


def mark_sending(message: Message, *, now: datetime, room: timedelta) -> None:
    """Write down that the next call may change BC; raises LostLease when too little of the lease is left.

    From here on the worker's death means `verifying`, not `ready`.
    """
    lease_until = now + max(timedelta(seconds=settings.OUTBOX_LEASE_SECONDS), 2 * room)
    move_held(message, SEND, Q(lease_until__gt=now), lease_until=lease_until, **message.unwritten)
    message.unwritten = {}


@transaction.atomic(savepoint=False)
def mark_done(
    message: Message, *, bc_id: UUID | None, bc_number: str, at: datetime, document: Any = None
) -> None:
    """The document is in BC, once. Give the document when it is at hand already."""
    move_held(message, POSTED, done_at=at, bc_id=bc_id, bc_number=bc_number)
    documents.mark_posted(document or couriers.load(message), bc_id=bc_id, bc_number=bc_number, at=at)
    logger.info("Delivered %s to BC as %s", message.dedupe_key, bc_number)


def mark_unknown(message: Message, *, at: datetime, look_at: datetime, looked: bool) -> None:
    """The answer was lost, or it is still not clear: look in BC at `look_at`."""
    since, looks = message.unknown_since or at, message.looks + looked
    move_held(message, ANSWER_LOST, unknown_since=since, looks=looks, next_attempt_at=look_at)


def mark_settled(message: Message) -> None:
    """It is proven not to be in BC: a new attempt may begin."""
    move_held(message, SETTLED, attempts=message.attempts + 1)


def withdraw(message: Message) -> None:
    """Drop a message whose document need not be posted any more.

    An order that was cancelled while it was tried is closed with it, so that what was told of it later finds
    that BC never heard of it; an invoice stays what it is, since accounts payable judges it again.
    """
    move_held(message, WITHDRAWN)
    if message.document_kind == DocumentKind.PURCHASE_ORDER:
        documents.mark_never_sent(couriers.load(message))
    elif message.document_kind == DocumentKind.ORDER_CHANGE:
        documents.mark_with_order(couriers.load(message))


def hand_back(message: Message) -> None:
    """Drop a message that BC has refused, since its document goes back to the desk; a new one may follow.

    Only a message that is proven not to be in BC: its last answer was the refusal.
    """
    move(message, HANDED_BACK)


def mark_retry(message: Message, *, at: datetime, counted: bool, error: dict[str, str]) -> None:
    """Nothing was posted; try again at a later time. An attempt that never left us is not counted."""
    attempts = message.attempts if counted else _uncounted(message)
    failed_at = message.first_failed_at or timezone.now()
    move_held(message, TRY_LATER, next_attempt_at=at, attempts=attempts, first_failed_at=failed_at, **error)


def mark_stuck(message: Message, *, to: Message.State, error: dict[str, str], remap: bool = False) -> None:
    """Only a person can move it on: refused by BC (`rejected`) or tried too often (`dead`).

    With `remap` its field mapping was at fault: it is built anew with the one in force.
    """
    how = REFUSED if to == State.REJECTED else GIVEN_UP
    failed_at = message.first_failed_at or timezone.now()
    told = filed(message, error)
    move_held(message, how, first_failed_at=failed_at, remap=remap or message.remap, **told, **error)
    logger.error("%s is %s: %s", message.dedupe_key, to, error["error"])


@transaction.atomic
def sweep(*, now: datetime) -> int:
    """Free what dead workers left behind; returns how many.

    What was only claimed goes back in line, and what may have reached BC is looked for first. A message that
    kills its workers again and again goes to a person.
    """
    expired = Message.objects.filter(lease_until__lt=now, state__in=Message.IN_FLIGHT)
    left = list(expired.select_for_update(skip_locked=True))
    for message in left:
        _tell_death(message, now)
        _free(message, now)
    if left:
        logger.warning(
            "Freed %s messages whose worker is gone: %s", len(left), ", ".join(map(str, left[:20]))
        )
        transaction.on_commit(wake)
    return len(left)


def _tell_death(message: Message, now: datetime) -> None:
    """Put the worker's death into the message's timeline."""
    Attempt.objects.create(
        message=message,
        number=message.attempts,
        fence=message.fence,
        started_at=now,
        ended_at=now,
        outcome=Attempt.Outcome.LOST_LEASE,
        worker=message.lease_by,
        error_code=GONE,
        sentence=f"The worker died or stopped while the message was {message.get_state_display()}.",
    )


def _free(message: Message, now: datetime) -> None:
    unknown_since = message.unknown_since or (now if message.state == State.SENDING else None)
    if _deaths(message) >= DEATHS:
        told = f"{DEATHS} workers died over {message}. Have a developer look at it before you retry."
        error = {"error_code": GONE, "error": told}
        move(
            message,
            KILLED_ITS_WORKERS,
            unknown_since=unknown_since,
            first_failed_at=message.first_failed_at or now,
            **error,
            **filed(message, error),
        )
        logger.error("%s is dead: %s workers died over it", message.dedupe_key, DEATHS)
    elif unknown_since:
        move(message, FREED_TO_LOOK, unknown_since=unknown_since, next_attempt_at=now)
    else:
        move(message, FREED, next_attempt_at=now)


def _deaths(message: Message) -> int:
    """Count the workers that died over it since a person last took it in hand."""
    by_hand = message.tries.filter(outcome=Attempt.Outcome.BY_HAND).order_by("-id").first()
    return message.tries.filter(error_code=GONE, pk__gt=by_hand.pk if by_hand else 0).count()
