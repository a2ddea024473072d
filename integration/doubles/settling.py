"""A person says which of the documents stays; what was held back for it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from integration import connections, couriers, outbox
from integration.bc import Client, is_gone
from integration.couriers import invoices
from integration.errors import IntegrationError, PermanentError
from integration.models import DoubledDocument, Message
from reconciliation import documents
from reconciliation.people import called

DELETABLE = {"purchaseOrders", invoices.INVOICES, "fixedAssets"}
LONGEST_REASON = 300


class DoublesError(Exception):
    """It cannot be settled that way; the text says why and what to do."""


def settle(
    doubled: DoubledDocument,
    *,
    kept: str,
    by: User,
    reason: str,
    is_certain: bool = False,
    client: Client | None = None,
) -> None:
    """Name the document that stays; raises DoublesError while another is still there and nobody is certain.

    Posted receipts and entries never go away, so of these the person's word is enough.
    """
    if not reason.strip():
        raise DoublesError(_("Say why: the reason stays with the document."))
    if kept not in doubled.numbers:
        raise DoublesError(_("Choose the document that stays."))
    doubt = "" if is_certain else _doubt(doubled, kept, client)
    if doubt:
        told = _("{doubt} Nothing was settled. Mend that, or tick that you are certain.")
        raise DoublesError(told.format(doubt=doubt))
    with transaction.atomic():
        _settle(doubled, kept, by, reason.strip()[:LONGEST_REASON])


def _settle(doubled: DoubledDocument, kept: str, by: User, reason: str) -> None:
    settled = DoubledDocument.objects.select_for_update(of=("self",)).get(pk=doubled.pk)
    if settled.settled_at is not None:
        raise DoublesError(_("{who} has settled it already.").format(who=called(settled.settled_by)))
    now = timezone.now()
    settled.settled_at, settled.settled_by, settled.kept, settled.reason = now, by, kept, reason
    settled.save(update_fields=["settled_at", "settled_by", "kept", "reason"])
    if settled.message is not None:
        outbox.note(settled.message, by=by, reason=reason, text=f"{settled.sentence} {kept} stays")
        _follow(settled.message, next(each for each in settled.documents if each["number"] == kept), now)
    transaction.on_commit(outbox.wake)


def _follow(message: Message, kept: dict[str, Any], now: datetime) -> None:
    """Let our document be known as the one that stays, where what follows is posted by its id."""
    document: Any = couriers.load(message)
    is_other = kept["id"] and kept["id"] != str(document.bc_id)
    if kept["entity_set"] in DELETABLE and document.is_posted and is_other:
        documents.mark_posted(document, bc_id=kept["id"], bc_number=kept["number"], at=now)


def _doubt(doubled: DoubledDocument, kept: str, client: Client | None) -> str:
    """Say why it is not certain that only one is left; empty when it is."""
    others = [
        each for each in doubled.documents if each["number"] != kept and each["entity_set"] in DELETABLE
    ]
    if not others:
        return ""
    try:
        client = client or connections.client()
        there = [each["number"] for each in others if _is_there(client, each)]
    except IntegrationError as error:
        return _("Business Central could not be asked. {why}").format(why=error.sentence)
    if not there:
        return ""
    return _("{numbers} is still in Business Central.").format(numbers=", ".join(there))


def _is_there(client: Client, document: dict[str, Any]) -> bool:
    """Tell whether BC still has it; a cancelled invoice counts for nothing."""
    if not document["id"]:
        return False
    is_invoice = document["entity_set"] == invoices.INVOICES
    try:
        select = ("id", "status") if is_invoice else ("id",)
        row = client.get(document["entity_set"], document["id"], select=select)
    except PermanentError as error:
        if is_gone(error):
            return False
        raise
    return not (is_invoice and row["status"] in invoices.UNPOSTABLE)
