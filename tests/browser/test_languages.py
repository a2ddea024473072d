"""The desk in German, whose words are long, and in Arabic, which is written from the right."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from reconciliation import roles
from reconciliation.models import ExceptionCase
from tests import factories

from .accessibility import complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ((1440, 900), (320, 700))


@pytest.mark.parametrize(
    ("language", "direction", "heading", "amount"),
    [("de", "ltr", "Ausnahmen", "1.060,00 EUR"), ("ar", "rtl", "الاستثناءات", "1.060,00 EUR")],
)
def test_the_desk_in_another_language_owes_nobody_anything(
    page, sign_in, desk_address, language, direction, heading, amount
):
    desk = factories.Desk(factories.open_company())
    factories.price_over_order(desk, "R-1", price="106.00")
    factories.billed_before_receipt(desk, "R-2")
    case = ExceptionCase.objects.get(invoice_number="R-1")
    sign_in(factories.person(roles.AP_CLERK), "/exceptions/")
    page.locator("details.person summary").click()
    page.locator("#language").select_option(language)

    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", direction)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.locator("table").first).to_contain_text(amount)
    found = {}
    for path in ("/exceptions/", f"/exceptions/{case.pk}/", "/boards/", "/"):
        page.goto(f"{desk_address}{path}")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            if told := complaints(page):
                found[f"{path} {width}"] = told
    assert found == {}


def test_the_choice_goes_along_with_the_person(page, sign_in, desk_address, browser):
    clerk = factories.person(roles.AP_CLERK)
    sign_in(clerk)
    page.locator("details.person summary").click()
    page.locator("#language").select_option("de")
    expect(page.locator("html")).to_have_attribute("lang", "de")

    elsewhere = browser.new_context(locale="en-GB")
    there = elsewhere.new_page()
    there.goto(f"{desk_address}/sign-in/")
    there.get_by_label("User name").fill(clerk.username)
    there.get_by_label("Password").fill(factories.PASSWORD)
    there.get_by_role("button", name="Sign in").click()

    expect(there.locator("html")).to_have_attribute("lang", "de")
    elsewhere.close()
