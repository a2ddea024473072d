"""A clerk's day by keyboard only, and what others answer from a phone."""

from __future__ import annotations

import statistics
import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started

from reconciliation import roles

from .accessibility import complaints_everywhere

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from collections.abc import Callable, Iterator

    from django.contrib.auth.models import User
    from playwright.sync_api import Page

    from tests.factories import Desk

    SignIn = Callable[[User, str], None]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CASES = 20
MOST_KEYS = 3
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    from tests import factories

    return factories.Desk(factories.open_company())


@pytest.fixture
def clerk(transactional_db: None) -> User:
    from tests import factories

    return factories.person(roles.AP_CLERK)


class ServerTime:
    """When each request came in and how long the server took for it, the browser's time left out."""

    def __init__(self) -> None:
        self.took: list[tuple[float, float]] = []
        self.begun = threading.local()

    def start(self, environ: dict[str, Any], **_other: Any) -> None:
        is_ours = not environ["PATH_INFO"].startswith(settings.STATIC_URL)
        self.begun.at = time.monotonic() if is_ours else None

    def finish(self, **_other: Any) -> None:
        began = getattr(self.begun, "at", None)
        if began is not None:
            self.took.append((began, time.monotonic() - began))

    def within(self, first: float, last: float) -> float:
        return sum(took for began, took in self.took if first <= began < last)


@pytest.fixture
def server_time() -> Iterator[ServerTime]:
    time_of = ServerTime()
    request_started.connect(time_of.start)
    request_finished.connect(time_of.finish)
    yield time_of
    request_started.disconnect(time_of.start)
    request_finished.disconnect(time_of.finish)


def seconds_between(moments: list[float]) -> list[float]:
    return [last - first for first, last in pairwise(moments)]


def told_of(what: str, seconds: list[float]) -> str:
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return f"{what}: p50 {statistics.median(seconds) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms"


def wait_for_case(page: Page, number: str) -> None:
    """Wait for a case's page and for its scripts: a key pressed before they run is not heard."""
    page.get_by_role("heading", name=f"Invoice {number}", exact=False).wait_for()
    page.wait_for_load_state()


def test_twenty_routine_cases_take_three_keys_each_at_most(desk, clerk, page, sign_in, server_time):
    from reconciliation.models import ExceptionCase
    from tests import factories

    numbers = [f"R-{number:02}" for number in range(1, CASES + 1)]
    for place, number in enumerate(numbers):
        if place % 2:
            factories.billed_before_receipt(desk, number)
        else:
            factories.price_over_order(desk, number)
    first = ExceptionCase.objects.get(invoice_number=numbers[0])
    sign_in(clerk, f"/exceptions/{first.pk}/?tab=mine&sort=invoice")
    pressed, moments = [], []

    for number in numbers:
        wait_for_case(page, number)
        moments.append(time.monotonic())
        keys = ["1", "1"]  # what is suggested, for its first reason
        for key in keys:
            page.keyboard.press(key)
        page.locator("[data-undo] p").filter(has_text=number).wait_for()
        pressed.append(len(keys))
    moments.append(time.monotonic())

    told = [told_of(f"{max(pressed)} keys a case at most; from key to next case", seconds_between(moments))]
    windows = pairwise(moments)
    told.append(told_of("of which in the server", [server_time.within(*window) for window in windows]))
    print("\n" + "\n".join(told))  # noqa: T201 - the figures are asked for
    assert max(pressed) <= MOST_KEYS
    done = dict(ExceptionCase.objects.values_list("invoice_number", "status"))
    assert done == {number: "waiting" if place % 2 else "released" for place, number in enumerate(numbers)}


def test_a_receiver_answers_from_a_phone(desk, clerk, page, desk_address):
    from reconciliation import actions
    from reconciliation.actions import one_tap
    from reconciliation.models import CaseRequest
    from tests import factories

    case = factories.billed_before_receipt(desk)
    actions.do("ask-receiver", case, by=clerk, sent={})
    link = f"{desk_address}/answer/{one_tap.key_of(CaseRequest.objects.get())}/"
    page.set_viewport_size(PHONE)
    page.goto(link)
    assert complaints_everywhere(page) == {}

    page.set_viewport_size(PHONE)
    page.fill("#name", "Sam Store")
    page.get_by_role("button", name="Confirm").click()

    page.get_by_text("Your answer is kept: 10 PCS.").wait_for()
    case.refresh_from_db()
    assert case.status == "waiting"  # an answer books nothing
    page.goto(link)
    page.get_by_text("This was answered already, by Sam Store.").wait_for()


def test_two_tiers_sign_and_the_pages_are_there_for_everyone(desk, clerk, page, sign_in):
    from django.contrib.auth.models import Group

    from reconciliation import cases
    from reconciliation.models import ApprovalTier
    from tests import factories

    approver = factories.person(roles.AP_APPROVER)
    heads = Group.objects.create(name="Head of accounts payable")
    head = factories.person(roles.AP_APPROVER, username="hanna")
    head.groups.add(heads)
    for position, group, above in ((1, Group.objects.get(name=roles.AP_APPROVER), 0), (2, heads, 3000)):
        ApprovalTier.objects.create(company=desk.company, position=position, group=group, above=above)
    case = factories.billed_before_receipt(desk, price="500.00")
    cases.release(case, by=clerk, reason="The lift has to run")

    sign_in(approver, f"/exceptions/{case.pk}/")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    page.get_by_text("R-100: signed. It needs one more signature.").wait_for()
    sign_in(head, f"/exceptions/{case.pk}/")
    assert complaints_everywhere(page) == {}
    page.set_viewport_size({"width": 1440, "height": 900})
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    page.get_by_text("R-100 approved. It is on its way to Business Central.").wait_for()

    case.refresh_from_db()
    assert case.status == "released"
    sign_in(head, "/away/")
    assert complaints_everywhere(page) == {}
