"""Workers of a throttle storm and of other races: processes of their own, without Django."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier

import redis

from integration.bc.auth import Tokens
from integration.bc.client import Client
from integration.bc.connection import Connection
from integration.bc.local_limiter import LocalLimiter
from integration.bc.shared_limiter import SharedLimiter
from integration.bc.throttle import share_of
from integration.bc.turns import Lane
from integration.errors import NotSentError, TemporaryError

PATIENCE = 60.0


def limiter(connection: Connection, **options: float) -> SharedLimiter:
    """Make a process's limiter of the connection's client id."""
    store = redis.Redis.from_url(connection.redis_url or "", socket_timeout=2)
    return SharedLimiter(connection, store, LocalLimiter(share_of(connection.limits)), **options)


def hold_a_slot(connection: Connection, lease: float, say: Pipe) -> None:
    """Take a slot and hold it for as long as this process lives."""
    entry = limiter(connection, lease=lease).try_enter(Lane.REALTIME)
    say.send("held" if entry.slot else "refused")
    threading.Event().wait()


def press(connection: Connection, lane: Lane, seconds: float, gate: Barrier, say: Pipe) -> None:
    """Call BC as fast as the limiter lets us, for so long; tell when each call ended, and how."""
    client = Client(
        connection, lane=lane, limiter=limiter(connection), patience=seconds, tokens=Tokens(connection)
    )
    client.tokens.current()
    gate.wait(PATIENCE)  # all are ready
    gate.wait(PATIENCE)  # all begin
    end = time.time() + seconds
    told: list[tuple[float, bool]] = []
    while time.time() < end:
        answered = False
        with contextlib.suppress(NotSentError):
            client.company()
            answered = True
        told.append((time.time(), answered))
    say.send(told)


def burst(connections: Sequence[Connection], calls: int, gate: Barrier, say: Pipe) -> None:
    """Make so many calls as any of the client ids, as fast as they let us; tell how many were answered."""
    client = Client(connections[0], others=connections[1:], patience=PATIENCE)
    gate.wait(PATIENCE)
    answered = 0
    for _ in range(calls):
        with contextlib.suppress(TemporaryError, NotSentError):
            client.company()
            answered += 1
    say.send(answered)
