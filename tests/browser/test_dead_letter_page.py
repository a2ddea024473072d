"""A dead letter's page in a real browser: read from the top, opened by the keyboard, copied, for everyone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from reconciliation import roles

from .accessibility import complaints_everywhere

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from integration.models import Message
    from tests.delivery.house import House

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def admin() -> User:
    from tests import factories

    return factories.person(roles.INTEGRATION_ADMIN)


def test_the_raw_exchange_opens_by_the_keyboard_and_the_call_is_copied(
    refused: Message, page: Page, sign_in: SignIn
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(admin(), f"/messages/{refused.pk}/")
    call = page.locator("#curl")
    assert not call.is_visible()

    page.locator(".raw > summary").focus()
    page.keyboard.press("Enter")
    assert call.is_visible()
    page.get_by_role("button", name="Copy as curl").press("Enter")
    page.get_by_text("Copied.").wait_for()

    assert page.evaluate("navigator.clipboard.readText()") == call.text_content()


def test_with_everything_open_the_page_can_be_used_by_everyone(
    house: House, refused: Message, page: Page, sign_in: SignIn
) -> None:
    house.receipt("GR-1", order="PO-7")
    house.order("PO-6")
    house.drain()

    sign_in(admin(), f"/messages/{refused.pk}/")
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    page.get_by_role("heading", name="1 waits for this one").wait_for()
    page.get_by_role("heading", name="Against the last one that went through").wait_for()
    assert complaints_everywhere(page) == {}


def test_a_message_is_edited_tried_and_sent_and_of_two_people_the_second_is_told(
    house: House, page: Page, sign_in: SignIn, desk_address: str
) -> None:
    from tests import factories
    from tests.delivery.house import item_line

    stuck = house.order("PO-7", item_line(unit="PALLET"))
    house.drain()
    sign_in(admin(), f"/messages/{stuck.pk}/")
    page.get_by_role("link", name="Edit it").click()
    page.get_by_label("unitOfMeasureCode").fill("PCS")
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("heading", name="Dry run: nothing was sent").wait_for()
    assert complaints_everywhere(page) == {}
    page.get_by_text("What Business Central would get").click()
    assert "unitOfMeasureCode\tPCS" in page.locator("#content").inner_text()
    assert house.dump("purchaseOrders") == []

    late = page.context.browser.new_context()
    other = late.new_page()
    late.add_cookies(_cookies(factories.person(roles.INTEGRATION_ADMIN, "second"), desk_address))
    other.goto(f"{desk_address}/messages/{stuck.pk}/edit/")
    page.get_by_label("Why is it edited?").fill("It is called PCS")
    page.get_by_role("button", name="Send it").click()
    page.get_by_text("It is queued again, as you edited it.").wait_for()
    other.get_by_label("unitOfMeasureCode").fill("BOX")
    other.get_by_role("button", name="Try it").click()

    other.get_by_text("Nothing of yours was written.").wait_for()
    late.close()
    house.drain()
    lines = [row for row in house.dump("purchaseOrderLines") if row["lineType"] == "Item"]
    assert [row["unitOfMeasureCode"] for row in lines] == ["PCS"]


def _cookies(user: User, address: str) -> list[dict[str, str]]:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}]
