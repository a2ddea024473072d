"""The limits of one process, for when Redis cannot be asked."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from integration.bc import turns
from integration.bc.connection import Limits
from integration.bc.turns import Entry, Lane

SLOT = "local:"


@dataclass
class LocalLimiter:
    """A bucket of tokens and a number of slots, for the threads of this process."""

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    _tokens: float = field(init=False)
    _at: float = field(init=False)
    _not_before: float = field(default=float("-inf"), init=False)
    _pace: float = field(default=1.0, init=False)
    _strikes: int = field(default=0, init=False)
    _bulk_asked: float = field(default=float("-inf"), init=False)
    _bulk_entered: float = field(default=float("-inf"), init=False)
    _running: Counter[Lane] = field(default_factory=Counter, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._tokens = float(self.limits.burst)
        self._at = self.clock()

    def try_enter(self, lane: Lane) -> Entry:
        """Take a slot if one is free now."""
        with self._lock:
            now = self._refill()
            if now < self._not_before:
                return Entry("", self._not_before - now)
            wait = self._wait_of_bulk(now) if lane is Lane.BULK else self._wait_of_realtime(now)
            if wait > 0:
                return Entry("", max(wait, turns.SHORTEST_WAIT))
            self._tokens -= 1
            self._running[lane] += 1
            return Entry(f"{SLOT}{lane}")

    def leave(self, entry: Entry) -> None:
        """Give the slot back."""
        with self._lock:
            self._running[Lane(entry.slot.removeprefix(SLOT))] -= 1

    def slow_down(self, seconds: float | None) -> None:
        """Hold everyone back after a 429, longer and slower when they keep coming."""
        with self._lock:
            now = self._refill()
            is_first = now >= self._not_before  # others were under way already when the pause began
            if is_first:
                repeated = now - self._not_before < turns.RECOVERY_SECONDS
                self._strikes = self._strikes + 1 if repeated else 1
                self._pace = max(turns.SLOWEST, self._pace / 2) if repeated else self._pace
            if seconds or is_first:
                self._not_before = max(self._not_before, now + (seconds or self._pause()))
            self._tokens = 0.0
            self._at = self._not_before  # nothing is saved up during the pause

    def report_refused(self, seconds: float) -> None:
        """Tell nobody: one process has no budget to show."""

    def _pause(self) -> float:
        bound = min(turns.LONGEST_PAUSE, turns.FIRST_PAUSE * 2.0 ** min(self._strikes - 1, 32))
        return bound * (1 + self.chance() / 4)

    def _refill(self) -> float:
        now = self.clock()
        passed = max(0.0, now - self._at)
        self._pace = min(1.0, self._pace + passed / turns.RECOVERY_SECONDS)
        self._tokens = min(self.limits.burst, self._tokens + passed * self._speed)
        self._at = max(self._at, now)
        return now

    @property
    def _speed(self) -> float:
        return self.limits.per_second * self._pace

    @property
    def _bulk_due(self) -> float:
        """When bulk's share of the rate gives it its next turn."""
        return self._bulk_entered + 1 / (self._speed * turns.BULK_SHARE)

    def _wait_of_realtime(self, now: float) -> float:
        owed = now - self._bulk_asked < turns.BULK_WAITS and now >= self._bulk_due
        places = self.limits.concurrency
        if owed and not self._running[Lane.BULK] and places > 1:
            places -= 1
        if self._running.total() >= places:
            return turns.SLOT_POLL
        return max(0.0, (1 + owed - self._tokens) / self._speed)

    def _wait_of_bulk(self, now: float) -> float:
        if self._running[Lane.BULK] >= turns.bulk_slots(self.limits):
            return turns.SLOT_POLL
        wait = turns.SLOT_POLL
        if self._running.total() < self.limits.concurrency:
            in_turn = (1 + turns.bulk_reserve(self.limits) - self._tokens) / self._speed
            by_right = max(self._bulk_due - now, (1 - self._tokens) / self._speed)
            wait = max(0.0, min(in_turn, by_right, turns.BULK_LOOKS))
        if wait > 0:
            self._bulk_asked = now
        else:
            self._bulk_entered, self._bulk_asked = now, float("-inf")
        return wait
