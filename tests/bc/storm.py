"""Workers of a throttle storm and of other races: processes of their own, without Django."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection as Pipe

import redis

from integration.bc.connection import Connection
from integration.bc.local_limiter import LocalLimiter
from integration.bc.shared_limiter import SharedLimiter
from integration.bc.throttle import share_of
from integration.bc.turns import Lane


def limiter(connection: Connection, **options: float) -> SharedLimiter:
    """Make a process's limiter of the connection's client id."""
    store = redis.Redis.from_url(connection.redis_url or "", socket_timeout=2)
    return SharedLimiter(connection, store, LocalLimiter(share_of(connection.limits)), **options)


def hold_a_slot(connection: Connection, lease: float, say: Pipe) -> None:
    """Take a slot and hold it for as long as this process lives."""
    entry = limiter(connection, lease=lease).try_enter(Lane.REALTIME)
    say.send("held" if entry.slot else "refused")
    threading.Event().wait()
