"""A mapping is changed in a real browser: edited, previewed, tested, approved by another, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from reconciliation import roles

from .accessibility import complaints_everywhere

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from tests.delivery.house import House

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINES = "purchase order line → BC"


def main(page: Page) -> Any:
    return page.locator("#content")


def admin(username: str = "") -> User:
    from tests import factories

    return factories.person(roles.INTEGRATION_ADMIN, username)


def mapping(name: str = LINES) -> Any:
    from integration.models import FieldMapping

    return FieldMapping.objects.get(name=name)


def described(house: House, order: str, text: str) -> None:
    """Send an order whose line has this description."""
    from tests.delivery.house import item_line

    house.order(order, item_line(description=text))
    house.drain()


def lines_described(house: House) -> set[tuple[str, str]]:
    """Give both descriptions of each line of an item that BC has."""
    rows = house.dump("purchaseOrderLines")
    return {(row["description"], row.get("description2") or "") for row in rows if row["lineType"] == "Item"}


def test_a_changed_row_is_what_the_next_order_carries_until_it_is_taken_back(
    house: House, page: Page, sign_in: SignIn, desk_address: str
) -> None:
    described(house, "PO-1", "for pump 7")
    sign_in(admin(), "/")
    page.get_by_role("link", name="Mappings").click()
    page.get_by_role("link", name=LINES).click()
    page.get_by_role("button", name="Begin a draft").click()

    # edit and preview, before anything is saved
    page.get_by_role("table", name="The rows of the draft").get_by_role("link", name="description2").click()
    page.locator('[data-source="description"]').click()
    preview = page.locator("#preview")
    preview.get_by_role("row").filter(has_text="description2").get_by_text("for pump 7").first.wait_for()
    page.get_by_role("button", name="Save the row").click()
    page.get_by_text("Saved in the draft.").wait_for()

    # test, hand in
    page.get_by_role("link", name="Test against the last 200 records").click()
    page.get_by_text("1 would change, 0 would fail").wait_for()
    page.get_by_text("PO-1, line 1").first.click()
    page.get_by_role("link", name="Open PO-1, line 1 in the preview").click()
    page.get_by_label("What it changes, and why").fill("The description on both lines")
    page.get_by_role("button", name="Hand in for review").click()
    page.get_by_text("another person has to approve it").wait_for()
    assert page.get_by_role("button", name="Approve", exact=True).count() == 0

    # another person approves
    sign_in(admin("ivan"), f"/mappings/{mapping().pk}/draft/")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_text("Version 2 counts now.").wait_for()
    described(house, "PO-2", "for pump 8")

    # and takes it back
    page.get_by_label("Why go back to version 1?").fill("Finance wants it empty")
    page.get_by_role("button", name="Let 1 count again").click()
    page.get_by_text("Version 1 counts again.").wait_for()
    described(house, "PO-3", "for pump 9")

    assert lines_described(house) == {
        ("for pump 7", ""),
        ("for pump 8", "for pump 8"),
        ("for pump 9", ""),
    }


def test_a_row_is_made_with_the_keyboard_alone(house: House, page: Page, sign_in: SignIn) -> None:
    described(house, "PO-1", "for pump 7")
    sign_in(admin(), f"/mappings/{mapping().pk}/")
    page.get_by_role("button", name="Begin a draft").press("Enter")
    page.get_by_label("Writes", exact=True).fill("itemVariantId")
    page.locator('[data-source="work_order"]').press("Enter")
    assert page.evaluate("document.activeElement.id") == "source"
    page.get_by_role("button", name="Save the row").press("Enter")
    page.get_by_text("Saved in the draft.").wait_for()

    rows = mapping().versions.open().get().content["rows"]
    assert (rows[-1]["target"], rows[-1]["source"]) == ("itemVariantId", "work_order")


def test_a_field_is_dragged_onto_a_row(house: House, page: Page, sign_in: SignIn) -> None:
    described(house, "PO-1", "for pump 7")
    sign_in(admin(), f"/mappings/{mapping().pk}/")
    page.get_by_role("button", name="Begin a draft").click()

    page.locator('[data-source="unit"]').drag_to(page.locator('tr[data-drop="description2"]'))

    page.get_by_role("heading", name="Row description2").wait_for()
    assert page.get_by_label("Reads", exact=True).input_value() == "unit"


def test_the_screens_can_be_used_by_everyone(
    house: House, page: Page, sign_in: SignIn, desk_address: str
) -> None:
    described(house, "PO-1", "for pump 7")
    pk = mapping().pk
    sign_in(admin(), f"/mappings/{pk}/")
    page.get_by_role("button", name="Begin a draft").click()
    page.get_by_role("heading", name="Draft of").wait_for()
    draft = f"/mappings/{pk}/draft/"

    for path in (
        "/mappings/",
        "/mappings/document/",
        f"/mappings/{pk}/",
        f"/mappings/{pk}/versions/1/",
        f"{draft}?row=description2",
        f"{draft}test/",
    ):
        page.goto(f"{desk_address}{path}")
        assert complaints_everywhere(page) == {}, path
