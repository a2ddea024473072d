"""Keep all workers of one client id together under Business Central's limits.

BC counts 6,000 calls in five minutes and five at a time per user, applications included. One bucket of tokens
and one set of slots therefore live in Redis for each client id; an answer 429 slows everyone, not one job.
Without Redis each process keeps to its share.
"""

import hashlib
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, cast

import redis

from integration.bc.connection import Connection, Limits
from integration.errors import NotSentError

logger = logging.getLogger(__name__)

PAUSE_WITHOUT_RETRY_AFTER = 5.0  # BC's 429 may come without Retry-After
SLOWEST = 0.125  # of the full rate
RECOVERY_SECONDS = 60.0  # from the slowest back to the full rate


class Lane(StrEnum):
    """Who calls: people and events first, bulk pulls behind them."""

    REALTIME = "realtime"
    BULK = "bulk"


class Limiter(Protocol):
    """Lets calls through at the allowed pace."""

    def try_enter(self, lane: Lane, *, lease: float) -> "Entry":
        """Take a slot if one is free now."""

    def leave(self, entry: "Entry") -> None:
        """Give the slot back."""

    def slow_down(self, seconds: float | None) -> None:
        """Hold everyone back after a 429."""


@dataclass(frozen=True)
class Entry:
    """A slot taken, or how long to wait before asking again."""

    slot: str
    wait: float = 0.0


@dataclass
class LocalLimiter:
    """The limits within one process, for its share of them."""

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    _tokens: float = field(init=False)
    _at: float = field(init=False)
    _not_before: float = field(default=0.0, init=False)
    _pace: float = field(default=1.0, init=False)
    _slots: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._tokens = float(self.limits.burst)
        self._at = self.clock()

    def try_enter(self, lane: Lane, *, lease: float) -> Entry:
        """Take a slot if one is free now."""
        with self._lock:
            now = self._refill()
            if now < self._not_before:
                return Entry("", self._not_before - now)
            if self._slots >= slots_for(lane, self.limits):
                return Entry("", SLOT_POLL)
            missing = 1 + reserve_for(lane, self.limits) - self._tokens
            if missing > 0:
                return Entry("", missing / (self.limits.per_second * self._pace))
            self._tokens -= 1
            self._slots += 1
            return Entry("local")

    def leave(self, entry: Entry) -> None:
        """Give the slot back."""
        with self._lock:
            self._slots -= 1

    def slow_down(self, seconds: float | None) -> None:
        """Hold everyone back after a 429."""
        with self._lock:
            now = self._refill()
            self._not_before = max(self._not_before, now + (seconds or PAUSE_WITHOUT_RETRY_AFTER))
            self._pace = max(SLOWEST, self._pace / 2)
            self._tokens = 0.0

    def _refill(self) -> float:
        now = self.clock()
        passed = max(0.0, now - self._at)
        self._pace = min(1.0, self._pace + passed / RECOVERY_SECONDS)
        self._tokens = min(self.limits.burst, self._tokens + passed * self.limits.per_second * self._pace)
        self._at = now
        return now


class SharedLimiter:
    """The limits of one client id across all processes, kept in Redis; local when Redis is away."""

    def __init__(self, connection: Connection, store: "redis.Redis", local: LocalLimiter) -> None:
        name = hashlib.sha256(f"{connection.authority} {connection.client_id}".encode()).hexdigest()[:16]
        self.bucket, self.slots = f"bc:limit:{{{name}}}:bucket", f"bc:limit:{{{name}}}:slots"
        self.limits, self.local = connection.limits, local
        self.enter_script = store.register_script(ENTER)
        self.slow_script = store.register_script(SLOW_DOWN)
        self.store = store

    def try_enter(self, lane: Lane, *, lease: float) -> Entry:
        """Take a slot if one is free now. The slot frees itself after the lease, should its worker die."""
        slot = uuid.uuid4().hex
        try:
            wait = self.enter_script(keys=[self.bucket, self.slots], args=self._arguments(lane, lease, slot))
        except redis.RedisError as exc:
            logger.warning("Redis did not answer, keeping to this process's share of BC's limits: %s", exc)
            return self.local.try_enter(lane, lease=lease)
        seconds = float(cast(bytes, wait))
        return Entry("", seconds) if seconds > 0 else Entry(slot)

    def leave(self, entry: Entry) -> None:
        """Give the slot back."""
        if entry.slot == "local":
            self.local.leave(entry)
            return
        try:
            self.store.zrem(self.slots, entry.slot)
        except redis.RedisError:
            logger.warning("Redis did not answer; a slot stays taken until its lease ends")

    def slow_down(self, seconds: float | None) -> None:
        """Hold everyone back after a 429."""
        self.local.slow_down(seconds)
        pause = seconds or PAUSE_WITHOUT_RETRY_AFTER
        try:
            self.slow_script(keys=[self.bucket], args=[pause, SLOWEST, RECOVERY_SECONDS])
        except redis.RedisError:
            logger.warning("Redis did not answer; only this process slows down")

    def _arguments(self, lane: Lane, lease: float, slot: str) -> list[str | float | int]:
        return [
            self.limits.per_second,
            self.limits.burst,
            slots_for(lane, self.limits),
            reserve_for(lane, self.limits),
            lease,
            slot,
            RECOVERY_SECONDS,
            SLOT_POLL,
        ]


SLOT_POLL = 0.05


def slots_for(lane: Lane, limits: Limits) -> int:
    """Return how many calls a lane may run at once: bulk at most half."""
    return limits.concurrency if lane is Lane.REALTIME else max(1, limits.concurrency // 2)


def reserve_for(lane: Lane, limits: Limits) -> float:
    """Return the tokens a lane leaves in the bucket: bulk always leaves half a burst to the others."""
    return 0.0 if lane is Lane.REALTIME else min(limits.burst / 2, limits.burst - 1)


@contextmanager
def admitted(
    limiter: Limiter, lane: Lane, *, lease: float, patience: float, pause: Callable[[float], None]
) -> Iterator[None]:
    """Wait for a turn, hold it during the block; raise NotSentError when patience would run out."""
    waited = 0.0
    entry = limiter.try_enter(lane, lease=lease)
    while not entry.slot:
        if waited + entry.wait > patience:
            raise NotSentError(
                "Business Central is busy with our earlier requests. It is sent when its turn comes.",
                code="Tieout_Throttled",
                retry_after=entry.wait,
            )
        pause(entry.wait)
        waited += entry.wait
        entry = limiter.try_enter(lane, lease=lease)
    try:
        yield
    finally:
        limiter.leave(entry)


def limiter_for(connection: Connection) -> Limiter:
    """Return this process's limiter for the connection's client id."""
    key = (connection.authority, connection.client_id, connection.redis_url, connection.limits)
    with _lock:
        if key not in _limiters:
            _limiters[key] = _build(connection)
        return _limiters[key]


_limiters: dict[tuple[Any, ...], Limiter] = {}
_lock = threading.Lock()


def _build(connection: Connection) -> Limiter:
    if connection.redis_url is None:
        return LocalLimiter(share_of(connection.limits))
    store = redis.Redis.from_url(connection.redis_url, socket_timeout=2, socket_connect_timeout=2)
    return SharedLimiter(connection, store, LocalLimiter(share_of(connection.limits)))


def share_of(limits: Limits) -> Limits:
    """Return one process's share when the processes cannot talk to each other."""
    return Limits(
        per_second=limits.per_second / limits.workers,
        burst=max(2, limits.burst // limits.workers),
        concurrency=max(1, limits.concurrency // limits.workers),
        workers=1,
    )


# Redis runs a script alone, and its own clock is the one all workers share.
# The bucket holds: tokens, at (last refill), not_before (set by a 429), pace (1 is full speed).
REFILL = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'not_before', 'pace')
local at = tonumber(kept[2]) or now
local not_before = tonumber(kept[3]) or 0
local passed = math.max(0, now - at)
"""
ENTER = (
    REFILL
    + """
local rate, burst, places = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local reserve, lease, poll = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[8])
local pace = math.min(1, (tonumber(kept[4]) or 1) + passed / tonumber(ARGV[7]))
local tokens = math.min(burst, (tonumber(kept[1]) or burst) + passed * rate * pace)
local wait = 0
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if now < not_before then
  wait = not_before - now
elseif redis.call('ZCARD', KEYS[2]) >= places then
  wait = poll
elseif tokens < 1 + reserve then
  wait = (1 + reserve - tokens) / (rate * pace)
else
  tokens = tokens - 1
  redis.call('ZADD', KEYS[2], now + lease, ARGV[6])
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now),
           'pace', tostring(pace))
redis.call('EXPIRE', KEYS[1], 3600)
redis.call('EXPIRE', KEYS[2], 3600)
return tostring(wait)
"""
)
SLOW_DOWN = (
    REFILL
    + """
local pace = math.min(1, (tonumber(kept[4]) or 1) + passed / tonumber(ARGV[3]))
pace = math.max(tonumber(ARGV[2]), pace / 2)
not_before = math.max(not_before, now + tonumber(ARGV[1]))
redis.call('HSET', KEYS[1], 'tokens', '0', 'at', string.format('%.6f', now),
           'not_before', string.format('%.6f', not_before), 'pace', tostring(pace))
redis.call('EXPIRE', KEYS[1], 3600)
"""
)
