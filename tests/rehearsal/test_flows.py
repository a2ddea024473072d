"""A flow that is not open takes documents in and sends none, until its moment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from integration import delivery, flows, inbox, outbox, rehearsal
from integration.cafm import auth
from integration.models import FlowSwitch, Message
from reconciliation import roles
from tests import factories
from tests.delivery.house import outcomes
from tests.desk.reading import words

from . import exports

ORDERS = ["purchase_order"]


@pytest.fixture
def someone(db: None) -> User:
    return User.objects.create_user("inga")


def _take_in(house: Any) -> Message:
    key, _secret = auth.issue(house.company, "CAFM", ["events"])
    inbox.receive(exports.order("PO-1"), key=key)
    delivery.drain()
    found: Message = Message.objects.get()
    return found


def test_a_closed_flow_takes_in_and_sends_nothing(house: Any, someone: User) -> None:
    flows.switch(house.company, ORDERS, opens_at=None, by=someone, reason="before the cutover")

    message = _take_in(house)

    assert (message.state, message.attempts) == ("waiting", 0)
    told = "The flow purchase order is closed: it is taken in and not sent. Open it under Cutover."
    assert message.waits_for == told
    assert house.dump("purchaseOrders") == []
    assert [each.waiting for each in flows.flows(house.company) if each.kind == "purchase_order"] == [1]


def test_at_its_moment_it_goes_by_itself(house: Any, someone: User) -> None:
    later = timezone.now() + timedelta(days=1)
    flows.switch(house.company, ORDERS, opens_at=later, by=someone, reason="cutover")
    assert _take_in(house).state == "waiting"

    FlowSwitch.objects.update(opens_at=timezone.now())
    outbox.refill(now=None)
    delivery.drain()

    assert Message.objects.get().state == "done"
    assert len(house.dump("purchaseOrders")) == 1


def test_a_flow_that_is_closed_again_keeps_back_what_is_built(house: Any, someone: User) -> None:
    message = house.order()
    assert (message.state, message.payload is None) == ("ready", False)
    flows.switch(house.company, ORDERS, opens_at=None, by=someone, reason="something is wrong")

    house.drain()

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 0)
    assert message.waiting_for.startswith("The flow purchase order is closed")
    assert house.dump("purchaseOrders") == []

    flows.switch(house.company, ORDERS, opens_at=timezone.now(), by=someone, reason="it is mended")
    outbox.refill(now=None)
    house.drain()

    assert outcomes(message) == ["posted"]
    assert len(house.dump("purchaseOrders")) == 1


def test_of_a_closed_flow_what_is_proven_not_to_be_there_is_not_sent_again(house: Any, someone: User) -> None:
    house.faults({"fault": "before_read", "method": "POST", "path": "purchaseOrders", "times": 1})
    message = house.order()
    delivery.deliver_next(worker="one")
    flows.switch(house.company, ORDERS, opens_at=None, by=someone, reason="something is wrong")

    house.drain()

    message.refresh_from_db()
    assert outcomes(message)[0] == "unknown"
    assert set(outcomes(message)[1:]) == {"not_found"}
    assert (message.state, message.unknown_since, message.attempts) == ("waiting", None, 1)
    assert house.dump("purchaseOrders") == []


def test_what_a_closed_flow_has_sent_before_is_found(house: Any, someone: User) -> None:
    house.faults({"fault": "commit_then_drop", "method": "POST", "path": "purchaseOrders", "times": 1})
    message = house.order()
    delivery.deliver_next(worker="one")
    flows.switch(house.company, ORDERS, opens_at=None, by=someone, reason="something is wrong")

    house.drain()

    assert outcomes(message) == ["unknown", "adopted"]
    assert len(house.dump("purchaseOrders")) == 1


def test_other_flows_go_on(house: Any, someone: User) -> None:
    flows.switch(house.company, ["goods_receipt"], opens_at=None, by=someone, reason="stores come later")

    assert _take_in(house).state == "done"


def test_a_rehearsal_passes_closed_flows(house: Any, someone: User, tmp_path: Path) -> None:
    flows.switch(house.company, ORDERS, opens_at=None, by=someone, reason="before the cutover")
    path = exports.write(tmp_path / "export.jsonl", exports.EVENTS[:1])

    kept = rehearsal.run(rehearsal.read(path), by="lead")

    assert kept.documents.get().fate == "posts"


def test_switching_wants_flows_and_a_reason(house: Any, someone: User) -> None:
    with pytest.raises(flows.FlowError, match="Tick the flows"):
        flows.switch(house.company, [], opens_at=None, by=someone, reason="why")
    with pytest.raises(flows.FlowError, match="Say why"):
        flows.switch(house.company, ORDERS, opens_at=None, by=someone, reason=" ")


def test_the_page_switches_and_tells_who_did(db: None) -> None:
    factories.open_company()
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))

    sent = {"kind": ORDERS, "how": "then", "moment": "2031-01-02T06:00", "reason": "go-live"}
    client.post("/cutover/switch/", sent)

    told = words(client.get("/cutover/"))
    assert "Opens 2 Jan 2031 06:00" in told
    assert "go-live" in told
    assert FlowSwitch.history.count() == 1


@pytest.mark.parametrize("how", [{}, {"how": ""}, {"how": "Open now"}])
def test_what_is_not_said_closes_no_flow(db: None, how: dict[str, str]) -> None:
    factories.open_company()
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))

    answer = client.post("/cutover/switch/", {"kind": ORDERS, "reason": "go-live"} | how, follow=True)

    assert "Say whether they open now, open then or close." in words(answer)
    assert FlowSwitch.objects.count() == 0


def test_the_button_closes_a_flow(db: None) -> None:
    factories.open_company()
    client = Client()
    client.force_login(factories.person(roles.INTEGRATION_ADMIN))

    client.post("/cutover/switch/", {"kind": ORDERS, "how": "close", "reason": "not yet"})

    assert FlowSwitch.objects.get().opens_at is None


def test_who_may_only_read_cannot_switch(db: None) -> None:
    factories.open_company()
    client = Client()
    client.force_login(factories.person(roles.FINANCE_CONTROLLER))

    answer = client.post("/cutover/switch/", {"kind": ORDERS, "how": "close", "reason": "x"})

    assert answer.status_code == 403
    assert FlowSwitch.objects.count() == 0
