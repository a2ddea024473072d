"""The connection that the settings describe: one client id, or two with limits of their own."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client as Browser

from integration import connections
from integration.bc import Lane
from integration.bc.throttle import limiter_for
from integration.errors import ConfigurationError
from reconciliation import roles
from tests import factories
from tests.desk.reading import words

if TYPE_CHECKING:
    from integration.sandbox.launch import Running


@pytest.fixture
def two(sandbox: Running, settings: Any) -> tuple[str, str]:
    """Two new applications, one for the events and one for the pulls; their client ids."""
    settings.BC_CLIENT_ID, settings.BC_CLIENT_SECRET = sandbox.control.add_client()
    settings.BC_PULL_CLIENT_ID, settings.BC_PULL_CLIENT_SECRET = sandbox.control.add_client()
    return settings.BC_CLIENT_ID, settings.BC_PULL_CLIENT_ID


def test_both_lanes_go_as_one_client_id_unless_there_are_two(sandbox: Running) -> None:
    ids = {connections.connection(lane=lane).client_id for lane in Lane}

    assert ids == {sandbox.client_id}


def test_pulls_go_as_the_second_client_id(sandbox: Running, two: tuple[str, str]) -> None:
    for lane in Lane:
        connections.client(lane=lane).company()

    counts = sandbox.control.limits()
    assert [counts[client_id]["inWindow"] for client_id in two] == [1, 1]


def test_a_pull_at_its_limit_leaves_the_events_alone(sandbox: Running, two: tuple[str, str]) -> None:
    pulls, events = (connections.connection(lane=lane) for lane in (Lane.BULK, Lane.REALTIME))
    limiter_for(pulls).slow_down(60)

    assert limiter_for(pulls).try_enter(Lane.BULK).wait > 50
    entry = limiter_for(events).try_enter(Lane.REALTIME)
    assert entry.slot
    limiter_for(events).leave(entry)


def test_a_second_client_id_without_its_secret_is_named(sandbox: Running, settings: Any) -> None:
    settings.BC_PULL_CLIENT_ID = str(uuid.uuid4())

    assert not connections.is_connected()
    with pytest.raises(ConfigurationError, match="BC_PULL_CLIENT_SECRET or BC_PULL_CLIENT_CERTIFICATE"):
        connections.connection()


def test_the_budget_is_that_of_the_fuller_client_id(sandbox: Running, two: tuple[str, str]) -> None:
    for _ in range(3):
        connections.client(lane=Lane.BULK).company()
    connections.client().company()

    budget = connections.budget()

    assert budget is not None
    assert budget.used == 3


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
