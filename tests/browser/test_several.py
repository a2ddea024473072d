"""Several cases at once in a real browser: tick, look at the effect, do it, undo it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from reconciliation import roles
from reconciliation.models import ExceptionCase, ReleaseLimit
from tests import factories

from .accessibility import complaints_everywhere

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/exceptions/?sort=invoice"


@pytest.fixture
def clerk():
    """May release differences up to 60.00; R-001 differs by 10.00, R-002 and R-003 by more."""
    desk = factories.Desk(factories.open_company())
    factories.price_over_order(desk, "R-001")
    factories.price_over_order(desk, "R-002", price="15.00")
    factories.price_over_order(desk, "R-003", price="25.00")
    clerk = factories.person(roles.AP_CLERK)
    ReleaseLimit.objects.update_or_create(
        company=desk.company, group=Group.objects.get(name=roles.AP_CLERK), defaults={"amount": 60}
    )
    return clerk


def test_the_effect_is_shown_then_done_then_undone(page, sign_in, clerk):
    sign_in(clerk, LIST)

    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_role("button", name="Release …").click()
    expect(page.get_by_role("status")).to_contain_text(
        "1 of 2 goes through at once; 1 goes to an approver. 210.00 EUR of invoices."
    )
    assert complaints_everywhere(page) == {}
    page.get_by_role("button", name="Release: 2").click()

    expect(page.get_by_role("status").first).to_contain_text("2 of 2 cases are done.")
    assert complaints_everywhere(page) == {}
    status = dict(ExceptionCase.objects.values_list("invoice_number", "status"))
    assert status == {"R-001": "released", "R-002": "proposed", "R-003": "open"}
    page.get_by_role("button", name="Undo all of it").click()

    expect(page.get_by_role("status").first).to_contain_text("2 of 2 cases are done.")
    assert set(ExceptionCase.objects.values_list("status", flat=True)) == {"open"}


def test_all_that_the_list_shows_can_be_rejected_at_once(page, sign_in, clerk):
    sign_in(clerk, f"{LIST}&min=100")

    page.get_by_label("Which cases").select_option("all that the list shows")
    page.get_by_role("button", name="Reject the invoice …").click()
    page.get_by_role("button", name="Reject: 2").click()

    expect(page.get_by_role("link", name="Back to the list")).to_be_visible()
    status = dict(ExceptionCase.objects.values_list("invoice_number", "status"))
    assert status == {"R-001": "open", "R-002": "rejected", "R-003": "rejected"}
