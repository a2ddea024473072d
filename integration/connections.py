"""The connection to Business Central that the settings describe, and this thread's clients on it.

BC counts its limits per client id, so the bulk pulls may go as a second one: then a long pull costs the
events nothing at all. With one client id the limiter keeps the two apart.
"""

from __future__ import annotations

import threading

from django.conf import settings

from integration.bc import Budget, Client, Connection, Lane, Limits, budget_of
from integration.errors import ConfigurationError

REQUIRED = ("BC_BASE_URL", "BC_COMPANY", "BC_AUTHORITY", "BC_CLIENT_ID")

_kept = threading.local()


def is_connected() -> bool:
    """Return whether the settings name a Business Central at all."""
    return not _missing()


def connection(*, lane: Lane = Lane.REALTIME) -> Connection:
    """Read the lane's connection from the settings; raises ConfigurationError when it is not complete."""
    if missing := _missing():
        raise ConfigurationError(
            f"Business Central is not connected: {', '.join(missing)} not set. Set them and start again."
        )
    own = lane is Lane.BULK and bool(settings.BC_PULL_CLIENT_ID)
    secret = settings.BC_PULL_CLIENT_SECRET if own else settings.BC_CLIENT_SECRET
    certificate = settings.BC_PULL_CLIENT_CERTIFICATE if own else settings.BC_CLIENT_CERTIFICATE
    return Connection(
        base_url=settings.BC_BASE_URL,
        company=settings.BC_COMPANY,
        authority=settings.BC_AUTHORITY,
        client_id=settings.BC_PULL_CLIENT_ID if own else settings.BC_CLIENT_ID,
        app_url=settings.BC_APP_URL or None,
        client_secret=secret or None,
        certificate=certificate or None,
        ca_bundle=settings.BC_CA_BUNDLE or None,
        redis_url=settings.REDIS_URL or None,
        limits=Limits(
            per_second=float(settings.BC_REQUESTS_PER_SECOND),
            burst=2 * settings.BC_REQUESTS_PER_SECOND,
            concurrency=settings.BC_CONCURRENCY,
        ),
    )


def budget() -> Budget | None:
    """Tell how much of BC's allowance is used, of the fuller client id; None when nobody can tell."""
    if not is_connected():
        return None
    budgets = [budget_of(each) for each in {connection(lane=lane) for lane in Lane}]
    return max(filter(None, budgets), key=lambda each: (each.paused_for, each.used), default=None)


def client(*, lane: Lane = Lane.REALTIME) -> Client:
    """Give this thread's client of the configured company; its connections stay open between calls."""
    wanted = connection(lane=lane)
    clients: dict[Lane, Client] = _kept.__dict__.setdefault("clients", {})
    found = clients.get(lane)
    if found is None or found.connection != wanted:
        found = clients[lane] = Client(wanted, lane=lane)
    return found


def _missing() -> list[str]:
    missing = [name for name in REQUIRED if not getattr(settings, name)]
    if not (settings.BC_CLIENT_SECRET or settings.BC_CLIENT_CERTIFICATE):
        missing.append("BC_CLIENT_SECRET or BC_CLIENT_CERTIFICATE")
    if settings.BC_PULL_CLIENT_ID and not (
        settings.BC_PULL_CLIENT_SECRET or settings.BC_PULL_CLIENT_CERTIFICATE
    ):
        missing.append("BC_PULL_CLIENT_SECRET or BC_PULL_CLIENT_CERTIFICATE")
    return missing
