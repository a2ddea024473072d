"""The originals of invoices: wanted when somebody opens a case, read from Business Central by a worker."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from . import files
from .models import InvoiceFile, OriginalLook, SupplierInvoice

# Somebody may add the file there after we have looked.
AGAIN_AFTER = datetime.timedelta(hours=1)
MOST_ATTEMPTS = 5


def want(invoice: SupplierInvoice) -> OriginalLook | None:
    """Let the original be looked for, unless that was done just now; None where there can be none."""
    if invoice.origin != SupplierInvoice.Origin.BC or invoice.bc_id is None:
        return None
    now = timezone.now()
    look, is_new = OriginalLook.objects.get_or_create(invoice=invoice, defaults={"asked_at": now})
    if not is_new and look.looked_at and look.looked_at < now - AGAIN_AFTER and not invoice.files.exists():
        look.asked_at, look.looked_at, look.attempts, look.problem = now, None, 0, ""
        look.save(update_fields=["asked_at", "looked_at", "attempts", "problem"])
    return look


@transaction.atomic
def keep(look: OriginalLook, found: Iterable[tuple[UUID, str, bytes]]) -> int:
    """Keep what Business Central has; what is no document for a desk is named and left there."""
    left = []
    for bc_id, name, content in found:
        try:
            file = files.check(name, content)
        except files.WrongFile as error:
            left.append(str(error))
            continue
        InvoiceFile.objects.update_or_create(
            invoice_id=look.invoice_id,
            bc_id=bc_id,
            defaults={
                "name": file.name,
                "kind": file.kind,
                "size": len(content),
                "sha256": file.sha256,
                "content": content,
            },
        )
    look.looked_at, look.problem = timezone.now(), " ".join(left)
    look.save(update_fields=["looked_at", "problem"])
    return InvoiceFile.objects.filter(invoice_id=look.invoice_id).count()


def failed(look: OriginalLook, sentence: str) -> None:
    """Remember why it could not be looked for; after some tries only a person's next visit asks again."""
    look.problem = sentence
    if look.attempts >= MOST_ATTEMPTS:
        look.looked_at = timezone.now()
    look.save(update_fields=["looked_at", "problem"])
