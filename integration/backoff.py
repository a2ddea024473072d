"""How long to wait before trying or looking again."""

from collections.abc import Callable

BASE_SECONDS = 5.0
CAP_SECONDS = 15 * 60.0
MAX_ATTEMPTS = 8

# Looks after an unknown outcome. BC may queue a call for 8 minutes and run it for 8 more, so only after the
# last look, at 16 minutes, does "not found" mean "did not happen".
SETTLE_SECONDS = (15.0, 60.0, 3 * 60.0, 10 * 60.0, 16 * 60.0)


def delay(attempt: int, *, random: Callable[[], float]) -> float:
    """Return the seconds to wait after the given failed attempt (1 is the first).

    Full jitter: anything between nothing and the doubled bound, so that a crowd that failed together
    does not come back together.
    """
    bound = min(CAP_SECONDS, BASE_SECONDS * 2.0 ** min(attempt - 1, 32))
    return random() * bound


def next_look(looks: int, *, since_sent: float) -> float | None:
    """Return the seconds until the next look, having looked this often; None when the outcome is settled."""
    if looks >= len(SETTLE_SECONDS):
        return None
    return max(0.0, SETTLE_SECONDS[looks] - since_sent)
