"""One Chromium for each process of the run, one fresh profile for each test, and the desk to look at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from config.local import chromium, node

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

    from integration.models import Message
    from tests.delivery.house import House

TIMEOUT_MS = 15_000
# Chromium tells of every answer of 400 and more; the tests look at those themselves.
NOT_OURS = "Failed to load resource"


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """A headless Chromium; without one the test is skipped, which CI takes for a failure."""
    found = chromium.find()
    if found is None:
        reason = "no Chromium here: `make test` installs one, or set CHROMIUM to its path"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; without this Django refuses every query of the test.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    os.environ.update(node.for_playwright(chromium.ROOT))
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=str(found.path),
            args=list(chromium.FLAGS),
            env={**os.environ, **found.environment},
        )
        yield running
        running.close()


@pytest.fixture
def page(browser) -> Iterator:
    """A page in a fresh profile that fails the test's waits after fifteen seconds.

    A script that fails, an error on the console or something that the content policy stops fails the test.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(TIMEOUT_MS)
    opened, problems = context.new_page(), []
    opened.on("pageerror", lambda error: problems.append(f"{opened.url}: {error}"))
    opened.on("console", lambda said: _note(said, problems))
    yield opened
    context.close()
    assert problems == []


@pytest.fixture
def desk_address(live_server) -> str:
    """The desk on a port of its own, with its static files."""
    return str(live_server.url)


@pytest.fixture
def sign_in(page, desk_address: str) -> Callable[[User, str], None]:
    """Sign someone in without the form, and open an address as them."""
    from django.test import Client

    def open_as(user: User, path: str = "/") -> None:
        client = Client()
        client.force_login(user)
        name = "sessionid"
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": desk_address}])
        page.goto(f"{desk_address}{path}")

    return open_as


@pytest.fixture
def house(transactional_db: None, sandbox: Any, settings: Any) -> House:
    """A company with its policies, ready for documents, seen by the browser's server too."""
    from reconciliation import policies
    from tests.delivery.conftest import PACE
    from tests.delivery.house import prepare_house

    settings.OUTBOX_PACE = PACE
    prepared = prepare_house(sandbox)
    policies.install_defaults(prepared.company)
    return prepared


@pytest.fixture
def refused(house: House) -> Message:
    """An order that BC refused, since its vendor is blocked there."""
    message = house.order("PO-7", vendor="V2")
    house.drain()
    message.refresh_from_db()
    assert message.state == "rejected"
    return message


def _note(said: Any, problems: list[str]) -> None:
    if said.type == "error" and NOT_OURS not in said.text:
        problems.append(said.text)
