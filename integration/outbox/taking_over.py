"""Messages of documents that were in Business Central before Tieout came: done, and nothing is ever sent."""

from __future__ import annotations

import datetime
from typing import Any

from integration import couriers
from integration.models import Attempt, DocumentKind, Message
from reconciliation.inserting import insert

from .line import message_for
from .moving import OutboxError


def take_over(kind: DocumentKind, document: Any, *, by: str, at: datetime.datetime) -> Message:
    """Write a message that is done, with what would have been sent; what follows in its chain reads that.

    Raises OutboxError where nothing could have been sent.
    """
    told = {"bc_id": document.bc_id, "bc_number": document.bc_number}
    message = message_for(kind, document, state=Message.State.DONE, done_at=at, **told)
    prepared = couriers.prepare(message, document)
    if lacking := prepared.waiting_for or "; ".join(prepared.problems):
        raise OutboxError(f"{message} could not be written for Business Central: {lacking}.")
    message.payload = prepared.payload
    message.mapping_version = prepared.mapping_version
    message.line_mapping_version = prepared.line_mapping_version
    message.mapped_from = prepared.mapped_from
    if not insert(message):
        raise OutboxError(f"{message} is in line already.")
    _say_by_whom(message, by=by, at=at)
    return message


def _say_by_whom(message: Message, *, by: str, at: datetime.datetime) -> None:
    Attempt.objects.create(
        message=message,
        number=0,
        fence=0,
        started_at=at,
        ended_at=at,
        outcome=Attempt.Outcome.BY_HAND,
        worker=by[:100],
        sentence="Taken over as an open balance: it was in Business Central before.",
    )
