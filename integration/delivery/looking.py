"""Look in Business Central for the document of a stuck message, because a person asks; changes nothing."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from integration import connections, couriers, outbox
from integration.bc import Client
from integration.couriers import Posted, Withdrawn
from integration.errors import IntegrationError
from integration.models import DocumentKind, Message

SHOWN = {
    DocumentKind.PURCHASE_ORDER: ("purchaseOrders", "purchaseOrderLines"),
    DocumentKind.SUPPLIER_INVOICE: ("purchaseInvoices", "purchaseInvoiceLines"),
}


def look(message: Message, payload: Any = None, *, client: Client | None = None) -> Posted | None:
    """Look whether BC has the document; raises IntegrationError when it cannot be asked."""
    asked = copy.copy(message)
    asked.payload = payload or message.payload
    client = client or connections.client()
    courier = couriers.COURIERS[DocumentKind(message.document_kind)]
    try:
        found = courier.visit(client, asked, couriers.load(message)).find()
    except Withdrawn as withdrawn:
        raise outbox.OutboxError(str(withdrawn)) from withdrawn
    return found if isinstance(found, Posted) else None


def document_of(message: Message, found: Posted, *, client: Client | None = None) -> dict[str, Any]:
    """Read what BC has, to hold it against what would be sent; empty for kinds that it does not show so."""
    names = SHOWN.get(DocumentKind(message.document_kind))
    if names is None or found.id is None:
        return {}
    entity_set, lines = names
    client = client or connections.client()
    sent = message.payload
    try:
        row = client.get(entity_set, found.id, select=_plain([sent]))
        return row | {lines: client.lines(entity_set, found.id, lines, select=_plain(sent.get(lines, [])))}
    except IntegrationError:
        return {}  # its number is known, which is what counts


def _plain(sent: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name the fields that were sent, but not the lists below them."""
    return sorted(
        {"id"} | {name for row in sent for name, value in row.items() if not isinstance(value, list)}
    )
