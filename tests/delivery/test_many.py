"""Many messages, several workers, faults: each document once."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from integration import delivery, outbox, tasks
from integration.models import Attempt, Message
from tests.delivery.house import House, outcomes, states


def markers(house: House) -> list[str]:
    lines = house.dump("purchaseOrderLines")
    return sorted(line["description"] for line in lines if line["lineType"] == "Comment")


def expected_markers() -> list[str]:
    messages = Message.objects.filter(document_kind="purchase_order")
    return sorted(f"Tieout {key}" for key in messages.values_list("key", flat=True))


def test_two_workers_and_lost_answers_make_no_duplicates(shared_house: House) -> None:
    house = shared_house
    for number in range(1, 7):
        house.order(f"PO-{number}")
        house.receipt(f"GR-{number}", f"PO-{number}")
    house.faults(
        {"fault": "commit_then_drop", "method": "POST", "path": "companies", "every": 4},
        {"fault": "lock_conflict", "method": "PATCH", "every": 5},
    )

    def work() -> None:
        try:
            delivery.drain(until_idle=True)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert states() == ["done"] * 12
    assert markers(house) == expected_markers()
    assert len(house.dump("purchaseReceipts")) == 6


def test_what_a_dead_worker_sent_is_looked_for(house: House) -> None:
    house.order()
    now = timezone.now()
    message = outbox.claim(now=now, worker="dead")
    assert message is not None
    outbox.mark_sending(message, now=now, room=timedelta(seconds=1))

    freed = outbox.sweep(now=now + timedelta(hours=1))
    assert freed == 1
    assert states() == ["verifying"]
    Message.objects.update(unknown_since=now - timedelta(hours=1), next_attempt_at=now)
    house.drain()

    assert states() == ["done"]
    assert len(house.dump("purchaseOrders")) == 1


def test_a_worker_that_comes_back_too_late_changes_nothing(house: House) -> None:
    house.order()
    now = timezone.now()
    late = outbox.claim(now=now, worker="late")
    assert late is not None
    outbox.sweep(now=now + timedelta(hours=1))
    Message.objects.update(next_attempt_at=now)
    other = outbox.claim(now=now, worker="other")
    assert other is not None

    result = delivery.deliver(late)

    assert result.outcome == "lost_lease"
    assert house.dump("purchaseOrders") == []
    delivery.deliver(other)
    assert outcomes(other) == ["lost_lease", "lost_lease", "posted"]  # told by the sweep, and by the late one
    assert len(house.dump("purchaseOrders")) == 1


def test_a_posting_that_could_not_be_written_down_is_looked_for(house: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE 'deadlock detected' USING ERRCODE = 'deadlock_detected'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON integration_attempt "
            "FOR EACH ROW WHEN (NEW.outcome = 'posted') EXECUTE FUNCTION refuse()"
        )
    message = house.order()

    house.drain()

    assert outcomes(message) == ["unknown", "adopted"]
    assert states() == ["done"]
    assert len(house.dump("purchaseOrders")) == 1


def test_the_tasks_free_what_a_dead_worker_held_and_send_it(house: House) -> None:
    house.order()
    assert outbox.claim(now=timezone.now(), worker="dead") is not None
    Message.objects.update(lease_until=timezone.now())

    tasks.sweep_outbox()
    tasks.deliver_outbox()

    assert states() == ["done"]


def test_without_a_business_central_the_line_waits(house: House, settings: Any) -> None:
    settings.BC_BASE_URL = ""
    house.order()

    tasks.deliver_outbox()

    assert states() == ["ready"]


def test_the_drain_command_answers_one_json_object(house: House) -> None:
    house.order()
    told = StringIO()

    call_command("drain", "--until-idle", "--json", stdout=told)

    assert json.loads(told.getvalue()) == {
        "ok": True,
        "outcomes": {"posted": 1},
        "pending": 0,
        "stuck": 0,
        "waiting": 0,
        "stopped": "",
    }


@pytest.mark.parametrize(
    ("orders", "told"), [(1, "1 message is stuck and needs a person"), (2, "2 messages are stuck and need")]
)
def test_the_drain_command_fails_when_messages_are_stuck_after_it(
    house: House, orders: int, told: str
) -> None:
    for number in range(orders):
        house.order(f"PO-{number}", vendor="V2")  # whom BC has stopped
    house.order("PO-9")
    answer = StringIO()

    with pytest.raises(CommandError, match=rf"{told}.*: /dead-letters/\.") as failed:
        call_command("drain", "--until-idle", "--json", stdout=answer)

    report = json.loads(answer.getvalue())
    assert failed.value.returncode == 1
    assert (report["ok"], report["stuck"], report["outcomes"]["posted"]) == (False, orders, 1)


def test_one_worker_delivers_with_several_hands(shared_house: House) -> None:
    house = shared_house
    house.sandbox.control.settings(latency_ms=100)
    for number in range(1, 9):
        house.order(f"PO-{number}")
        house.receipt(f"GR-{number}", f"PO-{number}")

    report = delivery.drain(hands=4)
    house.sandbox.control.settings(latency_ms=0)

    assert report.outcomes == {"posted": 16}
    assert len(set(Attempt.objects.values_list("worker", flat=True))) == 4
    assert markers(house) == expected_markers()
    assert len(house.dump("purchaseReceipts")) == 8


def test_a_hand_that_meets_wrong_credentials_stops_them_all(shared_house: House, settings: Any) -> None:
    for number in range(1, 7):
        shared_house.order(f"PO-{number}")
    settings.BC_CLIENT_SECRET = "wrong"

    report = delivery.drain(hands=3)

    assert report.stopped
    assert states() == ["ready"] * 6
    assert set(Message.objects.values_list("attempts", flat=True)) == {0}


def test_what_comes_now_does_not_wait_behind_a_backlog(house: House) -> None:
    for number in range(1, 21):
        house.order(f"OLD-{number}")
    Message.objects.update(next_attempt_at=timezone.now() - timedelta(hours=3))
    house.order("NEW-1")
    house.order("NEW-2")

    house.drain()

    posted = list(Attempt.objects.order_by("id").values_list("message__document_number", flat=True))
    assert [posted.index("NEW-1"), posted.index("NEW-2")] == [3, 7]
    assert len(posted) == 22
