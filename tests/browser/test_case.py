"""A case in a real browser, from the worklist by keyboard to the invoice posted in Business Central."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from integration import delivery, sync
from reconciliation import cases, policies, reconcile, roles
from tests.delivery.conftest import PACE

from .accessibility import complaints_everywhere

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from reconciliation.models import ExceptionCase
    from tests.delivery.house import House

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
LONG_NAME = (
    "Compressor overhaul kit for rotary screw compressors GA 30+ to GA 90, with gaskets and lubricants"
)
LONG_WORD = "Flurförderzeugersatzteilbaugruppensatz"


@pytest.fixture
def house(transactional_db: None, sandbox: Any, settings: Any) -> House:
    """A company with its policy, mirrored here and in the sandbox, seen by the browser's server too."""
    from tests.delivery.house import prepare_house

    settings.OUTBOX_PACE, settings.UNDO_SECONDS = PACE, 0
    prepared = prepare_house(sandbox)
    roles.apply_roles()
    policies.install_defaults(prepared.company)
    return prepared


@pytest.fixture
def clerk(house: House) -> User:
    from tests import factories

    return factories.person(roles.AP_CLERK)


@pytest.fixture
def approver(house: House) -> User:
    from tests import factories

    return factories.person(roles.AP_APPROVER)


def overpriced(house: House, number: str, *, price: str) -> ExceptionCase:
    """Order and receive ten filters at 12.50, both posted; then pull a draft that bills another price."""
    from reconciliation.models import ExceptionCase

    order = f"PO-{number}"
    message = house.order(order)
    house.receipt(f"GR-{number}", order, accepted=Decimal(10))
    delivery.drain(until_idle=True)
    message.refresh_from_db()
    assert message.state == "done"
    line = {"lineObjectNumber": "FILTER", "quantity": 10, "unitCost": price}
    draft = {
        "vendorNumber": "V1",
        "vendorInvoiceNumber": number,
        "invoiceDate": "2026-11-09",
        "orderNumber": message.bc_number,
        "purchaseInvoiceLines": [line],
    }
    house.sandbox.control.seed({"purchaseInvoices": [draft]})
    sync.pull_entity("invoices")
    reconcile.match_due()
    return ExceptionCase.objects.get(invoice_number=number)


def in_bc(house: House, number: str) -> str:
    """Give the status of an invoice in the sandbox: a draft, or open to be paid."""
    (row,) = [row for row in house.dump("purchaseInvoices") if row["vendorInvoiceNumber"] == number]
    return str(row["status"])


def text(page: Page) -> str:
    return re.sub(r"\s+", " ", page.inner_text("#content"))


def wait_for_heading(page: Page, name: str) -> None:
    """Wait for a page and for its scripts: a key pressed before they run is not heard."""
    page.get_by_role("heading", name=name).wait_for()
    page.wait_for_load_state()


def unfold(page: Page) -> None:
    """Open everything that folds, all at once."""
    page.evaluate(
        "document.querySelectorAll('main details').forEach(d => { d.removeAttribute('name'); d.open = true })"
    )


def test_a_clerk_releases_a_case_by_keyboard_and_bc_posts_the_invoice(house, clerk, page, desk_address):
    from tests import factories

    overpriced(house, "RE-88121", price="13.50")
    assert in_bc(house, "RE-88121") == "Draft"
    page.goto(desk_address)
    page.fill("#username", clerk.username)
    page.fill("#password", factories.PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("^Exceptions")).click()
    wait_for_heading(page, "Exceptions")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    wait_for_heading(page, "Invoice RE-88121")
    assert "10.00 EUR of 135.00 EUR does not tie out, on line 1." in text(page)
    page.keyboard.press("1")
    page.keyboard.type("The buyer agreed to the new price")
    page.keyboard.press("Control+Enter")
    page.get_by_text("RE-88121 released. It is on its way to Business Central.").wait_for()

    assert delivery.drain(until_idle=True).ok
    assert in_bc(house, "RE-88121") == "Open"
    from reconciliation.models import ExceptionCase

    case = ExceptionCase.objects.get()
    page.goto(f"{desk_address}/exceptions/{case.pk}/")
    shown = text(page)
    assert "The invoice is posted in Business Central as" in shown
    assert "Released The buyer agreed to the new price You · today" in shown
    assert "Nothing is left to decide here." in shown


def test_a_release_over_the_limit_goes_to_bc_when_an_approver_agrees(house, clerk, approver, page, sign_in):
    case = overpriced(house, "RE-9000", price="100.00")
    sign_in(clerk, f"/exceptions/{case.pk}/")
    assert "875.00 EUR is over your limit of 500.00 EUR: an AP approver decides" in text(page)
    page.keyboard.press("1")
    page.keyboard.type("The lift has to run")
    page.keyboard.press("Control+Enter")
    page.get_by_text("RE-9000: sent for approval.").wait_for()
    delivery.drain(until_idle=True)
    assert in_bc(house, "RE-9000") == "Draft"

    page.goto(f"{page.url.split('/exceptions')[0]}/exceptions/{case.pk}/")
    assert "This is your own proposal; someone else decides it." in text(page)
    page.keyboard.press("1")
    assert page.evaluate("document.activeElement.dataset.disabled") == "1"

    sign_in(approver, "/approvals/")
    assert "Clara Weiss" in text(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    wait_for_heading(page, "Invoice RE-9000")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    page.get_by_text("RE-9000 approved. It is on its way to Business Central.").wait_for()

    delivery.drain(until_idle=True)
    assert in_bc(house, "RE-9000") == "Open"


def test_a_clerk_waits_and_then_rejects_and_the_history_tells_it(house, clerk, page, sign_in):
    case = overpriced(house, "RE-1", price="13.50")
    day = timezone.localdate() + datetime.timedelta(days=3)
    address = f"/exceptions/{case.pk}/"
    sign_in(clerk, address)

    page.keyboard.press("2")
    page.fill("#until-wait", day.isoformat())
    page.get_by_label("Credit memo announced").check()
    page.get_by_role("button", name="Wait", exact=True).click()
    page.get_by_text(re.compile("RE-1 waits until .*, or clears itself before")).wait_for()
    case.refresh_from_db()
    assert (case.status, case.wait_until) == ("waiting", day)

    sign_in(clerk, address)
    page.keyboard.press("3")
    page.keyboard.type("Corrected invoice requested")
    page.keyboard.press("Control+Enter")
    page.get_by_text("RE-1 rejected. It will not be posted.").wait_for()
    delivery.drain(until_idle=True)
    assert in_bc(house, "RE-1") == "Draft"

    sign_in(clerk, address)
    page.get_by_role("link", name="Every change").click()
    wait_for_heading(page, "Invoice RE-1: every change")
    told = [
        re.sub(r"^today \d\d:\d\d ", "", re.sub(r"\s+", " ", row))
        for row in page.locator("tbody tr").all_inner_texts()
    ]
    assert "Clara Weiss Status open waiting for receipt" in told
    assert "Clara Weiss Status waiting for receipt rejected" in told
    assert "Clara Weiss Owner nobody Clara Weiss" in told


def test_a_decision_without_a_reason_is_not_sent(house, clerk, page, sign_in):
    case = overpriced(house, "RE-1", price="13.50")
    sign_in(clerk, f"/exceptions/{case.pk}/")

    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")

    assert page.locator("#reason-release:invalid").count() == 1
    case.refresh_from_db()
    assert case.status == "open"


def test_the_second_of_two_reads_what_the_first_has_done(house, clerk, approver, page, sign_in):
    case = overpriced(house, "RE-1", price="13.50")
    sign_in(clerk, f"/exceptions/{case.pk}/")
    cases.reject(case, by=approver, reason="Billed twice")

    page.keyboard.press("1")
    page.keyboard.type("The buyer agreed")
    page.keyboard.press("Control+Enter")

    problem = page.get_by_role("alert")
    problem.wait_for()
    assert "Anton Berg rejected this invoice at" in problem.inner_text()
    assert "You had written: “The buyer agreed”" in problem.inner_text()
    case.refresh_from_db()
    assert case.status == "rejected"


def test_the_queue_is_walked_by_keyboard_and_goes_on_after_a_decision(house, clerk, page, sign_in):
    first, second = (overpriced(house, number, price="13.50") for number in ("RE-1", "RE-2"))
    sign_in(clerk, f"/exceptions/{first.pk}/?tab=open&sort=invoice")

    page.keyboard.press("j")
    wait_for_heading(page, "Invoice RE-2")
    page.keyboard.press("k")
    wait_for_heading(page, "Invoice RE-1")
    page.keyboard.press("3")
    page.keyboard.type("Billed twice")
    page.keyboard.press("Control+Enter")

    wait_for_heading(page, "Invoice RE-2")
    assert f"/exceptions/{second.pk}/" in page.url
    assert "RE-1 rejected. It will not be posted." in text(page)


def test_twelve_lines_with_long_names_fit_a_screen_and_a_phone(house, clerk, page, sign_in):
    from tests import factories

    desk, numbers = factories.Desk(house.company), range(1, 13)
    named = {n: (LONG_NAME, LONG_WORD, "Belt")[n % 3] for n in numbers}
    desk.order("PO-12", *(factories.ordered(n, description=named[n]) for n in numbers), vendor="V1")
    for n in numbers:
        desk.receive(10, "PO-12", line=n)
    bills = [factories.billed(n, price="5.31", description=named[n]) for n in numbers]
    case = factories.case_of(
        desk.invoice("2026-11-LIFT-000000000000004711", *bills, vendor="V1", order_number="PO-12")
    )

    sign_in(clerk, f"/exceptions/{case.pk}/")
    table = page.locator(".wide-table")
    assert table.evaluate("box => box.scrollWidth - box.clientWidth") == 0
    assert page.locator(".tri tbody th").count() == 13

    page.set_viewport_size(PHONE)
    cards = page.locator(".tri tbody:first-of-type tr")
    assert cards.count() == 12
    tops = [box["y"] for box in (cards.nth(n).bounding_box() for n in range(12)) if box]
    assert tops == sorted(set(tops))
    titles = cards.first.evaluate(
        "card => [...card.querySelectorAll('td')].map(cell => getComputedStyle(cell, '::before').content)"
    )
    assert {'"Ordered"', '"Accepted"', '"Billed price"'} <= set(titles)
    unfold(page)
    assert complaints_everywhere(page) == {}


def test_twelve_lines_of_millions_fit_a_screen_without_scrolling(house, clerk, page, sign_in):
    from tests import factories

    desk, numbers = factories.Desk(house.company), range(1, 13)
    desk.order(
        "PO-24999",
        *(factories.ordered(n, "1200", "4115.25", description=LONG_NAME) for n in numbers),
        vendor="V1",
    )
    for n in numbers:
        desk.receive(1000, "PO-24999", line=n, rejected=200)
    bills = [factories.billed(n, "1200", "5338.75", description=LONG_NAME) for n in numbers]
    case = factories.case_of(desk.invoice("HLP-77310", *bills, vendor="V1", order_number="PO-24999"))

    sign_in(clerk, f"/exceptions/{case.pk}/")

    table = page.locator(".wide-table")
    assert "6,406,500.00" in table.inner_text()
    assert table.evaluate("box => box.scrollWidth - box.clientWidth") == 0
    titles = page.locator(".tri tbody:first-of-type th")
    assert min(titles.nth(n).bounding_box()["width"] for n in range(12)) >= 120


def test_a_counter_says_near_the_limit_how_much_is_left(house, clerk, page, sign_in):
    from tests import factories

    case = factories.billed_before_receipt(factories.Desk(house.company), vendor="V1")
    sign_in(clerk, f"/exceptions/{case.pk}/")
    counter = page.locator(".talk .counted")

    page.fill("#comment", "x" * 1799)
    assert counter.is_hidden()
    page.fill("#comment", "x" * 1990)
    assert counter.inner_text() == "10 characters left"
    page.fill("#comment", "x" * 3500)
    assert counter.inner_text() == "1,500 characters too many"
    page.get_by_role("button", name="Comment").click()

    page.get_by_role("alert").wait_for()
    assert "the text has 3,500 characters, and 2,000 are kept" in text(page)
    assert page.input_value("#comment") == "x" * 3500


def test_a_proposal_its_history_and_the_approvals_are_there_for_everyone(
    house, clerk, approver, page, sign_in
):
    from tests import factories

    desk = factories.Desk(house.company)
    desk.order("PO-1", factories.ordered(price="500"), vendor="V1")
    case = factories.case_of(desk.invoice("RE-1", factories.billed(price="500"), vendor="V1"))
    cases.release(case, by=clerk, reason="The lift has to run")
    found = {}

    for who, path in (
        (clerk, f"/exceptions/{case.pk}/"),
        (approver, f"/exceptions/{case.pk}/"),
        (approver, f"/exceptions/{case.pk}/history/"),
        (approver, "/approvals/"),
    ):
        sign_in(who, path)
        unfold(page)
        found[f"{who.username} {path}"] = complaints_everywhere(page)

    assert {where: told for where, told in found.items() if told} == {}
