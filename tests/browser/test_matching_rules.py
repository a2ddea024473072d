"""Matching rules in a real browser: drafted by one controller, approved by another, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from reconciliation import policies, reconcile, roles

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

    roles.apply_roles()
    return factories.Desk(factories.open_company())


def widen(desk: Desk) -> None:
    from reconciliation.models import Tolerance

    limits = Tolerance.objects.filter(company=desk.company, check_name__in=["price", "line_total", "total"])
    limits.update(upper_percent=25)


def test_one_controller_proposes_and_another_approves(
    desk: Desk, page: Page, sign_in: SignIn, desk_address: str
) -> None:
    from reconciliation.models import PolicyVersion
    from tests import factories

    case = factories.price_over_order(desk)
    widen(desk)
    frida = factories.person(roles.FINANCE_CONTROLLER)
    gerd = factories.person(roles.FINANCE_CONTROLLER, "gerd")

    sign_in(frida, "/matching-rules/")
    assert "The draft differs from version 1 in" in page.inner_text("main")
    page.get_by_label("at once, when it is approved").check()
    page.get_by_label("Why shall it change?").fill("Steel is dearer")
    page.keyboard.press("Control+Enter")
    page.get_by_role("status").get_by_text("Version 2 waits for a second person.").wait_for()
    page.get_by_role("link", name="Version 2").first.click()
    page.get_by_text("You proposed it, so somebody else decides.").wait_for()
    assert page.get_by_role("button", name="Approve").count() == 0

    sign_in(gerd, "/matching-rules/2/")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Version 2 is approved").wait_for()
    assert PolicyVersion.objects.get(number=2).decided_by == gerd
    page.goto(f"{desk_address}/matching-rules/2/")
    page.get_by_role("button", name="Judge the open invoices by it").click()
    page.get_by_text("1 open invoice is judged again, by version 2.").wait_for()
    page.get_by_text("1 of 1 invoice waits to be judged.").wait_for()
    assert complaints_everywhere(page) == {}
    keep_pictures(page, "judging-under-way")

    reconcile.match_due()

    page.get_by_text("1 invoice is judged.").wait_for()  # told by the page itself, every two seconds
    assert complaints_everywhere(page) == {}
    keep_pictures(page, "judging-done")
    case.refresh_from_db()
    assert case.status == "cleared"


def test_a_proposal_without_a_reason_to_decline_is_answered_beside_the_form(
    desk: Desk, page: Page, sign_in: SignIn
) -> None:
    from tests import factories

    widen(desk)
    frida = factories.person(roles.FINANCE_CONTROLLER)
    policies.propose(desk.company, by=frida, reason="Steel is dearer", wanted_from=None)

    sign_in(factories.person(roles.FINANCE_CONTROLLER, "gerd"), "/matching-rules/2/")
    page.get_by_role("button", name="Decline").click()

    assert "Say why" in page.get_by_role("alert").inner_text()
    assert page.locator("#problem").evaluate("e => e === document.activeElement")


@pytest.mark.parametrize("path", ["/matching-rules/", "/matching-rules/1/", "/matching-rules/2/"])
def test_the_pages_keep_the_rules_of_accessibility(
    desk: Desk, page: Page, sign_in: SignIn, path: str
) -> None:
    from tests import factories

    widen(desk)
    frida = factories.person(roles.FINANCE_CONTROLLER)
    if path.endswith("2/"):
        policies.propose(desk.company, by=frida, reason="Steel is dearer", wanted_from=None)

    sign_in(factories.person(roles.FINANCE_CONTROLLER, "gerd"), path)
    assert complaints_everywhere(page) == {}
