"""A clerk's day by keyboard only, and what others answer from a phone."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started

from reconciliation import roles

from .accessibility import complaints_everywhere

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from collections.abc import Iterator

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


@dataclass(frozen=True)
class Routine:
    """A kind of case, what a clerk does with it, and how it is left; some stay, and `j` leads on."""

    opens: Callable[[Desk, str], object]
    action: str
    left: str
    then: tuple[str, ...] = ()


def before_receipt(desk: Desk, number: str) -> object:
    from tests import factories

    return factories.billed_before_receipt(desk, number)


def too_dear(price: str) -> Callable[[Desk, str], object]:
    def opens(desk: Desk, number: str) -> object:
        from tests import factories

        return factories.price_over_order(desk, number, price=price)

    return opens


def over_the_limit(desk: Desk, number: str) -> object:
    from tests import factories

    order = f"PO-{number}"
    desk.order(order, factories.ordered(price="500.00"))
    desk.receive("10", order=order)
    return desk.invoice(number, factories.billed(price="600.00"), order_number=order)


def service_not_confirmed(desk: Desk, number: str) -> object:
    from tests import factories

    service = {"quantity": "1", "price": "100.00", "item": "", "unit": ""}
    desk.order(f"PO-{number}", factories.ordered(**service, kind="service", description="Inspection"))
    return desk.invoice(number, factories.billed(**service), order_number=f"PO-{number}")


def seen_before(first: str) -> Callable[[Desk, str], object]:
    """An invoice whose number somebody has sent before, written otherwise; the first one ties out."""

    def opens(desk: Desk, number: str) -> object:
        from tests import factories

        order = f"PO-first-{number}"
        desk.order(order, factories.ordered(quantity="20"))
        desk.receive("10", order=order)
        desk.invoice(first.format(number=number[-2:]), factories.billed(), order_number=order)
        return factories.billed_before_receipt(desk, number)

    return opens


# Each is what a clerk does with cases of its kind all day; none of them asks for a word to be written.
ROUTINES = (
    Routine(before_receipt, "wait", "waiting"),
    Routine(too_dear("6.00"), "release", "released"),
    Routine(too_dear("5.40"), "write-off", "released"),
    Routine(service_not_confirmed, "wait", "waiting"),
    Routine(too_dear("6.10"), "accept-price", "released"),
    Routine(too_dear("6.20"), "request-credit", "waiting"),
    Routine(over_the_limit, "release", "proposed"),
    Routine(seen_before("r-{number}"), "reject", "rejected"),
    Routine(seen_before("R 0{number}"), "dismiss-duplicate", "open", then=("j",)),
    Routine(before_receipt, "hold", "waiting"),
)


def test_twenty_routine_cases_take_three_keys_each_at_most(desk, clerk, page, sign_in, server_time):
    from reconciliation import reconcile
    from reconciliation.models import ExceptionCase

    planned = {f"R-{place + 11}": ROUTINES[place % len(ROUTINES)] for place in range(CASES)}
    for number, routine in planned.items():
        routine.opens(desk, number)
    while reconcile.match_due():
        pass
    first = ExceptionCase.objects.get(invoice_number=next(iter(planned)))
    sign_in(clerk, f"/exceptions/{first.pk}/?tab=mine&sort=invoice")
    pressed, moments = {}, []

    for number, routine in planned.items():
        wait_for_case(page, number)
        moments.append(time.monotonic())
        keys = keys_for(page, routine)
        for key in keys[:2]:
            page.keyboard.press(key)
        page.locator("[data-undo] p").filter(has_text=number).wait_for()
        for key in keys[2:]:
            wait_for_case(page, number)
            page.keyboard.press(key)
        pressed[routine.action] = max(len(keys), pressed.get(routine.action, 0))
    moments.append(time.monotonic())

    told = [
        told_of(
            f"{max(pressed.values())} keys a case at most; from key to next case", seconds_between(moments)
        )
    ]
    windows = pairwise(moments)
    told.append(told_of("of which in the server", [server_time.within(*window) for window in windows]))
    told.append(", ".join(f"{action}: {keys}" for action, keys in sorted(pressed.items())))
    print("\n" + "\n".join(told))  # noqa: T201 - the figures are asked for
    assert max(pressed.values()) <= MOST_KEYS
    assert len(pressed) >= 8
    done = dict(ExceptionCase.objects.values_list("invoice_number", "status"))
    assert {number: done[number] for number in planned} == {n: each.left for n, each in planned.items()}


def keys_for(page: Page, routine: Routine) -> list[str]:
    """Read the keys that the page shows beside an action: its number, then its first reason."""
    form = page.locator(f"details.action:has(form[action$='/{routine.action}/'])")
    number = form.get_attribute("data-action")
    assert number, f"{routine.action} has no key"
    return [number, "1", *routine.then]


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
