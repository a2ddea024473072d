"""The connection to Business Central that the settings describe, and this thread's clients on it."""

from __future__ import annotations

import threading

from django.conf import settings

from integration.bc import Client, Connection, Lane, Limits
from integration.errors import ConfigurationError

REQUIRED = ("BC_BASE_URL", "BC_COMPANY", "BC_AUTHORITY", "BC_CLIENT_ID")

_kept = threading.local()


def is_connected() -> bool:
    """Return whether the settings name a Business Central at all."""
    return not _missing()


def connection() -> Connection:
    """Read the connection from the settings; raises ConfigurationError when it is not complete."""
    if missing := _missing():
        raise ConfigurationError(
            f"Business Central is not connected: {', '.join(missing)} not set. Set them and start again."
        )
    return Connection(
        base_url=settings.BC_BASE_URL,
        company=settings.BC_COMPANY,
        authority=settings.BC_AUTHORITY,
        client_id=settings.BC_CLIENT_ID,
        app_url=settings.BC_APP_URL or None,
        client_secret=settings.BC_CLIENT_SECRET or None,
        certificate=settings.BC_CLIENT_CERTIFICATE or None,
        ca_bundle=settings.BC_CA_BUNDLE or None,
        redis_url=settings.REDIS_URL or None,
        limits=Limits(
            per_second=float(settings.BC_REQUESTS_PER_SECOND),
            burst=2 * settings.BC_REQUESTS_PER_SECOND,
            concurrency=settings.BC_CONCURRENCY,
        ),
    )


def client(*, lane: Lane = Lane.REALTIME) -> Client:
    """Give this thread's client of the configured company; its connections stay open between calls."""
    wanted = connection()
    clients: dict[Lane, Client] = _kept.__dict__.setdefault("clients", {})
    found = clients.get(lane)
    if found is None or found.connection != wanted:
        found = clients[lane] = Client(wanted, lane=lane)
    return found


def _missing() -> list[str]:
    missing = [name for name in REQUIRED if not getattr(settings, name)]
    if not (settings.BC_CLIENT_SECRET or settings.BC_CLIENT_CERTIFICATE):
        missing.append("BC_CLIENT_SECRET or BC_CLIENT_CERTIFICATE")
    return missing
