"""The boards in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from reconciliation import cases, roles
from tests import factories

from .accessibility import complaints_everywhere

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_bar_opens_its_rows_and_the_page_owes_nobody_anything(page, sign_in):
    factories.many_cases(factories.Desk(factories.open_company()), 3)
    sign_in(factories.person(roles.AP_CLERK), "/boards/")

    assert complaints_everywhere(page) == {}
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Billed before receipt").click()

    expect(page).to_have_url(re.compile(r"reason=NO_RECEIPT"))
    expect(page.locator("a[data-open]")).to_have_count(3)


def test_money_that_went_is_read_and_fetched_without_a_mouse(page, sign_in):
    desk = factories.Desk(factories.open_company())
    case = factories.price_over_order(desk, "R-1", price="6.00")
    cases.release(case, by=factories.person(roles.AP_CLERK, "rita"), reason="Agreed by phone")
    sign_in(factories.person(roles.FINANCE_CONTROLLER), "/boards/")

    page.get_by_role("link", name="Let through and lost").press("Enter")
    page.get_by_role("link", name="by month").press("Enter")
    expect(page).to_have_url(re.compile(r"by=month"))
    assert complaints_everywhere(page) == {}
    page.set_viewport_size({"width": 1440, "height": 900})
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Accepted by people, by cause as a file: CSV").press("Enter")
    page.get_by_role("link", name="Price over order").press("Enter")

    expect(page.get_by_role("heading", name="Accepted by people")).to_be_visible()
    expect(page.get_by_role("link", name="R-1")).to_be_visible()
    assert fetched.value.suggested_filename == "accepted-causes.csv"
    assert complaints_everywhere(page) == {}
