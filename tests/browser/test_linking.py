"""A billed line without an order line in a real browser: proposed, confirmed by keyboard, undone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reconciliation import reconcile, roles

from .accessibility import complaints_everywhere

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from reconciliation.models import ExceptionCase
    from tests.factories import Desk

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    from tests import factories

    roles.apply_roles()
    return factories.Desk(factories.open_company())


@pytest.fixture
def case(desk: Desk) -> ExceptionCase:
    """Ten belts came; the invoice names neither order nor item."""
    from reconciliation.forms import InvoiceLineForm
    from reconciliation.models import ExceptionCase
    from tests.reconcile.desk import ordered

    desk.order("PO-1", ordered(1, item="BELT", description="Drive belt 12 mm, black"))
    desk.order("PO-2", ordered(1, item="BELT", description="Drive belt 14 mm", price="6.00"))
    desk.receive(10)
    line = InvoiceLineForm(1, Decimal(10), Decimal(5), Decimal(50), unit="PCS", description="Drive belt 12mm")
    invoice = desk.invoice("R-1", line, order_number="")
    reconcile.match_due()
    return ExceptionCase.objects.get(invoice=invoice)


def test_a_clerk_sees_why_a_line_is_proposed_confirms_it_and_takes_it_back(
    case: ExceptionCase, page: Page, sign_in: SignIn
) -> None:
    from tests import factories

    sign_in(factories.person(roles.AP_CLERK), f"/exceptions/{case.pk}/")
    panel = page.get_by_role("region", name="Order lines")
    told = panel.inner_text()
    assert "Line 1 bills 10 PCS of “Drive belt 12mm” at 5.00 EUR. Which order line is it?" in told
    assert "the same price of 5.00 EUR (+20)" in told
    assert panel.get_by_role("button", name="Confirm").count() == 2
    assert complaints_everywhere(page) == {}

    panel.get_by_role("button", name="Confirm PO-2 line 1").focus()
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("Line 1 is PO-2 line 1 now. R-1 was judged again.").wait_for()
    assert "Line 1 is PO-2 line 1. You said so" in page.get_by_role("region", name="Order lines").inner_text()
    assert "Line 1 linked to PO-2 line 1" in page.inner_text("main")

    page.get_by_role("button", name="Undo the link of line 1").click()
    page.get_by_role("status").get_by_text("The link of line 1 is undone.").wait_for()
    page.get_by_role("button", name="Confirm PO-1 line 1").click()
    page.get_by_role("status").get_by_text("Line 1 is PO-1 line 1 now.").wait_for()

    case.refresh_from_db()
    assert case.status == "cleared"
    assert page.get_by_role("button", name="Undo").count() == 0


def test_a_clerk_splits_a_line_over_two_orders_and_makes_it_whole_again(
    desk: Desk, page: Page, sign_in: SignIn
) -> None:
    from reconciliation.models import ExceptionCase
    from tests import factories
    from tests.reconcile.desk import billed, ordered

    for order, quantity in (("PO-1", "6"), ("PO-2", "4")):
        desk.order(order, ordered(1, quantity, item="BELT", description="Drive belt 12 mm, black"))
        desk.receive(quantity, order=order)
    line = billed(1, item="", order_line=None, description="Drive belt 12mm")
    invoice = desk.invoice("R-1", line, order_number="")
    reconcile.match_due()
    case = ExceptionCase.objects.get(invoice=invoice)
    sign_in(factories.person(roles.AP_CLERK), f"/exceptions/{case.pk}/")

    panel = page.get_by_role("region", name="Order lines")
    panel.get_by_text("Split line 1 over several order lines").press("Enter")
    first, second = (panel.get_by_label(f"{order} line 1") for order in ("PO-1", "PO-2"))
    assert (first.input_value(), second.input_value()) == ("6", "4")
    assert complaints_everywhere(page) == {}
    first.fill("7")
    panel.get_by_role("button", name="Split").press("Enter")
    page.get_by_text("The parts come to 11 PCS, line 1 bills 10 PCS.").wait_for()

    panel.get_by_text("Split line 1 over several order lines").press("Enter")
    first.fill("7")
    second.fill("3")
    second.press("Enter")
    page.get_by_role("status").get_by_text("Line 1 is split over 2 order lines.").wait_for()
    told = page.get_by_role("region", name="Order lines").inner_text()
    assert "7 of line 1 (line 1 here) is PO-1 line 1. You said so" in told
    assert "3 of line 1 (line 2 here) is PO-2 line 1. You said so" in told
    assert "3 of line 1 linked to PO-2 line 1" in page.inner_text("main")

    page.get_by_role("button", name="Undo the link of line 2").click()
    page.get_by_role("status").get_by_text("The link of line 2 is undone.").wait_for()
    panel.get_by_text("Split line 1 over several order lines").press("Enter")
    panel.get_by_role("button", name="Split").press("Enter")
    page.get_by_role("status").get_by_text("Line 1 is split over 2 order lines.").wait_for()

    case.refresh_from_db()
    assert case.status == "cleared"


def test_who_only_looks_sees_the_proposals_and_no_button(
    case: ExceptionCase, page: Page, sign_in: SignIn
) -> None:
    from tests import factories

    sign_in(factories.person(roles.AUDITOR), f"/exceptions/{case.pk}/")

    panel = page.get_by_role("region", name="Order lines")
    assert "PO-1 line 1" in panel.inner_text()
    assert panel.get_by_role("button").count() == 0


def test_without_a_like_line_the_page_says_what_to_do(desk: Desk, page: Page, sign_in: SignIn) -> None:
    from reconciliation.models import ExceptionCase
    from tests import factories
    from tests.reconcile.desk import billed

    line = billed(1, item="", order_line=None, description="Something else altogether")
    invoice = desk.invoice("R-9", line, order_number="")
    reconcile.match_due()
    case = ExceptionCase.objects.get(invoice=invoice)

    sign_in(factories.person(roles.AP_CLERK), f"/exceptions/{case.pk}/")

    panel = page.get_by_role("region", name="Order lines")
    assert "No open order of this vendor has a line like it." in panel.inner_text()
