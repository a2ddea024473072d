"""One Chromium for each process of the run, one fresh profile for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from config.local import chromium

TIMEOUT_MS = 15_000


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
    """A page in a fresh profile that fails the test's waits after fifteen seconds."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(TIMEOUT_MS)
    yield context.new_page()
    context.close()
