"""The frame around every screen, as a clerk meets it in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from reconciliation import roles
from tests import factories

from .accessibility import complaints_everywhere, turn

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_clerk_signs_in_and_sees_how_the_deliveries_fare(page, desk_address):
    company = factories.open_company()
    factories.person(roles.AP_CLERK)
    factories.delivered(company, "PO-1")
    factories.delivered(company, "PO-2")
    factories.refused(company, "PO-3")
    factories.retried(company, "PO-4")
    factories.queued(company, "PO-5")

    page.goto(desk_address)
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("clara")
    page.keyboard.press("Tab")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Good .*, Clara$"))
    cards = page.get_by_role("region", name="Deliveries to Business Central").get_by_role("listitem")
    told = [" ".join(text.split()) for text in cards.all_inner_texts()]
    assert [" ".join(text.split()[:2]) for text in told] == [
        "2 succeeded",
        "1 pending",
        "1 retrying",
        "0 checking",
        "0 waiting",
        "1 failed",
    ]


def test_a_wrong_password_is_told_and_the_name_stays(page, desk_address):
    factories.person(roles.AP_CLERK)

    page.goto(f"{desk_address}/sign-in/")
    page.get_by_label("User name").fill("clara")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("That name and password do not fit together.")
    expect(page.get_by_label("User name")).to_have_value("clara")


def test_one_signs_out_from_the_menu(page, sign_in):
    factories.open_company()
    sign_in(factories.person(roles.AP_CLERK))

    page.get_by_text("Clara Weiss").first.click()
    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_url(re.compile("/sign-in/$"))
    page.go_back()
    page.reload()
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_the_look_is_chosen_once_and_holds_everywhere(page, sign_in, desk_address):
    factories.open_company()
    sign_in(factories.person(roles.FINANCE_CONTROLLER))
    root = page.locator("html")

    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-theme", "dark")
    page.get_by_text("Frida Kern").first.click()
    page.get_by_role("button", name="Light").click()
    expect(root).to_have_attribute("data-theme", "light")
    page.goto(f"{desk_address}/exceptions/")

    expect(root).to_have_attribute("data-theme", "light")
    expect(page.locator("body")).to_have_css("background-color", "rgb(247, 247, 245)")


def test_the_admin_is_painted_in_the_desks_colours(page, sign_in, desk_address):
    factories.open_company()
    sign_in(factories.person(roles.FINANCE_CONTROLLER), "/exceptions/")
    desk = _painted(page)

    page.goto(f"{desk_address}/admin/reconciliation/tolerance/")

    assert _painted(page) == desk
    assert desk["light"] != desk["dark"]
    expect(
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Tolerances")
    ).to_have_attribute("aria-current", "page")


def test_an_open_table_follows_the_system_from_light_to_dark_and_back(page, sign_in):
    """Who works past sunset does not come to white letters on white."""
    factories.open_company()
    page.emulate_media(color_scheme="light")
    sign_in(factories.person(roles.FINANCE_CONTROLLER), "/admin/reconciliation/tolerance/")

    seen = {scheme: _letters(page, scheme) for scheme in ("light", "dark")}

    assert seen["light"] != seen["dark"]
    assert _letters(page, "light") == seen["light"]


def test_question_mark_shows_the_keys_and_escape_hides_them(page, sign_in):
    factories.open_company()
    sign_in(factories.person(roles.AP_CLERK))
    keys = page.get_by_role("dialog", name="Keyboard")

    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")

    expect(keys).to_be_hidden()


def test_slash_goes_to_the_search_and_is_a_letter_there(page, sign_in):
    company = factories.open_company()
    factories.billed_before_receipt(factories.Desk(company), "R/1")
    factories.billed_before_receipt(factories.Desk(company), "R-2")
    sign_in(factories.person(roles.AP_CLERK))

    page.keyboard.press("/")
    page.keyboard.type("r/1")
    page.keyboard.press("Enter")

    expect(page.locator("a[data-open]")).to_have_text(["R/1"])
    expect(page.get_by_label("Search exceptions")).to_have_value("r/1")


def test_on_a_phone_the_menu_opens_and_leads_on(page, sign_in):
    factories.open_company()
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(factories.person(roles.AP_CLERK))
    menu = page.get_by_role("button", name="Menu")

    expect(page.get_by_role("link", name="Exceptions")).to_be_hidden()
    menu.click()
    expect(menu).to_have_attribute("aria-expanded", "true")
    page.get_by_role("link", name="Exceptions").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Exceptions")


def test_with_two_companies_the_switch_needs_no_button(page, sign_in):
    factories.open_company()
    other = factories.open_company("OTHER")
    factories.billed_before_receipt(factories.Desk(other), "R-9")
    sign_in(factories.person(roles.AP_CLERK))

    page.get_by_role("combobox", name="Company").select_option("OTHER")

    expect(page.locator("a[data-open]")).to_have_text(["R-9"])


def test_the_keyboard_reaches_the_content_past_the_navigation(page, sign_in):
    factories.open_company()
    sign_in(factories.person(roles.AP_CLERK))

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_a_refusal_is_a_page_of_the_desk(page, sign_in):
    factories.open_company()
    sign_in(factories.person(roles.AP_CLERK), "/dead-letters/")

    expect(page.get_by_role("heading", level=1)).to_have_text("This is not yours to open")
    expect(page.locator("main")).to_contain_text("As AP clerk you may not see messages.")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/dead-letters/", "/no/such/page/"])
def test_the_frame_owes_nobody_anything(page, sign_in, path):
    desk = factories.Desk(factories.open_company())
    factories.many_cases(desk, 9)
    factories.price_over_order(desk, "AN-INVOICES-NUMBER-THAT-NEVER-ENDS-2026")
    factories.refused(desk.company, "PO-3")
    sign_in(factories.person(roles.AP_CLERK), path)

    assert complaints_everywhere(page) == {}


def test_the_door_owes_nobody_anything(page, desk_address):
    page.goto(f"{desk_address}/sign-in/")

    assert complaints_everywhere(page) == {}


def test_the_open_menu_owes_nobody_anything(page, sign_in):
    factories.open_company()
    sign_in(factories.person(roles.AP_CLERK))
    page.get_by_text("Clara Weiss").first.click()

    assert complaints_everywhere(page) == {}


def _letters(page, scheme: str) -> str:
    """Tell the colour of the theme's letters when the system has turned light or dark."""
    turn(page, scheme)
    return str(page.locator("body").evaluate("e => getComputedStyle(e).color"))


def _painted(page) -> dict[str, list[str]]:
    """Tell the ground and the letters, light and dark."""
    painted = {}
    for scheme in ("light", "dark"):
        turn(page, scheme)
        painted[scheme] = page.locator("body").evaluate(
            "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).fontFamily]"
        )
    return painted
