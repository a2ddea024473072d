"""The connection that the settings describe: one client id, or several that share the calls."""

from __future__ import annotations

import logging
import multiprocessing
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.test import Client as Browser

from config.env import Environment
from integration import connections, tasks
from integration.bc import Client, Lane, Limits
from integration.bc.throttle import limiter_for
from integration.errors import ConfigurationError
from reconciliation import roles
from tests import factories
from tests.bc import storm
from tests.desk.reading import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integration.sandbox.launch import Running

QUICK = Limits(per_second=200, burst=10, concurrency=4)
PROCESSES, CALLS = 5, 30  # together more than three windows hold
BURST = 60  # calls; one client id may make 25 of them


@pytest.fixture
def three(sandbox: Running, settings: Any) -> list[str]:
    """Three new applications; their client ids."""
    settings.BC_CLIENT_ID, settings.BC_CLIENT_SECRET = sandbox.control.add_client()
    settings.BC_MORE_CLIENTS = {number: (*sandbox.control.add_client(), "") for number in (2, 3)}
    return [settings.BC_CLIENT_ID, *(client_id for client_id, _, _ in settings.BC_MORE_CLIENTS.values())]


@pytest.fixture
def narrow(sandbox: Running) -> Iterator[None]:
    """A sandbox that takes 25 calls of each client id in the window."""
    sandbox.control.settings(requests_per_window=25, window_seconds=300)
    yield
    sandbox.control.settings(requests_per_window=0)


def counted(sandbox: Running, client_ids: list[str]) -> list[int]:
    """How many calls the sandbox has taken from each."""
    limits = sandbox.control.limits()
    return [limits.get(client_id, {"inWindow": 0})["inWindow"] for client_id in client_ids]


def client_of_all(*, lane: Lane = Lane.REALTIME) -> Client:
    """A client of the settings' ids whose own limits are wide."""
    first, *others = (replace(each, limits=QUICK) for each in connections.connections())
    return Client(first, others=others, lane=lane, patience=60)


def test_both_lanes_go_as_one_client_id_unless_there_are_more(sandbox: Running) -> None:
    ids = {
        each.connection.client_id
        for lane in Lane
        for each in connections.client(lane=lane).identities.members
    }

    assert ids == {sandbox.client_id}


def test_further_client_ids_are_numbered_in_the_environment() -> None:
    environment = Environment(
        {"BC_CLIENT_ID": "a", "BC_CLIENT_ID_3": "c", "BC_CLIENT_SECRET_2_FILE": "/x", "BC_CLIENT_ID_4": ""}
        | {"TIEOUT_MODE": "test"}
    )

    assert environment.numbers_after("BC_CLIENT_ID", "BC_CLIENT_SECRET") == [2, 3]


@pytest.mark.parametrize("name", ["BC_PULL_CLIENT_ID", "BC_PULL_CLIENT_ID_FILE"])
def test_the_former_client_id_of_pulls_is_refused_and_says_what_to_set(name: str, tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_text("an-id")
    former = {**os.environ, "TIEOUT_MODE": "test", name: str(file)}
    load = "import config.settings.work"

    ended = subprocess.run([sys.executable, "-c", load], env=former, capture_output=True, text=True)

    assert ended.returncode != 0
    told = "BC_PULL_CLIENT_ID is no longer read. Set BC_CLIENT_ID_2 and BC_CLIENT_SECRET_2 instead"
    assert told in ended.stderr


def test_calls_take_turns_through_all_client_ids(sandbox: Running, three: list[str]) -> None:
    client = connections.client()
    for _ in range(9):
        client.company()

    assert counted(sandbox, three) in ([3, 3, 3], [4, 3, 3], [3, 4, 3], [3, 3, 4])


def test_a_burst_that_is_too_much_for_one_client_id_meets_no_429(
    sandbox: Running, three: list[str], narrow: None
) -> None:
    client = client_of_all()
    company = client.company_id()

    def count_items(_: int) -> int:
        own = Client(client.connection, others=[each.connection for each in client.identities.members[1:]])
        own._company_id, own.identities = company, client.identities
        return own.count("items")

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(count_items, range(BURST)))

    taken = counted(sandbox, three)
    assert len(answers) == BURST
    assert BURST <= sum(taken) <= BURST + 1
    assert max(taken) <= 25


def test_a_burst_of_several_processes_over_three_client_ids_meets_no_429(
    sandbox: Running, three: list[str]
) -> None:
    sandbox.control.settings(requests_per_window=40, window_seconds=3)
    limits = Limits(per_second=10.0, burst=4, concurrency=4)  # 4 + 3 × 10, and 4 that came late: 38
    ours = [replace(each, limits=limits) for each in connections.connections()]
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(PROCESSES)
    pipes = [context.Pipe() for _ in range(PROCESSES)]
    workers = [
        context.Process(target=storm.burst, args=(ours, CALLS, gate, theirs), daemon=True)
        for _, theirs in pipes
    ]
    for worker in workers:
        worker.start()

    answered = [ours.recv() if ours.poll(storm.PATIENCE) else 0 for ours, _ in pipes]

    for worker in workers:
        worker.join(storm.PATIENCE)
    assert answered == [CALLS] * PROCESSES
    assert "429" not in sandbox.control.requests()["statuses"]
    assert min(counted(sandbox, three)) > 0


def test_a_paused_client_id_is_passed_over(sandbox: Running, three: list[str]) -> None:
    client = client_of_all()
    client.identities.members[0].limiter.slow_down(60)

    for _ in range(6):
        client.company()

    assert counted(sandbox, three)[0] == 0
    assert sum(counted(sandbox, three)) >= 6


def test_a_429_of_one_client_id_pauses_that_one_alone(sandbox: Running, three: list[str]) -> None:
    client = client_of_all()
    client.company()
    paused = client.identities.members[1]
    paused.limiter.slow_down(60)

    entries = [each.limiter.try_enter(Lane.REALTIME) for each in client.identities.members]

    assert [bool(each.slot) for each in entries] == [True, False, True]
    for identity, entry in zip(client.identities.members, entries, strict=True):
        if entry.slot:
            identity.limiter.leave(entry)


def test_bulk_leaves_places_of_every_client_id_to_realtime(sandbox: Running, three: list[str]) -> None:
    members = client_of_all().identities.members
    taken = []
    for each in members:
        entry = each.limiter.try_enter(Lane.BULK)
        while entry.slot:
            taken.append((each, entry))
            entry = each.limiter.try_enter(Lane.BULK)

    client_of_all().company()  # waits for nobody

    assert len(taken) == 3 * QUICK.concurrency // 2
    for identity, entry in taken:
        identity.limiter.leave(entry)


def test_a_client_id_whose_secret_is_wrong_is_named_and_the_others_go_on(
    sandbox: Running, settings: Any, three: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    settings.BC_MORE_CLIENTS[3] = (three[2], "wrong", "")
    client = connections.client()

    with caplog.at_level(logging.ERROR):
        for _ in range(6):
            client.company()

    taken = counted(sandbox, three)
    assert taken[2] == 0
    assert taken[0] + taken[1] >= 6
    assert [each for each in caplog.messages if "BC_CLIENT_ID_3 is left out" in each]
    allowance = connections.budget()
    assert allowance is not None
    assert allowance.refused == ("BC_CLIENT_ID_3",)
    assert [each.partition(":")[0] for each in connections.sign_in_problems()] == ["BC_CLIENT_ID_3"]


def test_client_ids_that_are_all_wrong_stop_the_call(
    sandbox: Running, settings: Any, three: list[str]
) -> None:
    settings.BC_CLIENT_SECRET = "wrong"
    settings.BC_MORE_CLIENTS = {number: (three[number - 1], "wrong", "") for number in (2, 3)}

    with pytest.raises(ConfigurationError, match="refused our application"):
        connections.client().company()


@pytest.mark.django_db
def test_check_contract_names_the_client_id_that_has_a_problem(
    sandbox: Running, settings: Any, three: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    factories.open_company()
    settings.BC_MORE_CLIENTS[2] = (three[1], "wrong", "")

    call_command("check_contract")

    assert "BC_CLIENT_ID_2: The sign-in service refused our application." in capsys.readouterr().out


@pytest.mark.django_db
def test_the_nightly_check_tells_of_the_client_id_whose_sign_in_fails(
    sandbox: Running, settings: Any, three: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    factories.open_company()
    settings.BC_MORE_CLIENTS[2] = (three[1], "wrong", "")

    with caplog.at_level(logging.ERROR, logger="integration.tasks"):
        tasks.check_contract()

    told = [each.getMessage() for each in caplog.records if each.name == "integration.tasks"]
    assert len(told) == 1
    assert "BC_CLIENT_ID_2: The sign-in service refused our application." in told[0]


def test_a_further_client_id_without_its_secret_is_named(sandbox: Running, settings: Any) -> None:
    settings.BC_MORE_CLIENTS = {2: (str(uuid.uuid4()), "", "")}

    assert not connections.is_connected()
    with pytest.raises(ConfigurationError, match="BC_CLIENT_SECRET_2 or BC_CLIENT_CERTIFICATE_2"):
        connections.connection()


def test_the_budget_is_that_of_the_fullest_client_id(sandbox: Running, three: list[str]) -> None:
    client = connections.client()
    for each in client.identities.members[:2]:
        each.limiter.slow_down(60)
    for _ in range(3):
        client.company()

    found = connections.budget()

    assert found is not None
    assert (found.fullest.client_name, found.clients) == ("BC_CLIENT_ID_3", 3)
    assert found.fullest.used in (3, 4)
    assert found.paused == ("BC_CLIENT_ID", "BC_CLIENT_ID_2")


def test_a_connection_that_is_not_set_has_no_budget(settings: Any) -> None:
    settings.BC_BASE_URL = ""

    assert connections.budget() is None


@pytest.mark.django_db
def test_home_shows_the_budget_used(sandbox: Running, settings: Any) -> None:
    settings.BC_CLIENT_ID, settings.BC_CLIENT_SECRET = sandbox.control.add_client()
    factories.open_company()
    browser = Browser()
    browser.force_login(factories.person(roles.AP_CLERK))
    connections.client().company()
    connections.client().company()

    shown = words(browser.get("/"))
    limiter_for(connections.connection()).slow_down(60)
    held = words(browser.get("/"))

    told = "2 of the 6,000 requests that Business Central takes in five minutes are used (0 %)."
    assert told in shown
    assert "asked us to wait" not in shown
    assert "It asked us to wait; deliveries go on by themselves." in held


@pytest.mark.django_db
def test_home_names_the_client_ids_that_are_refused_and_says_how_many_there_are(
    sandbox: Running, settings: Any, three: list[str]
) -> None:
    settings.BC_MORE_CLIENTS[3] = (three[2], "wrong", "")
    factories.open_company()
    browser = Browser()
    browser.force_login(factories.person(roles.AP_CLERK))
    for _ in range(3):
        connections.client().company()

    shown = words(browser.get("/"))

    assert "That is the fullest of 3 client ids." in shown
    assert "It refuses BC_CLIENT_ID_3: check its secret and its card." in shown
    assert "BC_CLIENT_ID_2:" not in shown


def test_a_certificate_that_is_not_trusted_is_no_client_ids_fault(
    sandbox: Running, settings: Any, three: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BC_CA_BUNDLE = str(tmp_path / "none.pem")

    with caplog.at_level(logging.ERROR), pytest.raises(ConfigurationError, match="cannot be read or holds"):
        connections.client().company()

    allowance = connections.budget()
    assert allowance is not None
    assert allowance.refused == ()
    assert not [each for each in caplog.messages if "is left out" in each]


def test_the_only_client_id_is_named_too_when_its_sign_in_fails(sandbox: Running, settings: Any) -> None:
    settings.BC_CLIENT_ID, _ = sandbox.control.add_client()
    settings.BC_CLIENT_SECRET = "wrong"

    with pytest.raises(ConfigurationError, match="refused our application"):
        connections.client().company()

    allowance = connections.budget()
    assert allowance is not None
    assert allowance.refused == ("BC_CLIENT_ID",)
