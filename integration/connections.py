"""The connection to Business Central that the settings describe, and this thread's clients on it.

BC counts its limits per client id. A setting may name several; the client spreads its calls over them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.conf import settings

from integration.bc import Budget, Circuit, Client, Connection, Lane, Limits, budget_of, circuit_of
from integration.errors import ConfigurationError, IntegrationError

REQUIRED = ("BC_BASE_URL", "BC_COMPANY", "BC_AUTHORITY", "BC_CLIENT_ID")

_kept = threading.local()


@dataclass(frozen=True)
class Allowance:
    """What is used of BC's allowance: of the fullest client id, and how many ids there are."""

    fullest: Budget
    clients: int
    paused: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """The names of the ids that BC asked to wait, and of those whose sign-in fails."""


def is_connected() -> bool:
    """Return whether the settings name a Business Central at all."""
    return has_stand_in() or not _missing()


def has_stand_in() -> bool:
    """Return whether this thread speaks with a stand-in, as in a rehearsal."""
    return hasattr(_kept, "stand_in")


@contextmanager
def instead(stand_in: Connection) -> Iterator[None]:
    """Let this thread speak with a stand-in for Business Central inside the block, and with nothing else."""
    _kept.stand_in = stand_in
    try:
        yield
    finally:
        del _kept.stand_in


def connections() -> list[Connection]:
    """Read the connection from the settings, once for each client id; raises ConfigurationError."""
    if (stand_in := getattr(_kept, "stand_in", None)) is not None:
        return [stand_in]
    if missing := _missing():
        raise ConfigurationError(
            f"Business Central is not connected: {', '.join(missing)} not set. Set them and start again."
        )
    first = Connection(
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
    more = (
        replace(
            first,
            client_id=client_id,
            client_secret=secret or None,
            certificate=certificate or None,
            client_name=f"BC_CLIENT_ID_{number}",
        )
        for number, (client_id, secret, certificate) in settings.BC_MORE_CLIENTS.items()
    )
    return [first, *more]


def connection() -> Connection:
    """Read the connection as its first client id; raises ConfigurationError when it is not complete."""
    return connections()[0]


def budget() -> Allowance | None:
    """Tell how much of BC's allowance is used; None when nobody can tell."""
    if not is_connected():
        return None
    budgets = [each for each in map(budget_of, connections()) if each is not None]
    if not budgets:
        return None
    return Allowance(
        fullest=max(budgets, key=lambda each: each.used),
        clients=len(budgets),
        paused=tuple(each.client_name for each in budgets if each.paused_for > 0),
        refused=tuple(each.client_name for each in budgets if each.is_refused),
    )


def sign_in_problems() -> list[str]:
    """Try every client id, and say what is wrong with those that BC does not take, by their names."""
    problems = []
    for each in connections():
        try:
            Client(each, lane=Lane.BULK).company()
        except IntegrationError as error:
            problems.append(f"{each.client_name}: {error.sentence}")
    return problems


def client(*, lane: Lane = Lane.REALTIME) -> Client:
    """Give this thread's client of the configured company; its connections stay open between calls."""
    wanted = connections()
    clients: dict[Lane, tuple[list[Connection], Client]] = _kept.__dict__.setdefault("clients", {})
    if lane not in clients or clients[lane][0] != wanted:
        watched = circuit() if lane is Lane.REALTIME else None  # slow pulls say little about deliveries
        clients[lane] = wanted, Client(wanted[0], others=wanted[1:], lane=lane, circuit=watched)
    return clients[lane][1]


def circuit() -> Circuit:
    """Give the circuit of the configured company, which says whether it makes sense to call there."""
    return circuit_of(connection(), pace=float(settings.OUTBOX_PACE))


def _missing() -> list[str]:
    missing = [name for name in REQUIRED if not getattr(settings, name)]
    if not (settings.BC_CLIENT_SECRET or settings.BC_CLIENT_CERTIFICATE):
        missing.append("BC_CLIENT_SECRET or BC_CLIENT_CERTIFICATE")
    for number, (client_id, secret, certificate) in settings.BC_MORE_CLIENTS.items():
        if not client_id:
            missing.append(f"BC_CLIENT_ID_{number}")
        if not (secret or certificate):
            missing.append(f"BC_CLIENT_SECRET_{number} or BC_CLIENT_CERTIFICATE_{number}")
    return missing
