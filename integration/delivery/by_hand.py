"""A document that somebody entered in Business Central by hand: it counts as posted when it is seen there."""

from __future__ import annotations

from django.contrib.auth.models import User

from integration import connections, outbox
from integration.couriers import by_number
from integration.errors import IntegrationError
from integration.models import Message


def mark_done(message: Message, *, by: User, reason: str, bc_number: str, is_certain: bool = False) -> None:
    """Mark a message as posted by hand, once Business Central shows a document with that number.

    A mistyped number would let the chain go on with nothing posted, so what is not found there is refused
    with an OutboxError, unless the person is certain all the same. Its id is not taken over: lines that
    somebody typed bear other sequences than ours, and what follows would be posted to the wrong ones.
    """
    number = bc_number.strip()
    doubt = _doubt(message, number) if number and not is_certain else ""
    if doubt:
        raise outbox.OutboxError(
            f"{doubt} Nothing was marked. Correct the number, or tick that you are certain."
        )
    outbox.mark_done_by_hand(message, by=by, reason=reason, bc_number=number)


def _doubt(message: Message, number: str) -> str:
    """Say why it is not certain that BC has the document; empty when it was seen, or cannot be shown."""
    if not by_number.is_shown(message.document_kind):
        return ""
    try:
        client = connections.client()
        if client.company_id() != str(message.company.bc_id):
            return f"{message.company} is not the company that this connection goes to."
        if by_number.is_there(client, message.document_kind, number):
            return ""
    except IntegrationError as error:
        return f"Business Central could not be asked for {number}. {error.sentence}"
    told = f"Business Central has no {message.get_document_kind_display()} with the number {number}."
    return f"{told} {by_number.KEPT[message.document_kind].ends}".strip()
