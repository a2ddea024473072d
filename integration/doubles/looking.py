"""Look through what is new in Business Central for documents that are there twice, a kind at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from integration import connections, contract, couriers, outbox, sync
from integration.bc import Client, Lane
from integration.errors import IntegrationError
from integration.models import DocumentKind, DoubledDocument, DoublesLook
from integration.outbox import worth
from masterdata.models import Company

from . import by_key, by_quantity
from .found import Twice

logger = logging.getLogger(__name__)

FIRST = timedelta(days=30)  # so far back reaches the first look
OVERLAP = timedelta(days=2)  # a receipt is told from a double only once ours is known to be posted
SEEKERS: dict[DocumentKind, Callable[[Client, Company, datetime], Iterable[Twice]]] = {
    DocumentKind.PURCHASE_ORDER: by_key.doubled_orders,
    DocumentKind.GOODS_RECEIPT: by_quantity.doubled_receipts,
    DocumentKind.SUPPLIER_INVOICE: by_key.doubled_invoices,
    DocumentKind.ASSET_NOTICE: by_key.doubled_assets,
    DocumentKind.INVENTORY_MOVEMENT: by_quantity.doubled_movements,
}


def look(*, now: datetime, client: Client | None = None) -> int:
    """Look through every kind that this Business Central shows; returns how many documents stand doubled.

    A kind that cannot be read says why in its look, and the others are looked through all the same.
    """
    client = client or connections.client(lane=Lane.BULK)
    company = sync.ensure_company(client)
    for kind in SEEKERS:
        if _is_shown(kind):
            _look_through(client, company, kind, now)
    return DoubledDocument.objects.of(company).standing().count()


def _is_shown(kind: DocumentKind) -> bool:
    if kind == DocumentKind.INVENTORY_MOVEMENT and not settings.BC_APP_URL:
        return False  # nothing of it is posted from here
    return not contract.of_delivery(kind, {})


def _look_through(client: Client, company: Company, kind: DocumentKind, now: datetime) -> None:
    last, _is_new = DoublesLook.objects.get_or_create(company=company, kind=kind)
    since = last.up_to - OVERLAP if last.up_to else now - FIRST
    try:
        for twice in SEEKERS[kind](client, company, since):
            keep(company, twice, now=now)
    except IntegrationError as error:
        DoublesLook.objects.filter(pk=last.pk).update(error=error.sentence)
        logger.warning("Could not look for doubled documents (%s): %s", kind.label, error.sentence)
        return
    DoublesLook.objects.filter(pk=last.pk).update(up_to=now, looked_at=now, error="")


@transaction.atomic
def keep(company: Company, twice: Twice, *, now: datetime) -> DoubledDocument | None:
    """Write down what was found and hold back what follows it; None where a person has settled just this."""
    same = DoubledDocument.objects.of(company).filter(kind=twice.kind, key=twice.key)
    numbers = {each.number for each in twice.documents}
    if any(numbers <= set(each.numbers) for each in same.exclude(settled_at=None)):
        return None
    message = twice.message
    doubled: DoubledDocument
    doubled, is_new = same.standing().get_or_create(
        company=company,
        kind=twice.kind,
        key=twice.key,
        defaults={
            "number": twice.number[:200],
            "message": message,
            "chain": message.chain if message else "",
            "documents": [vars(each) for each in twice.documents],
            "worth": worth.of(twice.kind, couriers.load(message)) if message else None,
            "next_step": twice.next_step,
            "found_at": now,
            "seen_at": now,
        },
    )
    if is_new:
        logger.error("%s %s", doubled.sentence, doubled.next_step)
    else:
        _add(doubled, twice, now)
    if doubled.chain:
        outbox.hold_chain(doubled.chain, doubled.hold)
    return doubled


def _add(doubled: DoubledDocument, twice: Twice, now: datetime) -> None:
    """Add what came since; what is not seen any more stays named until a person settles it."""
    known = set(doubled.numbers)
    doubled.documents += [vars(each) for each in twice.documents if each.number not in known]
    doubled.seen_at = now
    doubled.save(update_fields=["documents", "seen_at"])
