"""The boards in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from reconciliation import roles
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
