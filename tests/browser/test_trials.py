"""Rules tried on history in a real browser: begun by a controller, watched, and read by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciliation import roles, trials

from .accessibility import complaints_everywhere
from .pictures import keep_pictures

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from tests.factories import Desk

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    from tests import factories
    from tests.trials.history import allow, billed_at

    roles.apply_roles()
    desk = factories.Desk(factories.open_company())
    for number, price, vendor in (("R-1", "5.05", "V10"), ("R-2", "5.40", "V10"), ("R-3", "5.45", "V20")):
        billed_at(desk, number, price, vendor=vendor)
    allow(desk, "10")
    return desk


def begin(page: Page) -> None:
    page.get_by_role("button", name="Try on history").click()
    page.get_by_text("0 of 3 invoices tried").wait_for()


def test_a_controller_tries_the_draft_and_opens_an_invoice(desk: Desk, page: Page, sign_in: SignIn) -> None:
    from tests import factories

    sign_in(factories.person(roles.FINANCE_CONTROLLER), "/matching-rules/")
    begin(page)
    trials.work()

    page.get_by_text("3 of 3 invoices tried").wait_for()
    card = page.get_by_role("link", name="Would be released").first
    assert "108.50 EUR" in card.inner_text()
    with page.expect_download() as carried_off:
        page.get_by_role("link", name="All invoices as CSV").click()
    assert "R-2" in Path(carried_off.value.path()).read_text(encoding="utf-8-sig")
    page.get_by_role("link", name="R-3").click()
    page.get_by_role("heading", name="R-3").first.wait_for()


def test_a_trial_is_stopped_and_goes_on(desk: Desk, page: Page, sign_in: SignIn) -> None:
    from tests import factories

    sign_in(factories.person(roles.FINANCE_CONTROLLER), "/matching-rules/")
    begin(page)
    page.get_by_role("button", name="Stop").press("Enter")
    page.get_by_text("You stopped it.").wait_for()
    page.get_by_role("button", name="Go on").press("Enter")
    trials.work()

    page.get_by_text("3 of 3 invoices tried").wait_for()


@pytest.mark.parametrize("state", ["running", "done", "stopped", "failed"])
def test_the_page_keeps_the_rules_of_accessibility(
    desk: Desk, page: Page, sign_in: SignIn, state: str
) -> None:
    from reconciliation.models import RulesTrial
    from reconciliation.trials.jobs import FAILED
    from tests import factories

    sign_in(factories.person(roles.FINANCE_CONTROLLER), "/matching-rules/")
    begin(page)
    if state == "done":
        trials.work()
    if state == "stopped":
        page.get_by_role("button", name="Stop").click()
        page.get_by_text("You stopped it.").wait_for()
    if state == "failed":
        RulesTrial.objects.update(state="failed", trouble=FAILED)
    page.goto(page.url)

    assert complaints_everywhere(page) == {}
    keep_pictures(page, f"trial-{state}")
