"""The contract page: an administrator sees at a glance what works with this tenant, and so can everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciliation import roles

from .accessibility import broken_rules, turn

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from playwright.sync_api import Page

    from tests.delivery.house import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(transactional_db: None, sandbox: Any) -> House:
    """A company whose tenant has lost a field of the vendors."""
    from integration import connections
    from integration.contract import checking
    from tests.contract.conftest import without
    from tests.delivery.house import prepare_house

    house = prepare_house(sandbox)
    checking.check()
    offered = connections.client().metadata()
    checking.settle(without(offered, "vendors", "currencyCode"), expects_app=True)
    return house


def test_home_leads_to_what_is_paused_and_the_page_names_it(house: House, page: Page, sign_in: Any):
    from tests.factories import person

    roles.apply_roles()
    sign_in(person(roles.INTEGRATION_ADMIN))

    from playwright.sync_api import expect

    page.get_by_role("link", name="See the contract").click()

    table = page.get_by_role("table", name="Business Central offers: with the Tieout app.")
    expect(table.get_by_role("row", name="Pulling vendors standard paused")).to_be_visible()
    expect(table.get_by_role("row", name="Pulling items standard works")).to_be_visible()
    expect(table.get_by_role("row", name="Posting inventory movements the Tieout app works")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_can_be_used_by_everyone(house: House, page: Page, sign_in: Any, scheme: str):
    from tests.factories import person

    roles.apply_roles()
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    sign_in(person(roles.INTEGRATION_ADMIN), "/admin/integration/contractfinding/")
    turn(page, scheme)
    page.wait_for_load_state("networkidle")

    assert broken_rules(page) == []  # the tables' inner form is the theme's
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
