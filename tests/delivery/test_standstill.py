"""The circuit to Business Central: what opens it, what waits meanwhile, and that it closes by itself."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest
import redis

from integration import connections, delivery
from integration.bc import Client, Lane, Verdict
from integration.bc.auth import Token, Tokens, fetch_token
from integration.bc.circuit import Circuit
from integration.errors import NotSentError
from integration.models import Message
from tests.delivery.house import House, states

UNAVAILABLE = {"fault": "unavailable"}
NO_REDIS = "unix:///nowhere/redis.sock"


def orders(house: House, count: int) -> None:
    for number in range(1, count + 1):
        house.order(f"PO-{number}")


def attempts() -> list[int]:
    return list(Message.objects.values_list("attempts", flat=True).distinct())


def later(circuit: Circuit, seconds: float) -> None:
    """Let the circuit's clock go on."""
    circuit.clock = lambda: time.time() + seconds


@pytest.fixture
def circuit(house: House) -> Any:
    """The circuit of the house, by the usual clock."""
    found = connections.circuit()
    yield found
    found.clock = time.time
    found.forget()


def test_an_unavailable_bc_is_left_alone_and_costs_no_attempt(
    house: House, circuit: Circuit, settings: Any
) -> None:
    settings.OUTBOX_PACE = 1
    orders(house, 25)
    house.faults(UNAVAILABLE)

    opened = delivery.drain()
    house.sandbox.control.forget_requests()
    held = delivery.drain()

    assert opened.outcomes == {"not_sent": 20}
    assert opened.stopped.startswith("Business Central does not answer since ")
    assert "nothing is lost. Tieout asks again at " in opened.stopped
    assert held.outcomes == {}
    assert house.sandbox.control.requests()["total"] == 0
    assert (states(), attempts()) == (["ready"] * 25, [0])


def test_the_line_goes_on_by_itself_when_bc_is_back(house: House, circuit: Circuit) -> None:
    orders(house, 25)
    house.faults(UNAVAILABLE)
    delivery.drain()
    assert circuit.standstill() is not None

    house.faults()
    report = house.drain()

    assert report.stopped == ""
    assert circuit.standstill() is None
    assert states() == ["done"] * 25
    assert len(house.dump("purchaseOrders")) == 25


def test_a_probe_touches_no_message_and_the_next_one_comes_later(
    house: House, circuit: Circuit, settings: Any
) -> None:
    settings.OUTBOX_PACE = 1
    orders(house, 25)
    house.faults(UNAVAILABLE)
    delivery.drain()
    house.sandbox.control.forget_requests()

    later(circuit, 16)
    delivery.drain()
    delivery.drain()

    (asked,) = house.sandbox.control.requests()["log"]
    assert asked["target"].partition("?")[0].endswith(f"/companies({house.company.bc_id})")
    still = circuit.standstill()
    assert still is not None
    assert still.probe_at - circuit.clock() > 25


def test_a_refused_sign_in_stops_the_line_until_the_secret_is_right(
    house: House, circuit: Circuit, settings: Any
) -> None:
    right, settings.BC_CLIENT_SECRET = settings.BC_CLIENT_SECRET, "revoked"
    orders(house, 6)

    told = [delivery.drain() for _ in range(6)]

    assert [dict(report.outcomes) for report in told] == [{"not_sent": 1}] * 5 + [{}]
    assert told[5].stopped.startswith("Business Central does not let Tieout sign in since ")
    assert "The BC administrator must check its id, secret and consent." in told[5].stopped
    assert (states(), attempts()) == (["ready"] * 6, [0])

    settings.BC_CLIENT_SECRET = right
    later(circuit, 1)
    assert house.drain().outcomes == {"posted": 6}
    assert circuit.standstill() is None


def test_a_token_serves_to_its_end_while_the_sign_in_service_is_away(house: House, circuit: Circuit) -> None:
    now, is_away = [time.time()], [False]
    connection = connections.connection()

    def fetch() -> Token:
        if is_away[0]:
            raise NotSentError("The sign-in service could not be reached.", code="Tieout_SignInNotReached")
        return fetch_token(connection, clock=lambda: now[0])

    tokens = Tokens(connection, fetch=fetch, clock=lambda: now[0])
    tokens.shelf = None  # a token of this test alone
    client = Client(connection, tokens=tokens, circuit=circuit)
    orders(house, 3)
    delivery.drain(client=client)
    is_away[0] = True
    house.order("PO-4")

    by_token = delivery.drain(client=client)
    now[0] += 7200
    orders_left = [house.order(f"PO-{number}") for number in range(5, 30)]
    held = delivery.drain(client=client)
    is_away[0] = False
    report = delivery.drain(until_idle=True, client=client)

    assert by_token.outcomes == {"posted": 1}
    assert "The sign-in service could not be reached" in held.stopped
    assert report.outcomes["posted"] == len(orders_left) == 25
    assert len(house.dump("purchaseOrders")) == 29


def test_what_bc_refuses_opens_nothing(house: House, circuit: Circuit) -> None:
    for number in range(25):
        house.order(f"PO-{number}", vendor="V2")  # whom BC has stopped

    report = house.drain()

    assert report.outcomes == {"refused": 25}
    assert circuit.standstill() is None


def test_half_of_the_calls_must_fail(house: House, circuit: Circuit) -> None:
    house.faults(UNAVAILABLE | {"method": "POST", "every": 3})
    orders(house, 25)

    report = house.drain()

    assert report.outcomes["posted"] == 25
    assert report.outcomes["not_sent"] > 10
    assert circuit.standstill() is None


def test_without_redis_each_process_holds_its_own_line(house: House, settings: Any) -> None:
    settings.REDIS_URL = NO_REDIS
    connections.circuit().forget()
    orders(house, 25)
    house.faults(UNAVAILABLE)

    held = delivery.drain()
    house.faults()
    report = house.drain()

    assert held.outcomes["not_sent"] == 20
    assert held.stopped.startswith("Business Central does not answer since ")
    assert attempts() == [1]
    assert report.outcomes == {"posted": 25}


def test_the_line_stays_held_when_redis_goes_away(house: House, circuit: Circuit, settings: Any) -> None:
    settings.OUTBOX_PACE = 1
    orders(house, 25)
    house.faults(UNAVAILABLE)
    delivery.drain()
    store: Any = circuit.shared.store  # type: ignore[union-attr]

    there, store.connection_pool = store.connection_pool, nowhere()
    later(circuit, -60)  # so that Redis, once back, is asked again
    try:
        held = delivery.drain()
    finally:
        store.connection_pool = there

    assert held.outcomes == {}
    assert held.stopped.startswith("Business Central does not answer since ")


def nowhere() -> redis.ConnectionPool:
    return redis.ConnectionPool(connection_class=redis.UnixDomainSocketConnection, path="/nowhere/redis.sock")


def test_all_processes_share_one_circuit_and_one_probe(house: House, circuit: Circuit) -> None:
    other = Circuit(shared=circuit.shared)
    asked: Counter[str] = Counter()
    for _ in range(20):
        circuit.note(NotSentError("Not reached.", code="Tieout_NotReached"))
    later(circuit, 400)
    later(other, 400)

    def probe() -> None:
        asked["first"] += 1
        other.look(lambda: asked.update(["second"]))

    still = other.standstill()
    circuit.look(probe)

    assert still is not None
    assert still.verdict is Verdict.UNANSWERED
    assert asked == {"first": 1}
    assert other.standstill() is None


def test_slow_pulls_do_not_stop_deliveries(house: House) -> None:
    assert connections.client(lane=Lane.BULK).circuit is None
    assert connections.client().circuit is connections.circuit()


def test_after_a_long_outage_a_lone_document_waits_half_a_minute_at_most(
    house: House, circuit: Circuit, settings: Any
) -> None:
    settings.OUTBOX_PACE = 1
    orders(house, 25)
    house.faults(UNAVAILABLE)
    delivery.drain()
    for _probe in range(12):
        still = delivery.standstill()
        assert still is not None
        later(circuit, still.probe_at - time.time() + 1)
        delivery.drain()

    still = delivery.standstill()

    assert still is not None
    assert still.probes >= 12
    assert 0 < still.probe_at - circuit.clock() <= 30
