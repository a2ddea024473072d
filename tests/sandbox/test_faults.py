"""Faults: what reaches the client, and what BC has done meanwhile."""

import pytest
import requests

VENDOR = {"displayName": "Fault"}


def fault(bc, **rule):
    bc.running.control.set_faults([rule])


def vendors(bc) -> int:
    return len([row for row in bc.running.control.dump("vendors") if row["displayName"] == "Fault"])


@pytest.mark.parametrize("retry_after", [None, 7])
def test_throttling_answers_429(bc, retry_after):
    fault(bc, fault="throttle", retry_after=retry_after)

    reply = bc.call("GET", "items")

    assert (reply.status_code, reply.json()["error"]["code"]) == (429, "Application_TooManyRequests")
    assert reply.headers.get("Retry-After") == (None if retry_after is None else "7")


@pytest.mark.parametrize("status", [409, 400])
def test_a_lock_conflict_changes_nothing(bc, status):
    fault(bc, fault="lock_conflict", status=status)

    refused = bc.refuse("POST", "vendors", json=VENDOR)

    assert refused[:2] == (status, "Internal_ServerError")
    assert "is being updated in a transaction done by another session" in refused[2]
    assert vendors(bc) == 0


@pytest.mark.parametrize(("name", "written"), [("commit_then_drop", 1), ("before_read", 0)])
def test_a_dropped_connection_tells_nothing_about_the_write(bc, name, written):
    fault(bc, fault=name)

    with pytest.raises(requests.ConnectionError):
        bc.call("POST", "vendors", json=VENDOR)

    assert vendors(bc) == written


@pytest.mark.parametrize(
    ("name", "status"), [("error_500_after_commit", 500), ("gateway_timeout_after_commit", 504)]
)
def test_an_error_may_hide_a_write(bc, name, status):
    fault(bc, fault=name)

    assert bc.call("POST", "vendors", json=VENDOR).status_code == status
    assert vendors(bc) == 1


def test_half_a_body_is_half_a_body(bc):
    fault(bc, fault="half_body")

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        bc.call("GET", "items")


def test_an_unavailable_tenant_answers_503(bc):
    fault(bc, fault="unavailable", retry_after=1)

    assert bc.call("GET", "items").status_code == 503


def test_a_slow_answer_arrives(bc):
    fault(bc, fault="slow", seconds=0.01)

    assert len(bc.rows("items")) == 2


def test_a_write_fault_leaves_reads_alone(bc):
    fault(bc, fault="commit_then_drop")

    assert len(bc.rows("items")) == 2


def test_a_rule_hits_by_method_path_and_turn(bc):
    fault(bc, fault="throttle", method="get", path="/items", every=2, times=1)

    statuses = [bc.call("GET", path).status_code for path in ("items", "vendors", "items", "items", "items")]

    assert statuses == [200, 200, 429, 200, 200]
    assert bc.running.control.faults()[0]["hits"] == 1


def test_a_rate_with_a_seed_repeats_itself(bc):
    def statuses():
        fault(bc, fault="throttle", rate=0.5, seed=3)
        return [bc.call("GET", "locations").status_code for _ in range(20)]

    first, second = statuses(), statuses()

    assert first == second
    assert set(first) == {200, 429}


def test_a_rule_that_cannot_be_read_is_refused(bc):
    for rule in ({"fault": "meteor"}, {"fault": "slow", "colour": 1}, {"fault": "slow", "rate": 2}):
        with pytest.raises(RuntimeError, match="400"):
            fault(bc, **rule)


def test_cleared_faults_are_gone(bc):
    fault(bc, fault="throttle")
    bc.running.control.clear_faults()

    assert len(bc.rows("items")) == 2
