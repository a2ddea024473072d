"""Two people on one case, in a real browser: who has it open, a file, a name in a comment, and on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from reconciliation import roles

from .accessibility import complaints, complaints_everywhere

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from tests.factories import Desk

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    from tests import factories

    return factories.Desk(factories.open_company())


def test_two_people_talk_about_one_case(desk: Desk, page: Page, sign_in: SignIn) -> None:
    from reconciliation import cases
    from tests import factories

    clara, anton = factories.person(roles.AP_CLERK), factories.person(roles.AP_APPROVER)
    case = factories.price_over_order(desk)
    cases.visit(case, anton)
    sign_in(clara, f"/exceptions/{case.pk}/")
    expect(page.get_by_text("Anton Berg has this open now.")).to_be_visible()

    page.get_by_label("Add a file").set_input_files(
        {"name": "offer.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name="offer.pdf")).to_be_visible()
    page.get_by_label("Comment").press_sequentially("Is this the price we agreed, @ant")
    expect(page.get_by_role("option", name="@anton")).to_have_attribute("aria-selected", "true")
    assert complaints(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_label("Comment")).to_have_value("Is this the price we agreed, @anton ")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_text("Comment added.")).to_be_visible()
    expect(page.get_by_text("Followed by You, Anton Berg.")).to_be_visible()
    assert complaints_everywhere(page) == {}

    # Anton decides; Clara's page hears of it before she does, when she looks at it again.
    cases.reject(case, by=anton, reason="Not ours")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("Anton Berg rejected this invoice at")).to_be_visible()
    expect(page.get_by_text("Load the page again before you decide.")).to_be_visible()

    sign_in(anton, "/for-you/")
    expect(page.get_by_text("Is this the price we agreed, @anton")).to_be_visible()
    assert complaints_everywhere(page) == {}


def test_on_paper_a_case_tells_all_and_offers_nothing(desk: Desk, page: Page, sign_in: SignIn) -> None:
    from tests import factories

    case = factories.price_over_order(desk)
    sign_in(factories.person(roles.AP_CLERK), f"/exceptions/{case.pk}/")
    expect(page.get_by_role("heading", name="Invoice R-200")).to_be_visible()

    page.emulate_media(media="print")

    for said in ("Price over order.", "Timeline", "Seen before", "Original and files"):
        expect(page.get_by_text(said).first).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
