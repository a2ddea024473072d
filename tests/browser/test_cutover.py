"""The cutover page in a real browser: go or no-go is read without a mouse and without colour."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from reconciliation import roles

from .accessibility import complaints_everywhere
from .pictures import keep_pictures

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_go_or_no_go_to_the_document_that_is_in_the_way(
    transactional_db: None, page: Page, sign_in: SignIn
) -> None:
    from tests import factories
    from tests.rehearsal.kept import rehearsed

    roles.apply_roles()
    company = factories.open_company()
    rehearsed(company, ("PO-1", "posts", ""), ("PO-2", "fails", "Vendor V2 blocked"))
    rehearsed(company, ("PO-1", "posts", ""), ("PO-2", "blocked", "Price over order"))

    sign_in(factories.person(roles.FINANCE_CONTROLLER), "/cutover/")
    expect(page.get_by_role("heading", name="No-go")).to_be_visible()
    assert complaints_everywhere(page) == {}
    keep_pictures(page, "cutover")
    page.get_by_role("link", name="Price over order").press("Enter")
    expect(page.get_by_role("heading", name="Price over order")).to_be_visible()
    assert complaints_everywhere(page) == {}
    expect(page.get_by_role("cell", name="PO-2", exact=True).first).to_be_visible()
