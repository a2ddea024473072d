"""A change in Business Central is mirrored when it is told; forged, lost or repeated hints do no harm."""

from __future__ import annotations

import json
import ssl
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from http.client import HTTPSConnection
from urllib.parse import urlsplit

import pytest
import requests

from integration import hints, tasks

from .words import bc, change_vendor, now, seeded, subscription, vendor_names


def post(sandbox, body: bytes, address: str | None = None, **params: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(
            address or subscription().address, data=body, params=params, verify=sandbox.ca_bundle, timeout=20
        )


def notification(sandbox, record: object, secret: str | None = None, **values: str) -> dict[str, str]:
    row = subscription()
    held = {each["subscriptionId"]: each["clientState"] for each in bc().subscriptions()}
    return {
        "subscriptionId": row.bc_subscription_id,
        "clientState": held[row.bc_subscription_id] if secret is None else secret,
        "resource": f"api/v2.0/companies({sandbox.company_id})/vendors({record})",
        "changeType": "updated",
    } | values


def body_of(*told: dict[str, str]) -> bytes:
    return json.dumps({"value": list(told)}).encode()


def hinted() -> set[tuple[str, str]]:
    from integration.models import Hint

    return {(hint.entity, str(hint.bc_id)) for hint in Hint.objects.all()}


def test_a_change_in_bc_is_mirrored_without_waiting_for_the_hour(told) -> None:
    change_vendor(told, "V1", "Told & Sons")
    told.control.settle()
    before = vendor_names()["V1"]

    tasks.follow_hints()

    assert (before, vendor_names()["V1"]) == ("Kontor & Söhne", "Told & Sons")
    assert hinted() == set()
    assert (subscription().hints, subscription().ignored) == (1, 0)
    assert subscription().last_hint_at is not None


def test_a_new_and_a_deleted_record_are_told_too(told) -> None:
    gone = seeded(told, "vendors", "number", "V2")
    bc().create("vendors", {"number": "V3", "displayName": "New"})
    bc().delete("vendors", gone["id"], etag=gone["@odata.etag"])
    told.control.settle()

    tasks.follow_hints()

    assert vendor_names() == {"V1": "Kontor & Söhne", "V3": "New"}


def test_a_burst_is_one_hint_a_list_and_one_run(told) -> None:
    from integration.models import SyncRun
    from masterdata.models import Location

    told.control.seed({"locations": [{"code": f"L{n}"} for n in range(1001)]})
    told.control.settle()
    runs = SyncRun.objects.count()
    waiting = hinted()

    tasks.follow_hints()

    assert waiting == {("locations", "None")}
    assert SyncRun.objects.count() == runs + 1
    assert Location.objects.count() == 1002


def test_told_twice_is_read_once(told) -> None:
    from integration.models import SyncRun

    record = seeded(told, "vendors", "number", "V1")["id"]
    body = body_of(notification(told, record), notification(told, record))
    statuses = [post(told, body).status_code for _ in range(3)]
    runs = SyncRun.objects.count()

    tasks.follow_hints()
    tasks.follow_hints()

    assert statuses == [202, 202, 202]
    assert SyncRun.objects.count() == runs + 1
    assert subscription().hints == 6


@pytest.mark.parametrize(
    "values",
    [
        {"secret": "guessed"},
        {"secret": ""},
        {"resource": "api/v2.0/companies(x)/vendors(7f1c1c1e-0000-4000-8000-000000000001)"},
        {"resource": "vendors"},
        {"changeType": "collection", "resource": "items"},
    ],
)
def test_what_is_forged_or_about_something_else_is_ignored_and_counted(told, values) -> None:
    answer = post(told, body_of(notification(told, uuid.uuid4(), **values)))

    assert answer.status_code == 202
    assert hinted() == set()
    assert (subscription().hints, subscription().ignored) == (0, 1)


def test_a_forged_record_with_the_right_secret_changes_nothing_wrong(told) -> None:
    before = vendor_names()
    post(told, body_of(notification(told, uuid.uuid4(), changeType="deleted")))
    real = seeded(told, "vendors", "number", "V1")["id"]
    post(told, body_of(notification(told, real, changeType="deleted", displayName="Forged")))

    tasks.follow_hints()

    assert vendor_names() == before
    assert hinted() == set()


def test_an_address_that_nobody_gave_takes_nothing(told) -> None:
    stray = subscription().address.rpartition("/")[0] + f"/{uuid.uuid4()}"

    assert post(told, body_of(notification(told, uuid.uuid4())), stray).status_code == 202
    assert post(told, b"", stray, validationToken="mirror-me").status_code == 404
    assert hinted() == set()


def test_the_handshake_gives_the_token_back_as_plain_text(told) -> None:
    answer = post(told, b"", validationToken="<b>token</b>")

    assert (answer.status_code, answer.text) == (200, "<b>token</b>")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"value": 3}', 400),
        (b'{"value": [3]}', 400),
        (b"[" * 100_000, 400),
    ],
)
def test_a_body_that_bc_would_not_send_is_refused(told, body, status) -> None:
    assert post(told, body).status_code == status
    assert hinted() == set()


def test_a_longer_body_than_bc_sends_is_refused_before_it_is_read(told) -> None:
    address = urlsplit(subscription().address)
    trusted = ssl.create_default_context(cafile=told.ca_bundle)
    with closing(HTTPSConnection(address.netloc, context=trusted, timeout=20)) as connection:
        connection.putrequest("POST", address.path)
        connection.putheader("Content-Length", "1048577")
        connection.endheaders()

        assert connection.getresponse().status == 413
    assert hinted() == set()


def test_a_lost_hint_is_made_good_by_the_pull_of_the_hour(told) -> None:
    told.control.settings(webhook_loss_rate=1.0)
    change_vendor(told, "V1", "Untold")
    told.control.settle()
    tasks.follow_hints()
    before = vendor_names()["V1"]

    tasks.pull(entity="vendors")

    assert (before, vendor_names()["V1"]) == ("Kontor & Söhne", "Untold")


def test_a_hint_waits_while_bc_is_not_well_and_is_let_go_after_hours(told) -> None:
    change_vendor(told, "V1", "Later")
    told.control.settle()
    told.control.set_faults([{"fault": "unavailable", "method": "GET", "path": "vendors"}])
    from integration.models import Hint

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("integration.bc.calls.PAGE_TRIES", 1)
        hints.follow(now=now())
    waiting = Hint.objects.get()
    told.control.clear_faults()
    hints.follow(now=now())
    too_early = vendor_names()["V1"]
    hints.follow(now=now() + timedelta(minutes=2))

    assert waiting.due_at > now()
    assert (too_early, vendor_names()["V1"]) == ("Kontor & Söhne", "Later")
    assert hinted() == set()


def test_what_is_told_while_it_is_read_is_read_again(told) -> None:
    from integration.hints import following
    from integration.models import Hint

    change_vendor(told, "V1", "First")
    told.control.settle()
    read = list(Hint.objects.all())
    change_vendor(told, "V1", "Second")
    told.control.settle()

    following._let_go(read)
    tasks.follow_hints()

    assert vendor_names()["V1"] == "Second"


def test_what_was_told_again_lately_is_not_let_go_and_what_is_let_go_is_logged(told, caplog) -> None:
    from integration.models import Hint

    change_vendor(told, "V1", "Told again")
    told.control.settle()
    Hint.objects.update(first_at=now() - timedelta(hours=3))
    common = {"company": subscription().company, "entity": "items", "due_at": now() + timedelta(minutes=1)}
    old = now() - timedelta(hours=3)
    Hint.objects.create(bc_id=uuid.uuid4(), first_at=old, latest_at=old, **common)

    tasks.follow_hints()

    assert vendor_names()["V1"] == "Told again"
    assert "Let 1 hints go" in caplog.text
    assert hinted() == set()


@pytest.mark.parametrize("task", [tasks.pull, tasks.pull_records, tasks.follow_hints, tasks.check_drift])
def test_no_pull_holds_a_worker_for_ever(task) -> None:
    assert (task.soft_time_limit, task.time_limit) == (tasks.PULL_SECONDS, tasks.PULL_SECONDS + 60)


def test_of_very_many_changes_the_deletions_are_found_too(told, monkeypatch) -> None:
    from integration.hints import following
    from integration.models import Hint

    gone = seeded(told, "vendors", "number", "V2")
    bc().delete("vendors", gone["id"], etag=gone["@odata.etag"])
    told.control.settle()
    Hint.objects.all().delete()
    common = {"company": subscription().company, "entity": "vendors"}
    monkeypatch.setattr(following, "MOST_RECORDS", 3)
    for bc_id in [*(uuid.uuid4() for _ in range(3)), uuid.UUID(gone["id"])]:
        Hint.objects.create(bc_id=bc_id, first_at=now(), latest_at=now(), due_at=now(), **common)

    tasks.follow_hints()

    assert vendor_names() == {"V1": "Kontor & Söhne"}
    assert hinted() == set()


@pytest.fixture
def broken_locations(told) -> Iterator[None]:
    """Our own fault: the database refuses what a location may be called."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE masterdata_location ADD CONSTRAINT broken CHECK (name <> 'Break')")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE masterdata_location DROP CONSTRAINT broken")


def test_our_own_fault_in_one_list_keeps_no_other_from_being_followed(told, broken_locations, caplog) -> None:
    told.control.seed({"locations": [{"code": "MAIN", "displayName": "Break"}]})
    change_vendor(told, "V1", "Followed")
    told.control.settle()

    tasks.follow_hints()

    assert vendor_names()["V1"] == "Followed"
    assert {entity for entity, _ in hinted()} == {"locations"}
    assert "Hints about locations wait" in caplog.text
