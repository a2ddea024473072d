"""Read the originals of invoices from Business Central, where somebody wants to see them."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator

from django.db import transaction

from integration import connections, delivery
from integration.bc import Client, Lane
from integration.errors import IntegrationError, PermanentError
from reconciliation import originals
from reconciliation.models import OriginalLook
from reconciliation.models.attachment import MOST_BYTES

logger = logging.getLogger(__name__)

INVOICES = "purchaseInvoices"
# The paperclip first, then the incoming document.
SETS = ("documentAttachments", "attachments")
MOST_FILES = 10
MOST_AT_ONCE = 20


def fetch_due() -> int:
    """Look for what is wanted, each look by one worker; returns how many files are here afterwards."""
    if delivery.standstill():
        return 0
    kept = 0
    for look in _claim():
        try:
            client = connections.client(lane=Lane.BULK)
            invoice = look.invoice
            if invoice.bc_id is None or client.company_id() != str(invoice.company.bc_id):
                originals.failed(look, "This connection does not go to the company of the invoice.")
                continue
            kept += originals.keep(look, _found(client, invoice.bc_id))
        except IntegrationError as error:
            logger.warning("The original of invoice %s was not read: %s", look.invoice_id, error.sentence)
            originals.failed(look, error.sentence)
    return kept


@transaction.atomic
def _claim() -> list[OriginalLook]:
    """Take the oldest wishes, and count the attempt before it is made."""
    due = OriginalLook.objects.filter(looked_at=None, attempts__lt=originals.MOST_ATTEMPTS)
    rows = due.select_related("invoice__company").order_by("attempts", "asked_at")
    claimed = list(rows.select_for_update(skip_locked=True, of=("self",))[:MOST_AT_ONCE])
    for look in claimed:
        look.attempts += 1
        look.save(update_fields=["attempts"])
    return claimed


def _found(client: Client, invoice: uuid.UUID) -> Iterator[tuple[uuid.UUID, str, bytes]]:
    """Give the files of an invoice with their contents; what is too large stays there."""
    for name in SETS:
        for bc_id, file_name, size in _listed(client, invoice, name)[:MOST_FILES]:
            if 0 < size <= MOST_BYTES:
                yield bc_id, file_name, client.content(name, bc_id)


def _listed(client: Client, invoice: uuid.UUID, name: str) -> list[tuple[uuid.UUID, str, int]]:
    """List the files; a tenant that is too old to tell of them has none for us."""
    try:
        return client.files(INVOICES, invoice, name)
    except PermanentError as error:
        logger.info("Business Central tells of no %s: %s", name, error.sentence)
        return []
