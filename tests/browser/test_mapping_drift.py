"""Business Central renames, shortens, removes and retypes mapped fields; all is mended in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from reconciliation import roles

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from tests.delivery.house import House

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "Air filter, washable, for the north hall and the boiler house"


def admin(username: str = "") -> User:
    from tests import factories

    return factories.person(roles.INTEGRATION_ADMIN, username)


def open_mapping(page: Page, desk_address: str, name: str) -> None:
    from integration.models import FieldMapping

    page.goto(f"{desk_address}/mappings/{FieldMapping.objects.get(name=name).pk}/")
    page.get_by_role("heading", name=name, exact=True).wait_for()


def mend(page: Page, *fields: str) -> None:
    """Draft the fixes of these fields from the page of their mapping, and hand them in."""
    at = page.url
    for field in fields:
        page.goto(at)
        page.get_by_role("button", name=f"Draft the fix for {field}", exact=True).click()
        page.get_by_text("The fix is in the draft.").wait_for()
    page.get_by_label("What it changes, and why").fill("Business Central's new release")
    page.get_by_role("button", name="Hand in for review").click()
    page.get_by_text("It waits for a second person now.").wait_for()


def approve(page: Page) -> None:
    page.get_by_role("link", name="Open the draft").click()
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_text("counts now.").wait_for()


def test_four_changes_at_once_are_mended_in_the_browser_and_nothing_is_lost(
    house: House, page: Page, sign_in: SignIn, desk_address: str
) -> None:
    from integration.contract import checking
    from integration.mapping import Row, defaults
    from tests import mappings
    from tests.delivery.house import DAY, item_line, states

    mappings.add_row(defaults.ORDER, Row("", "shipToName", "constant", {"value": "Store"}))
    checking.check()
    house.sandbox.control.settings(
        renamed_fields={"purchaseOrders.shipToName": "deliverToName"},
        texted_fields=["purchaseOrders.postingDate"],
        removed_fields=["purchaseOrderLines.description2"],
        shortened_fields={"purchaseOrderLines.description": 50},
    )
    checking.check()
    for number in range(1, 4):
        house.order(f"PO-{number}", item_line(description=LONG))
    movement = house.consumption()
    house.drain()
    movement.refresh_from_db()

    # what pauses, and what goes on
    assert states().count("waiting") == 3
    assert movement.state == "done"

    # what the admin sees
    sign_in(admin(), "/")
    page.get_by_text("Posting purchase orders is paused until").first.wait_for()
    open_mapping(page, desk_address, defaults.ORDER)
    page.get_by_text("Paused: purchaseOrders.shipToName, missing.").wait_for()
    page.get_by_text("3 documents wait").first.wait_for()

    # two mappings are mended, each by two people
    mend(page, "shipToName", "postingDate")
    open_mapping(page, desk_address, defaults.ORDER_LINE)
    page.get_by_text("Goes on: purchaseOrderLines.description,").wait_for()
    mend(page, "description", "description2")
    sign_in(admin("ivan"), "/mappings/")
    for name in (defaults.ORDER, defaults.ORDER_LINE):
        open_mapping(page, desk_address, name)
        approve(page)
    house.drain()

    # the backlog drains, and nothing is lost
    assert set(states()) == {"done"}
    orders = house.dump("purchaseOrders")
    assert [(each["shipToName"], each["postingDate"]) for each in orders] == [("Store", DAY.isoformat())] * 3
    lines = [each for each in house.dump("purchaseOrderLines") if each["lineType"] == "Item"]
    assert [each["description"] for each in lines] == [LONG[:50]] * 3
