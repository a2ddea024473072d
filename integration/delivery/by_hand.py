"""A document that is in Business Central already, by hand or by us: it is posted when it is seen there."""

from __future__ import annotations

from django.contrib.auth.models import User

from integration import connections, outbox
from integration.bc import Client
from integration.couriers import Posted, by_number
from integration.errors import IntegrationError, PermanentError
from integration.models import Message

from .looking import look
from .single import check_company


def mark_done(message: Message, *, by: User, reason: str, bc_number: str, is_certain: bool = False) -> None:
    """Mark a message as posted, once Business Central shows a document with that number.

    A mistyped number would let the chain go on with nothing posted, so what is not found there is refused
    with an OutboxError, unless the person is certain all the same. Of a document that bears our key the id is
    taken over; not of another one: lines that somebody typed bear other sequences than ours, and what follows
    would be posted to the wrong ones.
    """
    number = bc_number.strip()
    found, doubt = _seen(message, number) if number else (None, "")
    if doubt and not is_certain:
        raise outbox.OutboxError(
            f"{doubt} Nothing was marked. Correct the number, or tick that you are certain."
        )
    bc_id = found.id if found else None
    outbox.mark_done_by_hand(message, by=by, reason=reason, bc_number=number, bc_id=bc_id)


def _seen(message: Message, number: str) -> tuple[Posted | None, str]:
    """Give the document with our key, or else say why it is not certain that BC has one with the number."""
    if not by_number.is_shown(message.document_kind):
        return None, ""
    try:
        client = connections.client()
        check_company(client, message.company)
        found = _ours(message, client)
        if found is not None and found.number == number:
            return found, ""
        if found is not None and found.number:
            return None, f"Business Central has {message} as {found.number}, not as {number}."
        if by_number.is_there(client, message.document_kind, number):
            return None, ""
    except IntegrationError as error:
        return None, f"Business Central could not be asked for {number}. {error.sentence}"
    told = f"Business Central has no {message.get_document_kind_display()} with the number {number}."
    return None, f"{told} {by_number.KEPT[message.document_kind].ends}".strip()


def _ours(message: Message, client: Client) -> Posted | None:
    """Look for the document by our key; a refusal to look for it says nothing about the number."""
    try:
        return look(message, client=client) if message.payload else None
    except (outbox.OutboxError, PermanentError):
        return None
