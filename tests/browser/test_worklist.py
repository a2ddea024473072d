"""The worklist in a real browser: with the keyboard, with the mouse, on a phone and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from reconciliation import roles
from reconciliation.models import ExceptionCase
from tests import factories

from .accessibility import complaints_everywhere

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/exceptions/?sort=invoice"


@pytest.fixture
def desk():
    return factories.Desk(factories.open_company())


@pytest.fixture
def clerk():
    return factories.person(roles.AP_CLERK)


def numbers(page):
    return page.locator("a[data-open]")


def marked(page):
    return page.locator("tr.marked a[data-open]")


def test_j_and_k_move_and_o_opens(page, sign_in, desk, clerk):
    factories.many_cases(desk, 3)
    sign_in(clerk, LIST)

    page.keyboard.press("j")
    expect(marked(page)).to_have_text("R-001")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(marked(page)).to_have_text("R-003")
    page.keyboard.press("k")
    expect(marked(page)).to_have_text("R-002")
    expect(marked(page)).to_be_focused()
    page.keyboard.press("o")

    expect(page).to_have_url(re.compile(r"/exceptions/\d+/\?"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("R-002")


def test_the_marked_row_is_never_under_the_bar(page, sign_in, desk, clerk):
    factories.many_cases(desk, 30)
    sign_in(clerk, LIST)

    for _ in range(30):
        page.keyboard.press("j")
    row = page.locator("tr.marked")

    expect(row).to_contain_text("R-030")
    box, bar = row.bounding_box(), page.locator(".foot").bounding_box()
    assert box["y"] + box["height"] <= bar["y"]


def test_x_ticks_and_the_ticked_are_taken(page, sign_in, desk, clerk):
    factories.many_cases(desk, 3)
    sign_in(clerk, LIST)

    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_role("button", name="Take the ticked").click()

    expect(page.get_by_role("status").first).to_have_text("2 cases are yours now.")
    expect(page).to_have_url(re.compile(r"\?sort=invoice$"))
    taken = ExceptionCase.objects.filter(owner=clerk).order_by("invoice_number")
    assert [case.invoice_number for case in taken] == ["R-001", "R-003"]


def test_one_box_ticks_all_that_are_shown(page, sign_in, desk, clerk):
    factories.many_cases(desk, 3)
    sign_in(clerk, LIST)

    page.get_by_label("Tick all shown").check()

    expect(page.locator("input[name=case]:checked")).to_have_count(3)


def test_e_goes_to_what_can_be_done_with_the_case(page, sign_in, desk, clerk):
    factories.many_cases(desk, 2)
    sign_in(clerk, LIST)

    page.keyboard.press("j")
    page.keyboard.press("e")

    expect(page).to_have_url(re.compile(r"/exceptions/\d+/\?.*#resolve$"))
    expect(page.locator("details[data-action][open]")).to_have_count(1)


def test_filter_search_sort_and_page_live_in_the_address(page, sign_in, desk, clerk):
    factories.many_cases(desk, 60)
    factories.price_over_order(desk, "X-1")
    sign_in(clerk, "/exceptions/")

    page.get_by_role("combobox", name="Reason").select_option("Billed before receipt")
    page.get_by_label("Amount from").fill("40")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("p.sub")).to_have_text("57 cases, 18,240.00 EUR billed")
    page.get_by_role("link", name="Amount", exact=True).click()
    expect(numbers(page).first).to_have_text("R-060")
    page.get_by_role("link", name="Next").click()
    expect(numbers(page)).to_have_text([f"R-{n:03}" for n in range(10, 3, -1)])
    address = page.url
    page.get_by_label("Search exceptions").fill("x-1")
    page.get_by_label("Search exceptions").press("Enter")
    expect(numbers(page)).to_have_text(["X-1"])

    page.goto(address)

    expect(numbers(page)).to_have_text([f"R-{n:03}" for n in range(10, 3, -1)])
    expect(page.get_by_role("combobox", name="Reason")).to_have_value("NO_RECEIPT")
    expect(page.get_by_label("Amount from")).to_have_value("40")


def test_when_nothing_matches_one_click_shows_all_again(page, sign_in, desk, clerk):
    factories.many_cases(desk, 2)
    sign_in(clerk, LIST)

    page.get_by_label("Vendor").fill("nobody")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Show all of them").click()

    expect(numbers(page)).to_have_text(["R-001", "R-002"])


def test_letters_typed_into_a_field_are_not_commands(page, sign_in, desk, clerk):
    factories.many_cases(desk, 2)
    sign_in(clerk, LIST)

    page.get_by_label("Vendor").press_sequentially("jokex?")

    expect(page.get_by_label("Vendor")).to_have_value("jokex?")
    expect(page.locator("tr.marked")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_on_a_phone_every_case_is_a_card_that_names_its_figures(page, sign_in, desk, clerk):
    factories.price_over_order(desk, "R-1")
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(clerk, LIST)

    card = page.locator("tr[data-row]")
    shown = card.locator("td").evaluate_all(
        "cells => Object.fromEntries(cells.filter(c => c.dataset.title && c.innerText)"
        ".map(c => [c.dataset.title, c.innerText.split('\\n')[0]]))"
    )
    box = card.bounding_box()

    assert shown["Order"] == "PO-R-1"
    assert shown["Difference"] == "+10.00"
    assert shown["Amount"] == "60.00 EUR"
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_on_a_phone_the_cards_can_be_sorted_without_headings(page, sign_in, desk, clerk):
    factories.many_cases(desk, 3)
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(clerk, LIST)

    page.locator("summary").filter(has_text="Filters").click()
    page.get_by_label("Sorted by").select_option("Amount ▼")
    page.get_by_role("button", name="Apply").click()

    expect(numbers(page)).to_have_text(["R-003", "R-002", "R-001"])


def test_without_scripts_the_list_can_be_filtered_and_opened(browser, desk_address, desk, clerk):
    factories.many_cases(desk, 3)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk_address}{LIST}&tab=open")
    page.get_by_label("User name").fill("clara")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_label("Amount from").fill("25")
    page.get_by_role("button", name="Apply").click()
    expect(numbers(page)).to_have_text(["R-003"])
    page.get_by_role("link", name="R-003").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("R-003")
    context.close()


def test_a_takes_the_marked_case(page, sign_in, desk, clerk):
    factories.many_cases(desk, 3)
    sign_in(clerk, LIST)

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("a")

    expect(page.get_by_role("status").first).to_have_text("1 case is yours now.")
    assert ExceptionCase.objects.get(owner=clerk).invoice_number == "R-002"


def test_single_keys_can_be_switched_off_and_on_again(page, sign_in, desk, clerk):
    factories.many_cases(desk, 3)
    sign_in(clerk, LIST)

    page.keyboard.press("?")
    page.get_by_label("Single keys work").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("tr.marked")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.locator("details.person summary").click()
    page.locator("details.person [data-keys]").click()
    page.get_by_label("Single keys work").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(marked(page)).to_have_text("R-001")


def test_a_filter_is_saved_used_and_forgotten(page, sign_in, desk, clerk):
    factories.many_cases(desk, 3)
    sign_in(clerk, f"{LIST}&min=25")

    page.locator(".saved summary", has_text="Save this filter").click()
    page.get_by_label("Name").fill("Large ones")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(page.url.partition("?")[0])
    expect(numbers(page)).to_have_count(3)
    page.get_by_role("link", name="Large ones").click()
    expect(numbers(page)).to_have_text(["R-003"])
    page.get_by_role("button", name="Forget Large ones").click()

    expect(page.get_by_role("status").first).to_have_text("“Large ones” is forgotten.")
    expect(page.get_by_role("link", name="Large ones")).to_have_count(0)


def test_columns_are_chosen_by_keyboard_and_stay_under_every_filter(page, sign_in, desk, clerk):
    factories.many_cases(desk, 3)
    sign_in(clerk, LIST)

    page.locator(".saved summary", has_text="Columns").press("Enter")
    page.get_by_label("At risk").press("Space")
    page.get_by_label("Order", exact=True).press("Space")
    page.get_by_label("compact").press("Space")
    page.get_by_role("button", name="Keep").press("Enter")
    page.goto(f"{page.url.partition('?')[0]}?tab=open&min=15&group=vendor")

    expect(page.locator("table.compact thead th:not(.tick)")).to_have_text(
        ["Age", "Invoice", "Reason", "Difference", "Amount", "Due", "With"]
    )
    expect(numbers(page)).to_have_count(2)
    page.locator(".saved summary", has_text="Columns").click()
    assert complaints_everywhere(page) == {}


@pytest.mark.parametrize("query", ["", "?vendor=nobody", "?tab=closed", "?group=vendor&due_to=2030-01-01"])
def test_the_list_owes_nobody_anything(page, sign_in, desk, clerk, query):
    factories.many_cases(desk, 4)
    factories.price_over_order(desk, "AN-INVOICES-NUMBER-THAT-NEVER-ENDS-2026")
    sign_in(clerk, f"/exceptions/{query}")
    page.keyboard.press("j")

    assert complaints_everywhere(page) == {}
