"""The integration desk in a real browser: dead letters and limits, each in the right hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from reconciliation import roles

from .accessibility import broken_rules, complaints_everywhere, turn
from .pictures import keep_pictures

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from integration.models import Message
    from tests.delivery.house import House

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def person(role: str) -> User:
    from tests import factories

    return factories.person(role)


def main(page: Page) -> Any:
    return page.locator("#content")


def test_a_dead_letter_is_posted_once_its_vendor_is_unblocked_and_it_is_retried(
    house: House, refused: Message, page: Page, sign_in: SignIn
) -> None:
    sign_in(person(roles.INTEGRATION_ADMIN), "/")
    page.get_by_role("link", name="Dead letters 1").click()
    page.get_by_role("link", name="Vendor V2 blocked").click()
    page.get_by_role("link", name="PO-7").click()
    page.get_by_label("Why now?").wait_for()
    told = main(page).inner_text()
    assert "the vendor is blocked" in told
    assert "Unblock the vendor in BC" in told
    assert "You cannot create this type of document when Vendor V2 is blocked" in told
    assert "vendorNumber\tV2" in told

    house.sandbox.control.seed({"vendors": [{"number": "V2", "blocked": "_x0020_"}]})
    page.get_by_label("Why now?").fill("Vendor unblocked by purchasing")
    page.get_by_role("button", name="Retry", exact=True).click()
    page.get_by_text("Purchase order PO-7 is queued again.").wait_for()
    house.drain()
    page.reload()

    orders = house.dump("purchaseOrders")
    told = main(page).inner_text()
    assert [row["vendorNumber"] for row in orders] == ["V2"]
    assert f"{orders[0]['number']} in BC" in told
    assert "Retried\nVendor unblocked by purchasing" in told
    assert "Posted in Business Central" in told


def test_an_order_that_is_there_twice_is_settled_with_the_keyboard(
    house: House, page: Page, sign_in: SignIn
) -> None:
    from tests.delivery import planting

    order = planting.bought(house)
    planted = planting.plant_order(house, order)
    house.receipt("GR-3", accepted=Decimal(1))
    planting.look()
    sign_in(person(roles.INTEGRATION_ADMIN), "/dead-letters/")
    page.locator("summary", has_text="Say which one stays").press("Enter")
    assert complaints_everywhere(page) == {}
    keep_pictures(page, "doubled")

    page.get_by_role("radio", name=order.bc_number).press("Space")
    page.get_by_label("Why?").fill("Somebody copied it")
    page.get_by_label("Why?").press("Enter")
    page.get_by_role("alert").wait_for()
    told = main(page).inner_text()
    assert f"{planted['number']} is still in Business Central" in told
    keep_pictures(page, "doubled-refused")
    page.get_by_label("I am certain").press("Space")
    page.get_by_role("button", name="Settle it").press("Enter")

    page.get_by_text("Settled. What was held back goes on.").wait_for()
    assert "Nothing is stuck" in main(page).inner_text()


def test_on_a_phone_what_can_be_done_comes_right_after_what_is_wrong(
    refused: Message, page: Page, sign_in: SignIn
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(person(roles.INTEGRATION_ADMIN), f"/messages/{refused.pk}/")

    wrong = page.locator(".why.bad").bounding_box()
    can_do = page.get_by_role("heading", name="What you can do").bounding_box()
    sent = page.get_by_role("heading", name="What is sent").bounding_box()

    assert wrong is not None
    assert can_do is not None
    assert sent is not None
    assert wrong["y"] < can_do["y"] < sent["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_ticked_dead_letters_are_replayed_together_and_the_others_stay(
    house: House, page: Page, sign_in: SignIn
) -> None:
    from integration.desk import replaying
    from integration.models import Message

    for number in ("PO-7", "PO-8", "PO-9"):
        house.order(number, vendor="V2")
    house.drain()
    house.sandbox.control.seed({"vendors": [{"number": "V2", "blocked": "_x0020_"}]})

    sign_in(person(roles.INTEGRATION_ADMIN), "/dead-letters/messages/")
    page.get_by_label("Tick purchase order PO-7").check()
    page.get_by_label("Tick purchase order PO-9").check()
    page.get_by_role("button", name="Replay the ticked ones").click()
    page.get_by_text("Would send 2 of 2. Nothing was sent yet.").wait_for()
    page.get_by_label("Messages a minute").select_option("6000")
    page.get_by_label("Why now?").fill("Vendor unblocked")
    page.get_by_role("button", name="Replay 2").click()
    page.get_by_text("Running: 0 of 2 queued again").wait_for()
    assert complaints_everywhere(page) == {}
    replaying.work(now=timezone.now() + timedelta(seconds=1))
    house.drain()
    page.get_by_text("Done: 2 of 2 queued again").wait_for()

    states = dict(Message.objects.values_list("document_number", "state"))
    assert states == {"PO-7": "done", "PO-8": "rejected", "PO-9": "done"}
    assert len(house.dump("purchaseOrders")) == 2


def test_a_retry_without_a_reason_is_not_sent(refused: Message, page: Page, sign_in: SignIn) -> None:
    sign_in(person(roles.INTEGRATION_ADMIN), f"/messages/{refused.pk}/")
    page.get_by_role("button", name="Retry", exact=True).click()

    missing = page.get_by_label("Why now?").evaluate("field => field.validity.valueMissing")
    refused.refresh_from_db()
    assert missing is True
    assert refused.state == "rejected"


def test_a_clerk_may_not_edit_tolerances_and_is_told_so(
    house: House, page: Page, sign_in: SignIn, desk_address: str
) -> None:
    from reconciliation.models import Tolerance

    tolerance = Tolerance.objects.get(check_name="price")
    clerk = person(roles.AP_CLERK)

    sign_in(clerk, "/")
    assert page.get_by_role("link", name="Tolerances").count() == 0
    answer = page.goto(f"{desk_address}/admin/reconciliation/tolerance/{tolerance.pk}/change/")

    assert answer is not None
    assert answer.status == 403
    told = main(page).inner_text()
    assert "As AP clerk you may not change tolerances. Ask someone who is Finance controller." in told
    assert page.get_by_role("navigation", name="Main").is_visible()


def test_a_controller_edits_a_tolerance_and_the_history_shows_who_what_and_when(
    house: House, page: Page, sign_in: SignIn
) -> None:
    from reconciliation.models import Tolerance

    sign_in(person(roles.FINANCE_CONTROLLER), "/")
    page.get_by_role("link", name="Tolerances").click()
    page.locator("#result_list").get_by_role("link", name="unit price").click()
    percent = page.get_by_label("Upper percent")
    assert percent.input_value() == "2"
    percent.fill("3.5")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    page.get_by_role("link", name="History").click()
    line = page.get_by_role("row").filter(has_text="Upper percent 2 → 3.5")
    line.wait_for()

    assert Tolerance.objects.get(check_name="price").upper_percent == Decimal("3.5")
    assert "frida" in line.inner_text()
    assert line.locator("time").count() == 1


def test_an_auditor_sees_every_page_and_finds_nothing_to_change(
    house: House, refused: Message, page: Page, sign_in: SignIn, desk_address: str
) -> None:
    sign_in(person(roles.AUDITOR), "/")
    links = page.get_by_role("navigation", name="Main").get_by_role("link")
    pages = [str(link.get_attribute("href")) for link in links.all()]
    pages += [f"/messages/{refused.pk}/", f"/mappings/{_mapping()}/"]

    for path in pages:
        answer = page.goto(f"{desk_address}{path}")
        assert answer is not None
        assert answer.status == 200, path
        buttons = main(page).get_by_role("button").all_inner_texts()
        assert not {"Save", "Retry", "Cancel it", "Mark as posted"} & set(buttons), path
    assert "/dead-letters/" in pages
    assert "/admin/reconciliation/tolerance/" in pages


def _mapping() -> int:
    from integration.models import FieldMapping

    return int(FieldMapping.objects.get(name="purchase order → BC").pk)


def test_the_admin_is_a_page_of_the_desk(
    house: House, page: Page, sign_in: SignIn, desk_address: str
) -> None:
    controller = person(roles.FINANCE_CONTROLLER)
    sign_in(controller, "/")
    navigation = page.get_by_role("navigation", name="Main")
    on_the_desk = navigation.inner_text()

    page.get_by_role("link", name="Tolerances").click()
    page.get_by_role("heading", name="Tolerances", level=1).wait_for()
    assert navigation.inner_text() == on_the_desk
    assert navigation.locator("[aria-current=page]").inner_text() == "Tolerances"
    page.locator("details.person summary").click()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html.dark[data-theme=dark]").count() == 1
    page.get_by_role("link", name="Tieout").click()

    page.wait_for_url(f"{desk_address}/")
    assert page.locator("html[data-theme=dark]").count() == 1


def test_dead_letters_and_messages_can_be_used_by_everyone(
    house: House, refused: Message, page: Page, sign_in: SignIn
) -> None:
    admin = person(roles.INTEGRATION_ADMIN)

    cause = f"/dead-letters/causes/{refused.cause_id}/"
    listed, prepared = "/dead-letters/messages/", f"/dead-letters/replay/?cause={refused.cause_id}"
    for path in ("/dead-letters/", listed, cause, prepared, f"/messages/{refused.pk}/"):
        sign_in(admin, path)
        assert complaints_everywhere(page) == {}, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tables_can_be_used_by_everyone(
    house: House, page: Page, sign_in: SignIn, desk_address: str, scheme: str
) -> None:
    pages = {
        roles.INTEGRATION_ADMIN: [
            "/admin/",
            "/admin/integration/syncrun/",
            "/admin/integration/apikey/add/",
        ],
        roles.FINANCE_CONTROLLER: ["/admin/reconciliation/tolerance/", "/admin/masterdata/change/"],
    }

    for role, paths in pages.items():
        who = person(role)
        for path in paths:
            sign_in(who, path)
            turn(page, scheme)
            page.wait_for_load_state("networkidle")
            assert broken_rules(page) == [], path


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_no_page_is_wider_than_its_screen(
    house: House, refused: Message, page: Page, sign_in: SignIn, desk_address: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(person(roles.INTEGRATION_ADMIN), "/dead-letters/")
    paths = (
        "/dead-letters/",
        f"/messages/{refused.pk}/",
        "/admin/integration/syncrun/",
        f"/mappings/{_mapping()}/",
    )

    for path in paths:
        page.goto(f"{desk_address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_dead_letter_is_found_by_its_vendor_with_the_keyboard(
    house: House, refused: Message, page: Page, sign_in: SignIn
) -> None:
    sign_in(person(roles.INTEGRATION_ADMIN), "/dead-letters/")
    page.get_by_label("Any number").press_sequentially("V1")
    page.keyboard.press("Enter")
    page.get_by_text("None of the stuck messages fits").wait_for()

    page.get_by_label("Any number").fill("V2")
    page.keyboard.press("Enter")

    page.get_by_role("link", name="PO-7").wait_for()
    assert complaints_everywhere(page) == {}
