"""Keep all workers of one client id together under Business Central's limits.

BC counts 6,000 calls in five minutes and five at a time per user, applications included. The turns of one
client id are therefore given out in Redis, to all its workers; an answer 429 slows everyone, not one job.
Without Redis each process keeps to its share.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis

from integration.bc.connection import Connection, Limits
from integration.bc.local_limiter import LocalLimiter
from integration.bc.shared_limiter import Budget, SharedLimiter
from integration.bc.turns import Entry, Lane, Limiter
from integration.errors import NotSentError

__all__ = [
    "Budget",
    "Entry",
    "Lane",
    "Limiter",
    "LocalLimiter",
    "SharedLimiter",
    "admitted",
    "budget_of",
    "limiter_for",
    "share_of",
]


@contextmanager
def admitted(
    limiter: Limiter, lane: Lane, *, patience: float, pause: Callable[[float], None]
) -> Iterator[None]:
    """Wait for a turn, hold it during the block; raise NotSentError when patience would run out."""
    waited = 0.0
    entry = limiter.try_enter(lane)
    while not entry.slot:
        if waited + entry.wait > patience:
            raise _busy(entry.wait)
        pause(entry.wait)
        waited += entry.wait
        entry = limiter.try_enter(lane)
    try:
        yield
    finally:
        limiter.leave(entry)


@contextmanager
def one_of(places: threading.Semaphore, *, patience: float) -> Iterator[None]:
    """Hold one of this process's places: a thread that waits gets it at once, without asking Redis again."""
    if not places.acquire(timeout=patience):
        raise _busy(patience)
    try:
        yield
    finally:
        places.release()


def places_for(connections: Sequence[Connection]) -> threading.Semaphore:
    """Give this process's places on these client ids together: as many as all processes may use at once."""
    key = tuple((each.authority, each.client_id, each.redis_url, each.limits) for each in connections)
    with _lock:
        if key not in _places:
            _places[key] = threading.BoundedSemaphore(sum(each.limits.concurrency for each in connections))
        return _places[key]


def _busy(seconds: float) -> NotSentError:
    return NotSentError(
        "Business Central is busy with our earlier requests. It is sent when its turn comes.",
        code="Tieout_Throttled",
        retry_after=seconds,
    )


def limiter_for(connection: Connection) -> Limiter:
    """Return this process's limiter for the connection's client id."""
    key = (connection.authority, connection.client_id, connection.redis_url, connection.limits)
    with _lock:
        if key not in _limiters:
            _limiters[key] = _build(connection)
        return _limiters[key]


def budget_of(connection: Connection) -> Budget | None:
    """Return what the connection's client id has used of BC's allowance; None when Redis cannot tell."""
    limiter = limiter_for(connection)
    return limiter.budget() if isinstance(limiter, SharedLimiter) else None


def share_of(limits: Limits) -> Limits:
    """Return one process's share when the processes cannot talk to each other."""
    return Limits(
        per_second=limits.per_second / limits.workers,
        burst=max(2, limits.burst // limits.workers),
        concurrency=max(1, limits.concurrency // limits.workers),
        workers=1,
    )


_limiters: dict[tuple[Any, ...], Limiter] = {}
_places: dict[tuple[Any, ...], threading.Semaphore] = {}
_lock = threading.Lock()


def _build(connection: Connection) -> Limiter:
    if connection.redis_url is None:
        return LocalLimiter(share_of(connection.limits))
    store = redis.Redis.from_url(connection.redis_url, socket_timeout=2, socket_connect_timeout=2)
    return SharedLimiter(connection, store, LocalLimiter(share_of(connection.limits)))
