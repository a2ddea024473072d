"""Actions by keyboard in a real browser: a reason by its key, undo, and the next case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciliation import roles

from .accessibility import complaints_everywhere

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from tests.factories import Desk

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    from tests import factories

    return factories.Desk(factories.open_company())


@pytest.fixture
def clerk(transactional_db: None) -> User:
    from tests import factories

    return factories.person(roles.AP_CLERK)


def wait_for_case(page: Page, number: str) -> None:
    """Wait for a case's page and for its scripts: a key pressed before they run is not heard."""
    page.get_by_role("heading", name=f"Invoice {number}", exact=False).wait_for()
    page.wait_for_load_state()


def test_two_keys_decide_and_one_undoes(desk, clerk, page, sign_in):
    from tests import factories

    first, second = (factories.price_over_order(desk, number) for number in ("R-1", "R-2"))
    sign_in(clerk, f"/exceptions/{first.pk}/?tab=open&sort=invoice")
    wait_for_case(page, "R-1")

    page.keyboard.press("1")
    page.keyboard.press("2")

    wait_for_case(page, "R-2")
    first.refresh_from_db()
    assert (first.status, first.resolutions.get().reason_code) == ("released", "contract")
    bar = page.locator("[data-undo]")
    assert "R-1 released. It is on its way to Business Central." in bar.inner_text()
    assert complaints_everywhere(page) == {}

    page.keyboard.press("u")

    wait_for_case(page, "R-1")
    page.get_by_text("Undone. R-1 is as it was before.").wait_for()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("open", "open")
    assert first.resolutions.get().state == "undone"


def test_the_bar_goes_when_it_is_too_late(desk, clerk, page, sign_in, settings):
    from tests import factories

    settings.UNDO_SECONDS = 2
    case = factories.price_over_order(desk)
    sign_in(clerk, f"/exceptions/{case.pk}/")
    wait_for_case(page, "R-200")

    page.keyboard.press("1")
    page.keyboard.press("1")

    bar = page.locator("[data-undo]")
    bar.wait_for()
    bar.get_by_role("button", name="Undo").wait_for(state="detached")
    assert "R-200 released." in bar.inner_text()


def test_a_letter_begins_a_reason_of_ones_own(desk, clerk, page, sign_in):
    from tests import factories

    case = factories.price_over_order(desk)
    sign_in(clerk, f"/exceptions/{case.pk}/")
    wait_for_case(page, "R-200")

    page.keyboard.press("1")
    page.keyboard.type("The lift had to run on 24 December")
    page.keyboard.press("Control+Enter")

    page.locator("[data-undo]").wait_for()
    assert case.resolutions.get().reason == "The lift had to run on 24 December"


def test_an_open_action_with_its_reasons_is_there_for_everyone(desk, clerk, page, sign_in):
    from tests import factories

    case = factories.price_over_order(desk)
    sign_in(clerk, f"/exceptions/{case.pk}/")
    wait_for_case(page, "R-200")

    page.keyboard.press("1")

    assert page.locator("[data-code]:visible").count() == 5
    assert complaints_everywhere(page) == {}
