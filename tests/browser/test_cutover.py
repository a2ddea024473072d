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
    from pathlib import Path

    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_go_or_no_go_to_the_document_that_is_in_the_way(
    transactional_db: None, page: Page, sign_in: SignIn
) -> None:
    from tests import factories
    from tests.rehearsal.kept import rehearsed, with_balances

    roles.apply_roles()
    company = factories.open_company()
    rehearsed(company, ("PO-1", "posts", ""), ("PO-2", "fails", "Vendor V2 blocked"))
    with_balances(rehearsed(company, ("PO-1", "posts", ""), ("PO-2", "blocked", "Price over order")), wrong=2)

    sign_in(factories.person(roles.FINANCE_CONTROLLER), "/cutover/")
    expect(page.get_by_role("heading", name="No-go")).to_be_visible()
    assert complaints_everywhere(page) == {}
    keep_pictures(page, "cutover")
    page.get_by_role("link", name="Price over order").press("Enter")
    expect(page.get_by_role("heading", name="Price over order")).to_be_visible()
    assert complaints_everywhere(page) == {}
    expect(page.get_by_role("cell", name="PO-2", exact=True).first).to_be_visible()


def test_go_is_read_without_colour(
    transactional_db: None, sandbox: object, page: Page, sign_in: SignIn
) -> None:
    from tests import factories
    from tests.rehearsal.kept import ready_company

    roles.apply_roles()
    ready_company()

    sign_in(factories.person(roles.INTEGRATION_ADMIN), "/cutover/")
    expect(page.get_by_role("heading", name="✓ Go Every point that decides is met")).to_be_visible()
    assert complaints_everywhere(page) == {}
    keep_pictures(page, "go")


def test_open_balances_are_sent_and_their_wrong_rows_read_without_a_mouse(
    transactional_db: None, page: Page, sign_in: SignIn, tmp_path: Path
) -> None:
    from django.utils import timezone

    from integration.models import OpeningRun
    from tests import factories

    roles.apply_roles()
    company = factories.open_company()
    wrong = {
        "file": "orders",
        "row": 2,
        "sentence": "The file says 8, Business Central 7.",
        "column": "received",
    }
    total = {"what": "Received to date", "files": "8", "there": "7", "ties_out": False}
    OpeningRun.objects.create(
        company=company, by="lead", state="refused", files={}, rows=4, wrong=1, problems=[wrong],
        totals=[total], asked_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip
    orders = tmp_path / "orders.csv"
    orders.write_text("number\n")

    sign_in(factories.person(roles.INTEGRATION_ADMIN), "/cutover/open-balances/")
    expect(page.get_by_role("heading", name="Send the files")).to_be_visible()
    assert complaints_everywhere(page) == {}
    keep_pictures(page, "open-balances")
    page.get_by_role("table").get_by_role("link").press("Enter")
    expect(page.get_by_role("cell", name="The file says 8, Business Central 7.")).to_be_visible()
    assert complaints_everywhere(page) == {}

    page.get_by_role("link", name="Open balances").press("Enter")
    page.get_by_label("Open orders").set_input_files(orders)
    page.get_by_role("button", name="Dry run").press("Enter")
    expect(page.get_by_text("A worker is at it")).to_be_visible()
