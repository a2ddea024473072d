"""How long a message rests: anything up to a bound that doubles, and looks that end when BC must be done."""

from __future__ import annotations

import pytest

from integration import backoff
from tests.delivery.house import House, outcomes

MINUTE = 60.0


@pytest.mark.parametrize(
    ("attempt", "bound"),
    [(1, 5), (2, 10), (3, 20), (7, 320), (8, 640), (9, 15 * MINUTE), (10_000, 15 * MINUTE)],
)
def test_the_bound_doubles_with_each_attempt_up_to_a_quarter_of_an_hour(attempt: int, bound: float) -> None:
    assert backoff.delay(attempt, random=lambda: 1.0) == bound


@pytest.mark.parametrize("share", [0.0, 0.25, 0.999])
def test_a_crowd_that_failed_together_comes_back_at_any_time_up_to_the_bound(share: float) -> None:
    assert backoff.delay(3, random=lambda: share) == share * 20


@pytest.mark.parametrize(
    ("looks", "since_sent", "seconds"),
    [(0, 0, 15), (1, 20, 40), (2, 60, 120), (4, 11 * MINUTE, 5 * MINUTE), (4, 17 * MINUTE, 0)],
)
def test_looks_come_at_their_times_after_the_call(looks: int, since_sent: float, seconds: float) -> None:
    assert backoff.next_look(looks, since_sent=since_sent) == seconds


def test_nothing_is_settled_before_bc_may_have_queued_and_run_the_call() -> None:
    assert backoff.SETTLE_SECONDS[-1] >= (8 + 8) * MINUTE
    assert backoff.next_look(len(backoff.SETTLE_SECONDS) - 1, since_sent=0) == 16 * MINUTE
    assert backoff.next_look(len(backoff.SETTLE_SECONDS), since_sent=0) is None


def test_what_fails_again_and_again_by_no_fault_of_its_own_goes_to_a_person_after_eight_attempts(
    house: House,
) -> None:
    house.faults({"fault": "lock_conflict", "method": "POST", "path": "purchaseOrders"})
    message = house.order()

    house.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("dead", backoff.MAX_ATTEMPTS)
    assert outcomes(message) == ["temporary"] * backoff.MAX_ATTEMPTS
    assert house.dump("purchaseOrders") == []
