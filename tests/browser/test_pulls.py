"""Pulls in a real browser: the figures move by themselves, a run is stopped, and held records are read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from reconciliation import roles

from .accessibility import broken_rules, turn

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from integration.models import SyncRun

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RUNS = "/admin/integration/syncrun/"


def person(role: str) -> User:
    from tests import factories

    return factories.person(role)


@pytest.fixture
def running(transactional_db: None, settings: Any) -> SyncRun:
    """A pull of items at 1,200 of 3,000 rows, beside held records and filters."""
    from uuid import uuid4

    from django.utils import timezone

    from integration import installation
    from integration.models import HeldRecord, MirrorFilter, SyncRun
    from tests.factories import open_company

    company = open_company()
    installation.install_schedules(settings.TIEOUT_SCHEDULES)
    now = timezone.now()
    for number, unit in (("SALT-25", "PALLET"), ("BELT-X", "ROLL")):
        HeldRecord.objects.create(
            company=company,
            entity="items",
            bc_id=uuid4(),
            record=number,
            why="waiting",
            reason=f"It waits for the unit of measure {unit}.",
            tried_at=now,
        )
    MirrorFilter.objects.create(company=company, entity="items", field="category", values="SPARE\nHVAC")
    SyncRun.objects.create(
        company=company, entity="vendors", kind="delta", state="done", finished_at=now, rows_read=12
    )
    run = SyncRun.objects.create(
        company=company, entity="items", kind="full", rows_read=1200, rows_new=1200, rows_expected=3000
    )
    SyncRun.objects.filter(pk=run.pk).update(started_at=now - datetime.timedelta(minutes=10))
    return run


def grow(run: SyncRun, **figures: Any) -> None:
    type(run).objects.filter(pk=run.pk).update(**figures)


def test_the_figures_move_by_themselves_until_the_run_ends(
    page: Page, running: SyncRun, sign_in: SignIn
) -> None:
    from django.utils import timezone

    sign_in(person(roles.INTEGRATION_ADMIN), f"{RUNS}{running.pk}/change/")
    page.get_by_text("1,200 of 3,000").wait_for()

    grow(running, rows_read=2400, rows_new=2400)
    page.get_by_text("2,400 of 3,000").wait_for()
    grow(running, rows_read=3000, state="done", finished_at=timezone.now())
    page.get_by_text("items, everything: done").wait_for()

    assert page.locator("[data-live]").count() == 0
    assert page.get_by_role("button", name="Stop at the next page").count() == 0


def test_a_run_is_stopped_with_the_keyboard(page: Page, running: SyncRun, sign_in: SignIn) -> None:
    sign_in(person(roles.INTEGRATION_ADMIN), f"{RUNS}{running.pk}/change/")
    button = page.get_by_role("button", name="Stop at the next page")

    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("asked it to stop before its next page").wait_for()

    running.refresh_from_db()
    assert running.stop_asked_by
    assert button.count() == 0


def test_figures_that_cannot_be_renewed_say_so(page: Page, running: SyncRun, sign_in: SignIn) -> None:
    sign_in(person(roles.INTEGRATION_ADMIN), f"{RUNS}{running.pk}/change/")

    page.route("**/progress/", lambda route: route.abort())
    page.get_by_text("These figures cannot be renewed at the moment.").wait_for()
    page.unroute("**/progress/")
    grow(running, rows_read=2400)
    page.get_by_text("2,400 of 3,000").wait_for()

    assert page.get_by_text("These figures cannot be renewed").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_can_be_used_by_everyone(
    page: Page, running: SyncRun, sign_in: SignIn, scheme: str
) -> None:
    who = person(roles.INTEGRATION_ADMIN)
    page.emulate_media(color_scheme=scheme)  # from the start: the theme fades its colours
    for path in (
        RUNS,
        f"{RUNS}{running.pk}/change/",
        "/admin/integration/heldrecord/",
        "/admin/integration/mirrorfilter/",
        "/admin/integration/mirrorfilter/add/",
    ):
        sign_in(who, path)
        turn(page, scheme)
        page.wait_for_load_state("networkidle")
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert broken_rules(page) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
