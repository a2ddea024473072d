"""A security key in a real browser: Chromium's own stand-in for one is added, and asked for at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from reconciliation import roles

from .accessibility import complaints

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_key_is_added_and_then_asked_for_at_the_door(page: Page, desk_address: str) -> None:
    from tests import factories

    factories.open_company()
    factories.person(roles.AP_APPROVER)
    _plug_in_a_key(page)
    by_password(page, desk_address)
    expect(page.get_by_role("link", name="Home").first).to_be_visible()
    page.goto(f"{desk_address}/account/second-factor/webauthn/add/")
    confirm = page.get_by_role("heading", name="Confirm Access")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if confirm.count():
        page.get_by_label("Password").fill(factories.PASSWORD)
        page.locator("main button[type=submit]").click()
    expect(page.get_by_role("heading", name="Add Security Key")).to_be_visible()
    assert complaints(page) == []
    page.get_by_label("Name").fill("Key on my ring")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Security key added.")).to_be_visible()

    page.context.clear_cookies()
    by_password(page, desk_address)
    expect(page.get_by_role("button", name="Use a security key")).to_be_visible()
    assert complaints(page) == []
    page.goto(f"{desk_address}/exceptions/")
    expect(page.get_by_role("heading", name="Two-Factor Authentication")).to_be_visible()  # still at the door
    page.get_by_role("button", name="Use a security key").click()

    expect(page.get_by_role("link", name="Home").first).to_be_visible()


def by_password(page: Page, desk_address: str) -> None:
    from tests import factories

    page.goto(f"{desk_address}/sign-in/")
    page.get_by_label("User name").fill("anton")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def _plug_in_a_key(page: Page) -> None:
    """Chromium signs with a key of its own, and says that a finger has touched it."""
    chromium = page.context.new_cdp_session(page)
    chromium.send("WebAuthn.enable")
    chromium.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": False,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
