"""Limits per user: the window, the places at once, the queue."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.conftest import connect


def until(condition) -> None:
    """Ask until it is so; the run's own time limit ends a wait in vain."""
    while not condition():
        pass


def state(bc, name: str) -> int:
    users = bc.running.control.limits()
    return users.get(bc.running.client_id, {}).get(name, 0)


def test_the_window_has_room_for_so_many_calls(bc):
    bc.running.control.settings(requests_per_window=3)
    bc.running.control.call("DELETE", "limits")

    statuses = [bc.call("GET", "locations").status_code for _ in range(5)]

    assert statuses == [200, 200, 200, 429, 429]


@pytest.mark.parametrize("told", [True, False])
def test_a_429_may_tell_when_to_come_back(bc, told):
    bc.running.control.settings(requests_per_window=1, window_seconds=200, retry_after=told)
    bc.running.control.call("DELETE", "limits")
    bc.rows("locations")

    reply = bc.call("GET", "locations")

    assert (reply.status_code, reply.json()["error"]["code"]) == (429, "Application_TooManyRequests")
    assert reply.json()["error"]["message"].startswith("Too many requests reached. Actual (2). Maximum (1).")
    assert ("Retry-After" in reply.headers) is told
    assert 0 < int(reply.headers.get("Retry-After", 200)) <= 200


def test_every_client_has_limits_of_its_own(bc):
    other_id, other_secret = bc.running.control.add_client()
    other = connect(bc.running, client=(other_id, other_secret))
    bc.running.control.settings(requests_per_window=1)
    bc.running.control.call("DELETE", "limits")

    assert [each.call("GET", "locations").status_code for each in (bc, other, bc, other)] == [
        200,
        200,
        429,
        429,
    ]


def test_five_run_at_once_and_the_rest_wait_in_the_queue(bc):
    bc.running.control.settings(concurrent_requests=5, queued_requests=3)
    bc.running.control.set_faults([{"fault": "slow", "seconds": 60, "path": "/locations"}])

    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(connect(bc.running).call, "GET", "locations") for _ in range(8)]
        until(lambda: (state(bc, "running"), state(bc, "waiting")) == (5, 3))
        refused = bc.call("GET", "items")
        bc.running.control.clear_faults()
        statuses = [each.result().status_code for each in calls]

    assert refused.status_code == 429
    assert statuses == [200] * 8
    assert state(bc, "running") == state(bc, "waiting") == 0


def test_who_waits_too_long_is_sent_away_with_503(bc):
    bc.running.control.settings(concurrent_requests=1, queue_seconds=0)
    bc.running.control.set_faults([{"fault": "slow", "seconds": 60, "path": "/locations"}])

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(connect(bc.running).call, "GET", "locations")
        until(lambda: state(bc, "running") == 1)
        refused = bc.refuse("GET", "items")
        bc.running.control.clear_faults()

    assert refused[:2] == (503, "Internal_ServiceUnavailable")
    assert held.result().status_code == 200
