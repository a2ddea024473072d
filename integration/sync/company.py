"""The company in Business Central that everything here belongs to."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from integration import connections
from integration.bc import Client, Lane, reading
from integration.errors import ConfigurationError
from masterdata.models import Company


def ensure_company(client: Client | None = None) -> Company:
    """Give the connection's company; when it is used first, it is read from BC with its currency."""
    client = client or connections.client(lane=Lane.BULK)
    bc_id = UUID(client.company_id())
    return Company.objects.filter(bc_id=bc_id).first() or _adopt(client, bc_id)


def _adopt(client: Client, bc_id: UUID) -> Company:
    """Take the company over; one of that name that was never connected becomes it."""
    shown = reading.read(reading.Company, client.company())
    details = {
        "bc_id": bc_id,
        "display_name": shown.display_name,
        "ledger_currency": _ledger_currency(client),
    }
    try:
        with transaction.atomic():
            company, _ = Company.objects.filter(bc_id=None).update_or_create(
                name=shown.name, defaults=details
            )
    except IntegrityError as exc:
        # Two at the same time, or a copied environment: ids differ there, the name does not.
        if known := Company.objects.filter(bc_id=bc_id).first():
            return known
        raise ConfigurationError(
            f"The company {shown.name} had another id until now, so this is another environment. "
            "Point the connection back, or give this environment a database of its own."
        ) from exc
    return company


def _ledger_currency(client: Client) -> str:
    found = client.find("generalLedgerSetup", filter="", select=reading.SELECTS["generalLedgerSetup"])
    setup = reading.read(reading.LedgerSetup, found[0]) if found else None
    if setup is None or setup.local_currency is None:
        raise ConfigurationError(
            "The company has no local currency yet. Set it in General Ledger Setup in Business Central."
        )
    return setup.local_currency
