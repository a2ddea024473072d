"""The product as it is shipped, in production mode: web, workers and beat, walked through in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciliation import roles

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db: None) -> dict[str, str]:
    """One person of each role that the walk needs, who signs in by password."""
    from tests import factories

    wanted = (roles.AP_CLERK, roles.AP_APPROVER, roles.INTEGRATION_ADMIN, roles.FINANCE_CONTROLLER)
    return {role: factories.person(role).username for role in wanted}


@pytest.fixture
def case(people: dict[str, str]) -> int:
    """Give an exception over the clerk's limit, made before the processes start."""
    from tests import factories

    desk = factories.Desk(factories.open_company())
    pk: int = factories.price_over_order(desk, "R-9", price="6000.00").pk
    return pk


@pytest.fixture
def address(case: int, tmp_path: Path, browser: Browser) -> Iterator[str]:
    from tests.deploy.shipped import started

    with started(tmp_path) as found:
        yield found
        for context in browser.contexts:  # the web waits for connections that are open
            context.close()


def signed_in(browser: Browser, address: str, name: str) -> Page:
    from tests import factories

    page = browser.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{address}/sign-in/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    return page


def test_the_main_ways_through_the_desk_on_the_shipped_processes(browser, address, people, case) -> None:
    from playwright.sync_api import expect

    clerk = signed_in(browser, address, people[roles.AP_CLERK])
    clerk.goto(f"{address}/exceptions/")
    clerk.get_by_role("link", name="R-9").first.click()
    expect(clerk.get_by_role("heading", name="Invoice R-9")).to_be_visible()
    clerk.wait_for_load_state()  # the keys work from then on
    clerk.keyboard.press("1")
    clerk.keyboard.press("2")
    approver = signed_in(browser, address, people[roles.AP_APPROVER])
    approver.goto(f"{address}/approvals/")
    expect(approver.get_by_text("R-9").first).to_be_visible()

    admin = signed_in(browser, address, people[roles.INTEGRATION_ADMIN])
    admin.goto(f"{address}/mappings/")
    expect(admin.get_by_role("heading", name="Field mappings")).to_be_visible()
    admin.goto(f"{address}/admin/integration/message/")
    expect(admin.locator("#content").first).to_be_visible()
    controller = signed_in(browser, address, people[roles.FINANCE_CONTROLLER])
    controller.goto(f"{address}/audit/")
    expect(controller.get_by_role("heading", name="Audit")).to_be_visible()
    cookies = {each["name"]: each for each in controller.context.cookies()}
    assert cookies["__Host-sessionid"]["secure"]
