"""The calendar and the overview in a real browser."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reconciliation import control, roles
from reconciliation.models import SignOff
from tests import factories
from tests.totals.days import a_day

from .accessibility import complaints_everywhere

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_controller_goes_from_the_month_to_a_signed_day(page, sign_in):
    control.keep(factories.open_company(), a_day(receipts=3, late=True), now=timezone.now())
    sign_in(factories.person(roles.FINANCE_CONTROLLER), "/calendar/?month=2026-11")
    assert complaints_everywhere(page) == {}
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_role("link", name="5 November 1 difference").click()
    expect(page.get_by_role("heading", name="Thursday, 5 November 2026")).to_be_visible()
    assert complaints_everywhere(page) == {}
    page.get_by_label("Note (needed: 1 differs)").fill("GR-3 comes today")
    page.get_by_role("button", name="Sign this day off").click()

    expect(page.get_by_role("button", name="Withdraw the signature")).to_be_visible()
    assert SignOff.objects.get().note == "GR-3 comes today"


def test_the_overview_owes_nobody_anything(page, sign_in):
    factories.refused(factories.open_company(), "PO-1")
    sign_in(factories.person(roles.INTEGRATION_ADMIN), "/overview/")

    expect(page.get_by_role("link", name="1 purchase order, refused")).to_be_visible()
    assert complaints_everywhere(page) == {}
