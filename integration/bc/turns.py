"""The rules of taking turns, for the limiter in Redis and for the one in a process."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from integration.bc.connection import Limits

BULK_SHARE = 0.2  # of the rate is bulk's by right, however busy the events are
BULK_LOOKS = 0.5  # seconds after which bulk asks again at the latest
BULK_WAITS = 1.0  # bulk that has not asked for so long has gone
SLOT_POLL = 0.05  # seconds until someone may have left
SHORTEST_WAIT = 0.001

FIRST_PAUSE = 5.0  # after a 429 that does not say how long; doubled while they keep coming
LONGEST_PAUSE = 60.0
SLOWEST = 0.125  # of the full rate
RECOVERY_SECONDS = 60.0  # from a standstill back to the full rate; a 429 within it is a repeated one


class Lane(StrEnum):
    """Who calls: people and events first, bulk pulls behind them."""

    REALTIME = "realtime"
    BULK = "bulk"


@dataclass(frozen=True)
class Entry:
    """A slot taken, or how long to wait before asking again."""

    slot: str
    wait: float = 0.0


class Limiter(Protocol):
    """Lets calls through at the allowed pace."""

    def try_enter(self, lane: Lane) -> Entry:
        """Take a slot if one is free now."""

    def leave(self, entry: Entry) -> None:
        """Give the slot back."""

    def slow_down(self, seconds: float | None) -> None:
        """Hold everyone back after a 429, for the seconds BC asked for if it did."""

    def report_refused(self, seconds: float) -> None:
        """Let the budget tell for so long that this client id's sign-in fails."""


def bulk_slots(limits: Limits) -> int:
    """Return how many calls bulk may run at once: half of all."""
    return max(1, limits.concurrency // 2)


def bulk_reserve(limits: Limits) -> float:
    """Return the tokens that bulk leaves for the others until its share is due: half a burst."""
    return min(limits.burst / 2, limits.burst - 1)
