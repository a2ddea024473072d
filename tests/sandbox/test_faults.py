"""Faults: what reaches the client, and what BC has done meanwhile."""

import pytest
import requests

from integration.sandbox import faults, launch
from tests.sandbox.conftest import connect

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


def test_a_dead_skip_token_ends_the_pages_and_leaves_the_first_one_alone(bc):
    fault(bc, fault="dead_skip_token", times=1)

    first = bc.get("items", headers={"Prefer": "odata.maxpagesize=1"})
    refused = bc.refuse("GET", first["@odata.nextLink"])

    assert refused[:2] == (400, "SkipTokenIsNoLongerValid")
    assert len(bc.get(first["@odata.nextLink"])["value"]) == 1


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


def test_a_late_commit_is_done_after_the_gateway_gave_up(bc):
    fault(bc, fault="late_commit", seconds=3600)

    reply = bc.call("POST", "vendors", json=VENDOR)

    assert (reply.status_code, vendors(bc)) == (504, 0)
    assert bc.running.control.settle() == 1
    assert vendors(bc) == 1
    assert bc.running.control.settle() == 0


def test_a_late_commit_comes_by_itself(bc):
    fault(bc, fault="late_commit", seconds=0)

    bc.call("POST", "vendors", json=VENDOR)

    while vendors(bc) == 0:
        pass


def test_a_replica_does_not_show_what_was_just_written(bc):
    replica = {"Data-Access-Intent": "ReadOnly"}
    item = bc.rows("items?$filter=number eq 'FILTER'")[0]
    fault(bc, fault="replica_lag", seconds=3600)
    bc.create("vendors", VENDOR)
    bc.change(f"items({item['id']})", {"displayName": "Better"})
    bc.call("DELETE", f"locations({bc.rows('locations')[0]['id']})")

    there = {name: bc.rows(name, headers=replica) for name in ("vendors", "items", "locations")}
    here = {name: bc.rows(name) for name in ("vendors", "items", "locations")}
    bc.running.control.clear_faults()

    assert [len(there[name]) for name in there] == [2, 2, 2]
    assert [len(here[name]) for name in here] == [3, 2, 1]
    assert there["items"][0]["displayName"] == "Air filter"
    assert here["items"][0]["displayName"] == "Better"
    assert {name: bc.rows(name, headers=replica) for name in here} == here


def test_a_replica_answers_reads_only(bc):
    refused = bc.refuse("POST", "vendors", json=VENDOR, headers={"Data-Access-Intent": "ReadOnly"})

    assert refused[0] == 400
    assert vendors(bc) == 0


def test_a_storm_refuses_everything_once_it_has_begun(bc):
    fault(bc, fault="throttle_storm", rate=0.3, seed=2, seconds=3600)

    replies = [bc.call("GET", "locations") for _ in range(40)]
    statuses = [reply.status_code for reply in replies]

    begun = statuses.index(429)
    assert begun > 0
    assert set(statuses[begun:]) == {429}
    assert 3590 < int(replies[-1].headers["Retry-After"]) <= 3600


def test_a_token_may_expire_before_its_time(bc):
    fault(bc, fault="token_expiry", times=1)

    statuses = [bc.call("GET", "items").status_code for _ in range(2)]
    renewed = connect(bc.running).call("GET", "items").status_code

    assert (statuses, renewed) == ([401, 401], 200)


@pytest.mark.parametrize(
    ("name", "status", "retry_after"), [("bad_gateway", 502, "3"), ("operation_timeout", 408, None)]
)
def test_a_call_that_was_never_done_says_so_in_several_ways(bc, name, status, retry_after):
    fault(bc, fault=name, retry_after=3)

    reply = bc.call("POST", "vendors", json=VENDOR)

    assert (reply.status_code, reply.headers.get("Retry-After")) == (status, retry_after)
    assert vendors(bc) == 0


def test_messages_come_in_another_language_whatever_was_asked_for(bc):
    order = bc.order({"quantity": 1})
    path = f"purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice"
    english = bc.refuse("POST", path, headers={"Accept-Language": "en-US"})
    fault(bc, fault="language_switch")

    spanish = bc.refuse("POST", path, headers={"Accept-Language": "en-US"})
    unknown = bc.refuse("GET", "items?$select=colour", headers={"Accept-Language": "en-US"})

    assert spanish[:2] == english[:2]
    assert "document number of the document" in english[2]
    assert unknown[1:] == ("BadRequest_NotFound", "Se produjo un error al procesar la solicitud.")


def test_a_tenant_speaks_its_language_to_who_does_not_ask_for_english(bc):
    bc.running.control.settings(language="es-ES")

    told = [
        bc.refuse("POST", "unitsOfMeasure", json={"code": "PCS"}, headers=headers)[2]
        for headers in ({}, {"Accept-Language": "en-US"})
    ]

    assert told[0].startswith("El registro de la tabla Unit of Measure ya existe.")
    assert told[1].startswith("The record in table Unit of Measure already exists.")


def test_a_mixture_holds_every_fault_by_rate_and_seed(bc):
    rules = faults.mixture(0.1, seed=7)

    bc.running.control.set_faults(rules)

    assert {rule["fault"] for rule in rules} == set(faults.FAULTS)
    assert {rule["rate"] for rule in rules} <= {0.1, 0.01, 1}


def test_weather_can_be_chosen_at_the_start(tmp_path):
    with launch.start(tmp_path, faults=faults.mixture(0.2, seed=3)) as running:
        kinds = {rule["fault"] for rule in running.control.faults()}

    assert kinds == set(faults.FAULTS)
