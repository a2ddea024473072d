"""`$batch`: several operations in one call, and what a failed one leaves of the others."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

JSON = {"Accept": "application/json", "Content-Type": "application/json"}
SNAPSHOT = {"Isolation": "snapshot"}
GO_ON = {"Prefer": "odata.continue-on-error"}


def create(bc, number: int, name: str = "Batch", **extra: Any) -> dict[str, Any]:
    url = f"companies({bc.running.company_id})/vendors"
    return {"id": str(number), "method": "POST", "url": url, "body": {"displayName": name}} | extra


def fail(bc, number: int, **extra: Any) -> dict[str, Any]:
    return create(bc, number, **extra) | {"body": {"colour": "red"}}


def send(bc, *requests: dict[str, Any], **headers: str):
    return bc.session.post(
        f"{bc.route}/$batch", json={"requests": requests}, headers=JSON | headers, timeout=20
    )


def answers(reply) -> dict[str, int]:
    assert reply.status_code == 200, reply.text
    return {each["id"]: each["status"] for each in reply.json()["responses"]}


def written(bc) -> list[str]:
    return sorted(row["displayName"] for row in bc.rows("vendors") if row["displayName"].startswith("Batch"))


def test_each_operation_is_answered_with_its_entity(bc):
    reply = send(bc, create(bc, 1, "Batch A"), create(bc, 2, "Batch B"))

    first, second = reply.json()["responses"]
    assert (first["id"], first["status"], first["body"]["displayName"]) == ("1", 201, "Batch A")
    assert (second["id"], second["status"], second["body"]["displayName"]) == ("2", 201, "Batch B")
    assert first["headers"]["location"].endswith(f"vendors({first['body']['id']})")
    assert written(bc) == ["Batch A", "Batch B"]


def test_reads_changes_and_deletions_stand_in_one_batch(bc):
    kept, gone = (bc.create("locations", {"code": code}) for code in ("KEPT", "GONE"))
    company = f"companies({bc.running.company_id})"

    reply = send(
        bc,
        {"id": "r", "method": "GET", "url": f"{company}/locations?$filter=code eq 'KEPT'&$select=code"},
        {
            "id": "c",
            "method": "PATCH",
            "url": f"{company}/locations({kept['id']})",
            "headers": {"If-Match": kept["@odata.etag"]},
            "body": {"displayName": "Changed"},
        },
        {"id": "d", "method": "DELETE", "url": f"{company}/locations({gone['id']})"},
    )

    assert answers(reply) == {"r": 200, "c": 200, "d": 204}
    assert [row["code"] for row in reply.json()["responses"][0]["body"]["value"]] == ["KEPT"]
    assert bc.get(f"locations({kept['id']})")["displayName"] == "Changed"


def test_the_first_failure_stops_the_batch_and_earlier_operations_stay(bc):
    reply = send(bc, create(bc, 1), fail(bc, 2), create(bc, 3))

    assert answers(reply) == {"1": 201, "2": 400}
    assert written(bc) == ["Batch"]


def test_continue_on_error_goes_on(bc):
    reply = send(bc, create(bc, 1, "Batch A"), fail(bc, 2), create(bc, 3, "Batch B"), **GO_ON)

    assert answers(reply) == {"1": 201, "2": 400, "3": 201}
    assert written(bc) == ["Batch A", "Batch B"]


def test_what_depends_on_a_failed_operation_is_not_tried(bc):
    reply = send(
        bc,
        fail(bc, 1),
        create(bc, 2, dependsOn=["1"]),
        create(bc, 3, dependsOn=["2"]),
        create(bc, 4),
        **GO_ON,
    )

    assert answers(reply) == {"1": 400, "2": 424, "3": 424, "4": 201}
    assert written(bc) == ["Batch"]


def test_a_failed_snapshot_claims_201_for_what_does_not_exist(bc):
    reply = send(bc, create(bc, 1), fail(bc, 2), **SNAPSHOT)

    claimed = reply.json()["responses"][0]
    assert answers(reply) == {"1": 201, "2": 400}
    assert bc.refuse("GET", f"vendors({claimed['body']['id']})")[:2] == (404, "Internal_RecordNotFound")
    assert written(bc) == []


def test_a_snapshot_without_failure_is_kept_over_a_restart_of_reading(bc):
    assert answers(send(bc, create(bc, 1), create(bc, 2), **SNAPSHOT)) == {"1": 201, "2": 201}
    assert written(bc) == ["Batch", "Batch"]


def test_an_honest_tenant_says_what_was_taken_back(bc):
    bc.running.control.settings(snapshot_claims_success=False)

    assert answers(send(bc, create(bc, 1), fail(bc, 2), **SNAPSHOT)) == {"1": 424, "2": 400}


def test_a_posting_inside_a_snapshot_commits_what_went_before(bc):
    order = bc.order({"quantity": 2})
    line = bc.order_lines(order)[0]
    bc.change(f"purchaseOrderLines({line['id']})", {"receiveQuantity": 2})
    bc.change(f"purchaseOrderLines({line['id']})", {"invoiceQuantity": 0})
    company = f"companies({bc.running.company_id})"
    action = f"{company}/purchaseOrders({order['id']})/Microsoft.NAV.receiveAndInvoice"

    reply = send(
        bc, create(bc, 1, "Batch A"), {"id": "2", "method": "POST", "url": action}, fail(bc, 3), **SNAPSHOT
    )

    assert answers(reply) == {"1": 201, "2": 204, "3": 400}
    assert written(bc) == ["Batch A"]
    assert bc.order_lines(order)[0]["receivedQuantity"] == 2


def test_a_hundred_operations_are_taken_and_one_more_is_not(bc):
    read = {"method": "GET", "url": f"companies({bc.running.company_id})/locations?$select=id"}

    whole = send(bc, *[read | {"id": str(n)} for n in range(100)])
    too_many = send(bc, *[create(bc, n) for n in range(101)])

    assert len(answers(whole)) == 100
    assert too_many.status_code == 500
    assert "(100)" in too_many.json()["error"]["message"]
    assert written(bc) == []


@pytest.mark.parametrize(
    "change",
    [
        {"id": "1"},
        {"id": ""},
        {"dependsOn": ["9"]},
        {"dependsOn": ["2"]},
        {"method": "BREW"},
        {"url": 7},
        {"headers": "none"},
    ],
)
def test_a_batch_that_cannot_be_read_does_nothing(bc, change):
    reply = send(bc, create(bc, 1), create(bc, 2) | change)

    assert reply.status_code == 400
    assert written(bc) == []


def test_a_batch_holds_no_batch(bc):
    reply = send(bc, {"id": "1", "method": "POST", "url": "$batch", "body": {"requests": []}})

    assert answers(reply) == {"1": 400}


def test_without_accept_the_answer_is_multipart(bc):
    reply = bc.session.post(
        f"{bc.route}/$batch", json={"requests": [create(bc, 1)]}, headers={"Accept": "*/*"}, timeout=20
    )

    assert reply.headers["Content-Type"].startswith("multipart/mixed; boundary=")
    assert "HTTP/1.1 201 Created" in reply.text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    outcomes=st.lists(st.booleans(), min_size=1, max_size=8),
    depends=st.lists(st.sets(st.integers(0, 7), max_size=2), min_size=8, max_size=8),
    is_snapshot=st.booleans(),
    goes_on=st.booleans(),
)
def test_a_batch_does_what_its_answers_and_isolation_say(bc, outcomes, depends, is_snapshot, goes_on):
    bc.running.control.reset()
    requests, expected = [], {}
    for number, works in enumerate(outcomes):
        before = sorted(str(each) for each in depends[number] if each < number)
        make = create if works else fail
        extra = {"dependsOn": before} if before else {}
        requests.append(
            make(bc, number, **extra) | ({"body": {"displayName": f"Batch {number}"}} if works else {})
        )
        if any(expected[each] >= 400 for each in before if each in expected):
            expected[str(number)] = 424
        else:
            expected[str(number)] = 201 if works else 400
    if not goes_on:
        stop = next((n for n in range(len(outcomes)) if expected[str(n)] >= 400), len(outcomes))
        expected = {name: status for name, status in expected.items() if int(name) <= stop}

    told = answers(send(bc, *requests, **(SNAPSHOT if is_snapshot else {}), **(GO_ON if goes_on else {})))

    done = sorted(f"Batch {name}" for name, status in told.items() if status == 201)
    failed = any(status >= 400 for status in told.values())
    assert told == expected
    assert written(bc) == ([] if is_snapshot and failed else done)
