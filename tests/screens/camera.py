"""A browser that signs in as somebody, goes to a screen and keeps what it sees."""

from __future__ import annotations

import base64
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

from config.local import chromium, node
from config.local.errors import LocalError
from config.local.state import State
from tests.browser.accessibility import OF_COLOURS, broken_rules, complaints, turn

from .walk import Screen

TIMEOUT_MS = 30_000
WIDE, NARROW = (1440, 900), (390, 844)
TALLEST = {1440: 1300, 390: 1500}  # what lies below tells no more of how a screen looks
QUALITY = 34


class Camera:
    """Keeps `name-width.webp` of every screen, `name-dark-width.webp` where the dark is asked for too."""

    failures = (Error, AssertionError)

    def __init__(self, state: State, address: str, folder: Path, form: str) -> None:
        self.passwords = {login.username: login.password for login in state.logins()}
        self.address, self.folder, self.form = address, folder, form
        self.people: dict[str, BrowserContext] = {}

    def __enter__(self) -> Self:
        found = chromium.find()
        if found is None:
            raise LocalError("No Chromium here: `make test` installs one, or set CHROMIUM to its path.")
        os.environ.update(node.for_playwright(chromium.ROOT))
        with ExitStack() as stack:
            playwright = stack.enter_context(sync_playwright())
            self.browser = playwright.chromium.launch(
                executable_path=str(found.path),
                args=[*chromium.FLAGS, "--lang=en-GB"],
                env={**os.environ, **found.environment},
            )
            stack.callback(self.browser.close)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def take(self, screen: Screen) -> list[str]:
        """Go to the screen and keep its pictures; gives what it owes people who do not see it well."""
        page = self._person(screen.who).new_page()
        try:
            page.set_viewport_size(_size(WIDE))
            screen.reach(page)
            page.wait_for_load_state("networkidle")
            self._keep(page, f"{screen.name}", WIDE)
            told = _owed(page)
            if screen.dark:
                page.emulate_media(color_scheme="dark")
                self._keep(page, f"{screen.name}-dark", WIDE)
                page.emulate_media(color_scheme="light")
            self._keep(page, f"{screen.name}", NARROW)
            return told
        finally:
            page.close()

    def _person(self, name: str) -> BrowserContext:
        """Give a signed-in profile; a name without a password is a stranger."""
        if name not in self.people:
            context = self.browser.new_context(base_url=self.address, locale="en-GB", reduced_motion="reduce")
            context.set_default_timeout(TIMEOUT_MS)
            if name in self.passwords:
                _sign_in(context.new_page(), name, self.passwords[name])
            self.people[name] = context
        return self.people[name]

    def _keep(self, page: Page, name: str, size: tuple[int, int]) -> None:
        width, height = size
        page.set_viewport_size(_size(size))
        page.evaluate("window.scrollTo(0, 0)")
        full = page.evaluate("document.documentElement.scrollHeight")
        height = max(height, min(full, TALLEST[width]))
        page.set_viewport_size(_size((width, height)))
        taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", _form(self.form))
        (self.folder / f"{name}-{width}.{self.form}").write_bytes(base64.b64decode(taken["data"]))


def _owed(page: Page) -> list[str]:
    """Ask axe in the light and in the dark; the inner form of the admin's pages is the theme's."""
    is_ours = "/admin/" not in page.url
    told = complaints(page) if is_ours else broken_rules(page)
    if is_ours and page.url != "about:blank":
        turn(page, "dark")
        told += [f"in the dark: {each}" for each in complaints(page, OF_COLOURS)]
        turn(page, "light")
    return told


def _sign_in(page: Page, name: str, password: str) -> None:
    page.goto("/sign-in/")
    page.fill("#username", name)
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Home").first.wait_for()
    page.close()


def _size(size: tuple[int, int]) -> Any:
    return {"width": size[0], "height": size[1]}


def _form(form: str) -> dict[str, Any]:
    return {"format": form} if form == "png" else {"format": form, "quality": QUALITY}
