"""The screens of master data in a real browser: units, a record, what differs from Business Central."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from reconciliation import roles

from .accessibility import broken_rules, complaints_everywhere
from .pictures import keep_pictures

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from integration.sandbox.launch import Running
    from masterdata.models import Company

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mirrored(transactional_db: None, sandbox: Running) -> Company:
    """A company whose masters came from the sandbox."""
    from integration import sync
    from tests.sync.conftest import MASTERS

    sandbox.control.seed(MASTERS)
    sync.pull_entity("all")
    return sync.ensure_company()


def person(role: str) -> User:
    from tests import factories

    return factories.person(role)


def told(page: Page) -> str:
    return str(page.locator("#content").inner_text())


def test_an_item_is_found_and_converted_with_the_keyboard_alone(
    mirrored: Company, page: Page, sign_in: SignIn
) -> None:
    sign_in(person(roles.AP_CLERK), "/")
    page.get_by_role("link", name="Units", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Item number or description").focus()
    page.keyboard.type("air fil")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Convert").wait_for()
    page.get_by_label("Quantity").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.get_by_text("3 BOX × 12 PCS per BOX = 36 PCS").wait_for()

    assert "FILTER Air filter" in told(page)


def test_a_missing_conversion_is_told_in_plain_words(mirrored: Company, page: Page, sign_in: SignIn) -> None:
    sign_in(person(roles.AP_CLERK), "/units/?item=OLD")
    page.get_by_label("From").select_option("BOX")
    page.get_by_role("button", name="Convert").click()
    page.get_by_text("NO_CONVERSION").wait_for()

    assert "Item OLD has no conversion from BOX to PCS. Add the item unit BOX" in told(page)


@pytest.mark.parametrize(
    "address",
    [
        "/units/",
        "/units/?q=i",
        "/units/?q=zzz",
        "/units/?item=FILTER",
        "/units/?item=OLD&from=BOX",
        "/units/?item=FILTER&quantity=x",
    ],
)
def test_the_units_page_is_for_everyone(mirrored: Company, page: Page, sign_in: SignIn, address: str) -> None:
    sign_in(person(roles.AUDITOR), address)

    assert complaints_everywhere(page) == {}


def test_a_vendors_page_asks_business_central_by_keyboard_and_reads_well(
    mirrored: Company, sandbox: Running, page: Page, sign_in: SignIn
) -> None:
    from masterdata.models import Vendor

    sandbox.control.seed({"vendors": [{"number": "V2", "displayName": "Stopped for good"}]})
    sign_in(person(roles.INTEGRATION_ADMIN), f"/records/vendor/{Vendor.objects.get(number='V2').pk}/")
    page.get_by_role("button", name="Ask Business Central").focus()
    page.keyboard.press("Enter")
    page.get_by_text("It differs.").wait_for()

    assert "Stopped here → Stopped for good in BC" in told(page)
    assert complaints_everywhere(page) == {}


def test_what_differs_from_business_central_is_found_and_opened(
    mirrored: Company, sandbox: Running, page: Page, sign_in: SignIn
) -> None:
    from integration import sync

    sandbox.control.seed({"vendors": [{"number": "V1", "displayName": "Kontor KG"}]})
    sync.check_drift()
    sign_in(person(roles.INTEGRATION_ADMIN), "/drift/")

    page.get_by_role("link", name="Vendors", exact=True).last.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Vendors").wait_for()

    assert "Name: Kontor & Söhne → Kontor KG" in told(page)
    assert complaints_everywhere(page) == {}
    page.get_by_role("link", name="V1").click()
    page.get_by_role("heading", name="In Business Central now").wait_for()
    assert "It differs." in told(page)


@pytest.fixture
def gone(mirrored: Company, sandbox: Running) -> Company:
    """A company in whose Business Central a vendor and an item were deleted; a pull of all saw it."""
    from integration import connections, sync
    from masterdata.models import Item, Vendor

    client = connections.client()
    for entity_set, record in (
        ("vendors", Vendor.objects.get(number="V2")),
        ("items", Item.objects.get(number="OLD")),
    ):
        tag = client.get(entity_set, record.bc_id, select=("id",))["@odata.etag"]
        client.delete(entity_set, record.bc_id, etag=tag)
    sync.pull_entity("all", full=True)
    return mirrored


@pytest.mark.parametrize(("table", "number"), [("vendor", "V2"), ("item", "OLD")])
def test_deleted_records_stay_in_their_list_and_are_marked(
    gone: Company, page: Page, sign_in: SignIn, table: str, number: str
) -> None:
    sign_in(person(roles.AP_CLERK), f"/admin/masterdata/{table}/")
    keep_pictures(page, f"{table}-all")
    row = page.get_by_role("row", name=number)
    assert "deleted, seen " in row.inner_text()
    assert "blocked" in row.inner_text()
    assert page.get_by_text("deleted, seen ").count() == 1

    page.goto(f"{page.url}?presence=deleted")
    keep_pictures(page, f"{table}-deleted")
    assert page.locator("tbody tr").count() == 1
    assert broken_rules(page) == []

    row.get_by_role("link").first.click()
    page.get_by_role("heading", name=number).first.wait_for()
    keep_pictures(page, f"{table}-table-row")
    assert broken_rules(page) == []


def test_the_page_of_a_deleted_record_says_why_it_is_still_here(
    gone: Company, page: Page, sign_in: SignIn
) -> None:
    from masterdata.models import Vendor

    sign_in(person(roles.AP_CLERK), f"/records/vendor/{Vendor.objects.get(number='V2').pk}/")

    assert "It was found deleted in Business Central on " in told(page)
    assert complaints_everywhere(page) == {}
    keep_pictures(page, "vendor-record")
