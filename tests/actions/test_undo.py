"""What one has just done can be undone for half a minute; Business Central hears of it only afterwards."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integration import outbox
from integration.models import Message
from reconciliation import actions, cases, reconcile, roles
from reconciliation.models import SupplierInvoice, Undoable
from tests import factories, mappings

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

    from reconciliation.models import ExceptionCase

pytestmark = pytest.mark.django_db

TOMORROW = datetime.timedelta(days=1)


@pytest.fixture
def clerk(db) -> User:
    return factories.person(roles.AP_CLERK)


@pytest.fixture
def approver(db) -> User:
    return factories.person(roles.AP_APPROVER)


def done(name: str, case: ExceptionCase, by: User, **sent: str) -> Undoable:
    """Do an action as the page does, and give what undoes it."""
    case.refresh_from_db()
    form = {"seen": cases.version(case), "code": "goods_seen", **sent}
    undoable = actions.do(name, case, by=by, sent=form).undoable
    assert undoable is not None
    return undoable


def as_before(case: ExceptionCase) -> tuple[Any, ...]:
    case.refresh_from_db()
    case.invoice.refresh_from_db()
    return case.status, case.owner_id, case.wait_until, case.closed_at, case.invoice.status


def in_line() -> int:
    mappings.install()
    outbox.enqueue_cleared_invoices()
    return Message.objects.count()


def over_at(undoable: Undoable) -> None:
    """Let its half minute be over, and the seconds for two clocks that differ."""
    past = timezone.now() - datetime.timedelta(seconds=1)
    Undoable.objects.filter(pk=undoable.pk).update(until=past)
    SupplierInvoice.objects.filter(pk=undoable.case.invoice_id).update(post_after=past)


def test_a_released_invoice_waits_half_a_minute_before_it_is_put_in_line(desk, clerk):
    case = factories.price_over_order(desk)

    undoable = done("release", case, clerk)

    case.invoice.refresh_from_db()
    seconds = (undoable.until - timezone.now()).total_seconds()
    assert 25 < seconds <= 30
    assert case.invoice.post_after == undoable.until + datetime.timedelta(seconds=5)
    assert in_line() == 0
    over_at(undoable)
    assert in_line() == 1


def test_an_undone_release_is_as_if_it_had_not_been_and_says_so(desk, clerk):
    case = factories.price_over_order(desk)
    before = as_before(case)
    undoable = done("release", case, clerk)

    actions.undo(undoable, by=clerk)

    assert as_before(case) == before
    assert case.invoice.post_after is None
    assert case.resolutions.get().state == "undone"
    while reconcile.match_due():
        pass
    assert as_before(case) == before, "the figures that were released count no more"
    over_at(undoable)
    assert in_line() == 0


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("reject", {"code": "billed_twice"}),
        ("wait", {"until": (timezone.localdate() + TOMORROW).isoformat()}),
        ("take", {}),
        ("hand-over", {"to": "carl"}),
    ],
)
def test_each_decision_can_be_undone(desk, clerk, name, sent):
    factories.person(roles.AP_CLERK, username="carl")
    case = factories.price_over_order(desk)
    before = as_before(case)
    undoable = done(name, case, clerk, **sent)
    assert as_before(case) != before

    actions.undo(undoable, by=clerk)

    assert as_before(case) == before


def test_an_undone_approval_waits_for_approval_again(desk, clerk, approver):
    case = factories.price_over_order(desk, price="500.00")
    done("release", case, clerk)
    before = as_before(case)
    assert before[0] == "proposed"
    undoable = done("approve", case, approver)
    assert as_before(case)[0] == "released"

    actions.undo(undoable, by=approver)

    assert as_before(case) == before
    resolution = case.resolutions.get()
    assert (resolution.state, resolution.decided_by, resolution.decided_at) == ("proposed", None, None)


def test_it_is_undone_once_by_who_did_it_and_in_time(desk, clerk, approver):
    case = factories.price_over_order(desk)
    undoable = done("reject", case, clerk)

    with pytest.raises(cases.NotAllowed, match="Only Clara Weiss may undo this"):
        actions.undo(undoable, by=approver)
    over_at(undoable)
    with pytest.raises(actions.TooLate, match="too late to undo"):
        actions.undo(undoable, by=clerk)
    assert as_before(case)[0] == "rejected"

    Undoable.objects.filter(pk=undoable.pk).update(until=timezone.now() + TOMORROW)
    actions.undo(undoable, by=clerk)
    with pytest.raises(actions.TooLate, match="undone already"):
        actions.undo(undoable, by=clerk)


def test_what_somebody_has_worked_on_since_is_not_undone(desk, clerk, approver):
    case = factories.price_over_order(desk)
    undoable = done("take", case, clerk)
    done("hand-over", case, approver, to="anton")

    with pytest.raises(cases.StaleCase):
        actions.undo(undoable, by=clerk)

    case.refresh_from_db()
    assert case.owner == approver


def test_an_invoice_that_is_posted_meanwhile_stays_posted(desk, clerk):
    from reconciliation import documents

    case = factories.price_over_order(desk)
    undoable = done("release", case, clerk)
    documents.mark_posted(case.invoice, bc_id=None, bc_number="PI-1", at=timezone.now())

    with pytest.raises(cases.WrongStatus, match="posted in BC; its decision stays"):
        actions.undo(undoable, by=clerk)

    assert as_before(case)[0] == "released"


def test_with_no_seconds_to_undo_nothing_waits(desk, clerk, settings):
    settings.UNDO_SECONDS = 0
    case = factories.price_over_order(desk)

    answer = actions.do("release", case, by=clerk, sent={"code": "small"})

    assert answer.undoable is None
    assert in_line() == 1


def test_the_bar_undoes_by_http_and_nobody_else_may(desk, clerk, approver):
    case = factories.price_over_order(desk)
    client, other = Client(), Client()
    client.force_login(clerk)
    other.force_login(approver)
    answer = client.post(
        reverse("case-act", args=[case.pk, "release"]), {"seen": cases.version(case), "code": "small"}
    )
    page = client.get(answer.url)
    bar = page.context["undo"]
    assert bar.said == "R-200 released. It is on its way to Business Central."

    refused = other.post(reverse("undo"), {"undo": bar.key})
    unknown = client.post(reverse("undo"), {"undo": "0"})
    assert (refused.status_code, unknown.status_code) == (403, 404)
    assert as_before(case)[0] == "released"

    answer = client.post(reverse("undo"), {"undo": bar.key})
    assert answer.url == reverse("case", args=[case.pk])
    assert as_before(case)[0] == "open"
    assert "Undone. R-200 is as it was before." in client.get(answer.url).content.decode()


def test_undo_wants_the_token_of_the_page(desk, clerk):
    case = factories.price_over_order(desk)
    undoable = done("release", case, clerk)
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk)

    assert client.post(reverse("undo"), {"undo": undoable.pk}).status_code == 403
    assert as_before(case)[0] == "released"
