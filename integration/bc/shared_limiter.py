"""The limits of one client id across all its processes, kept in Redis; local when Redis is away."""

import hashlib
import logging
import os
import random
import threading
import time
import uuid
from dataclasses import dataclass
from typing import cast

import redis

from integration.bc import turns
from integration.bc.connection import Connection
from integration.bc.local_limiter import SLOT, LocalLimiter
from integration.bc.turns import Entry, Lane

logger = logging.getLogger(__name__)

# A slot whose worker was killed is free again after this long; living workers renew theirs in good time. One
# whose process stood still for longer is missing from the count, which BC forgives: it runs one more than we.
LEASE_SECONDS = 12.0
BEATS_PER_LEASE = 4

ALLOWANCE = 6000  # calls that BC takes from one client id in five minutes
TICK_SECONDS = 10
TICKS = 30


@dataclass(frozen=True)
class Budget:
    """How much of BC's allowance one client id has used in the last five minutes."""

    used: int
    allowed: int = ALLOWANCE
    paused_for: float = 0.0
    """Seconds until BC, which answered 429, wants to hear from us again."""
    client_name: str = ""
    is_refused: bool = False
    """Whether the sign-in failed a moment ago."""

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.used / self.allowed))


class SharedLimiter:
    """One bucket of tokens and one set of slots for all workers of a client id."""

    def __init__(
        self,
        connection: Connection,
        store: "redis.Redis",
        local: LocalLimiter,
        *,
        lease: float = LEASE_SECONDS,
    ) -> None:
        name = hashlib.sha256(f"{connection.authority} {connection.client_id}".encode()).hexdigest()[:16]
        key = f"bc:limit:{{{name}}}"
        self.bucket, self.used, self.refused = f"{key}:bucket", f"{key}:used", f"{key}:refused"
        self.client_name = connection.client_name
        self.slots = {lane: f"{key}:slots:{lane}" for lane in Lane}
        self.limits, self.local, self.lease = connection.limits, local, lease
        self.enter_script = store.register_script(ENTER)
        self.slow_script = store.register_script(SLOW_DOWN)
        self.store = store
        self.held = _Held(store, lease)

    def try_enter(self, lane: Lane) -> Entry:
        """Take a slot if one is free now. It frees itself soon after its worker has died."""
        slot = f"{lane}:{uuid.uuid4().hex}"
        keys = [self.bucket, self.slots[Lane.REALTIME], self.slots[Lane.BULK], self.used]
        try:
            wait = self.enter_script(keys=keys, args=self._arguments(lane, slot))
        except redis.RedisError as exc:
            logger.warning("Redis did not answer, keeping to this process's share of BC's limits: %s", exc)
            return self.local.try_enter(lane)
        seconds = float(cast(bytes, wait))
        if seconds > 0:
            return Entry("", max(seconds, turns.SHORTEST_WAIT))
        self.held.add(slot, self.slots[lane])
        return Entry(slot)

    def leave(self, entry: Entry) -> None:
        """Give the slot back."""
        if entry.slot.startswith(SLOT):
            self.local.leave(entry)
            return
        self.held.discard(entry.slot)
        try:
            self.store.zrem(self.slots[Lane(entry.slot.partition(":")[0])], entry.slot)
        except redis.RedisError:
            logger.warning("Redis did not answer; a slot stays taken until its lease ends")

    def slow_down(self, seconds: float | None) -> None:
        """Hold everyone back after a 429, longer and slower when they keep coming."""
        self.local.slow_down(seconds)
        try:
            self.slow_script(
                keys=[self.bucket],
                args=[
                    seconds or 0,
                    1 + random.random() / 4,  # noqa: S311 - spreads waits, guards nothing
                    turns.FIRST_PAUSE,
                    turns.LONGEST_PAUSE,
                    turns.SLOWEST,
                    turns.RECOVERY_SECONDS,
                ],
            )
        except redis.RedisError:
            logger.warning("Redis did not answer; only this process slows down")

    def report_refused(self, seconds: float) -> None:
        """Let the budget tell for so long that this client id's sign-in fails."""
        try:
            self.store.set(self.refused, 1, ex=max(1, int(seconds)))
        except redis.RedisError:
            logger.warning("Redis did not answer; Home does not show that a sign-in fails")

    def budget(self) -> Budget | None:
        """Return what was used of BC's allowance; None when Redis does not answer."""
        try:
            seconds, _ = self.store.time()
            counts = cast(dict[bytes, bytes], self.store.hgetall(self.used))
            not_before = cast(bytes | None, self.store.hget(self.bucket, "not_before"))
            is_refused = bool(self.store.exists(self.refused))
        except redis.RedisError as exc:
            logger.warning("Redis did not answer, BC's allowance is not known: %s", exc)
            return None
        oldest = seconds // TICK_SECONDS - TICKS
        used = sum(int(count) for tick, count in counts.items() if int(tick) > oldest)
        return Budget(
            used,
            paused_for=max(0.0, float(not_before or 0) - seconds),
            client_name=self.client_name,
            is_refused=is_refused,
        )

    def _arguments(self, lane: Lane, slot: str) -> list[str | float | int]:
        return [
            self.limits.per_second,
            self.limits.burst,
            self.limits.concurrency,
            lane.value,
            turns.bulk_slots(self.limits),
            turns.bulk_reserve(self.limits),
            slot,
            self.lease,
            turns.RECOVERY_SECONDS,
            turns.BULK_SHARE,
            turns.BULK_LOOKS,
            turns.BULK_WAITS,
            turns.SLOT_POLL,
            TICK_SECONDS,
            TICKS,
        ]


class _Held:
    """The slots that this process holds: a thread renews them for as long as the process lives."""

    def __init__(self, store: "redis.Redis", lease: float) -> None:
        self.renew_script = store.register_script(RENEW)
        self.lease = lease
        self.keys: dict[str, str] = {}
        self.lock = threading.Lock()
        self.process = 0

    def add(self, slot: str, key: str) -> None:
        """Renew the slot from now on."""
        with self.lock:
            if self.process != os.getpid():  # a fork has neither its parent's slots nor its thread
                self.process = os.getpid()
                self.keys.clear()
                threading.Thread(target=self._beat, name="bc-slots", daemon=True).start()
            self.keys[slot] = key

    def discard(self, slot: str) -> None:
        """Renew the slot no more."""
        with self.lock:
            self.keys.pop(slot, None)

    def _beat(self) -> None:
        while True:
            time.sleep(self.lease / BEATS_PER_LEASE)
            with self.lock:
                held = list(self.keys.items())
            if held:
                self._renew(held)

    def _renew(self, held: list[tuple[str, str]]) -> None:
        try:
            self.renew_script(keys=[key for _, key in held], args=[self.lease, *(slot for slot, _ in held)])
        except redis.RedisError:
            logger.warning("Redis did not answer; the slots of %d running calls may run out", len(held))


# Redis runs a script alone, and its own clock is the one all workers share.
# The bucket holds: tokens, at (last refill), not_before and strikes (set by a 429), pace (1 is full speed),
# bulk_asked and bulk_entered (when bulk last waited and last got its turn).
NOW = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local function written(seconds) return string.format('%.6f', seconds) end
"""
ENTER = (
    NOW
    + """
local rate, burst, places = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local lane, bulk_places, reserve = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local slot, lease, recovery, share = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local looks, waits, poll = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])

local kept = redis.call('HMGET', KEYS[1],
                        'tokens', 'at', 'not_before', 'pace', 'bulk_asked', 'bulk_entered')
local at, not_before = tonumber(kept[2]) or now, tonumber(kept[3]) or 0
local asked, entered = tonumber(kept[5]) or 0, tonumber(kept[6]) or 0
local passed = math.max(0, now - at)
local pace = math.min(1, (tonumber(kept[4]) or 1) + passed / recovery)
local speed = rate * pace
local tokens = math.min(burst, (tonumber(kept[1]) or burst) + passed * speed)
local due = entered + 1 / (speed * share)

redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
local bulk = redis.call('ZCARD', KEYS[3])
local running = bulk + redis.call('ZCARD', KEYS[2])

local wait = 0
if now < not_before then
  wait = not_before - now
elseif lane == 'bulk' then
  if bulk >= bulk_places then
    wait = poll
  else
    wait = poll
    if running < places then
      local in_turn = (1 + reserve - tokens) / speed
      local by_right = math.max(due - now, (1 - tokens) / speed)
      wait = math.max(0, math.min(in_turn, by_right, looks))
    end
    if wait > 0 then asked = now else asked, entered = 0, now end
  end
else
  local owed = 0
  if now - asked < waits and now >= due then owed = 1 end
  if owed == 1 and bulk == 0 and places > 1 then places = places - 1 end
  if running >= places then
    wait = poll
  else
    wait = math.max(0, (1 + owed - tokens) / speed)
  end
end

if wait <= 0 then
  tokens = tokens - 1
  redis.call('ZADD', lane == 'bulk' and KEYS[3] or KEYS[2], written(now + lease), slot)
  local tick = math.floor(now / tonumber(ARGV[14]))
  if redis.call('HINCRBY', KEYS[4], tick, 1) == 1 then
    for _, old in ipairs(redis.call('HKEYS', KEYS[4])) do
      if tonumber(old) <= tick - tonumber(ARGV[15]) then redis.call('HDEL', KEYS[4], old) end
    end
  end
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', written(math.max(at, now)),
           'pace', tostring(pace), 'bulk_asked', written(asked), 'bulk_entered', written(entered))
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, 3600) end
return tostring(wait)
"""
)
SLOW_DOWN = (
    NOW
    + """
local asked_for, jitter = tonumber(ARGV[1]), tonumber(ARGV[2])
local first, longest = tonumber(ARGV[3]), tonumber(ARGV[4])
local slowest, recovery = tonumber(ARGV[5]), tonumber(ARGV[6])
local kept = redis.call('HMGET', KEYS[1], 'at', 'not_before', 'pace', 'strikes')
local at, not_before = tonumber(kept[1]) or now, tonumber(kept[2]) or 0
local pace, strikes = tonumber(kept[3]) or 1, tonumber(kept[4]) or 0
pace = math.min(1, pace + math.max(0, now - at) / recovery)

local is_first = now >= not_before  -- others were under way already when the pause began
if is_first then
  if now - not_before < recovery then
    strikes, pace = strikes + 1, math.max(slowest, pace / 2)
  else
    strikes = 1
  end
end
local pause = asked_for
if pause <= 0 and is_first then pause = jitter * math.min(longest, first * 2 ^ math.min(strikes - 1, 32)) end
not_before = math.max(not_before, now + pause)
redis.call('HSET', KEYS[1], 'tokens', '0', 'at', written(not_before), 'not_before', written(not_before),
           'pace', tostring(pace), 'strikes', tostring(strikes))
redis.call('EXPIRE', KEYS[1], 3600)
"""
)
RENEW = (
    NOW
    + """
for n, key in ipairs(KEYS) do redis.call('ZADD', key, 'XX', written(now + tonumber(ARGV[1])), ARGV[n + 1]) end
"""
)
