"""What people decide about a case: who may, up to what amount, and what the invoice does then."""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from reconciliation import cases, documents, reconcile, roles
from reconciliation.models import ExceptionCase, PurchaseOrder, ReleaseLimit, Resolution, SupplierInvoice

from .desk import billed, ordered
from .test_cases import codes_of, status_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = SupplierInvoice.Status
TOMORROW = datetime.timedelta(days=1)


@pytest.fixture
def approver(clerk: User) -> User:
    from django.contrib.auth.models import Group, User

    user = User.objects.create_user("anton", first_name="Anton", last_name="Berg")
    user.groups.add(Group.objects.get(name=roles.AP_APPROVER))
    return user


@pytest.fixture
def auditor(clerk: User) -> User:
    from django.contrib.auth.models import Group, User

    user = User.objects.create_user("ute")
    user.groups.add(Group.objects.get(name=roles.AUDITOR))
    return user


@pytest.fixture
def case(desk) -> ExceptionCase:
    """A case of 50.00 EUR: ten filters billed, none received."""
    desk.order()
    desk.invoice()
    reconcile.match_due()
    return ExceptionCase.objects.get()


@pytest.fixture
def large_case(desk) -> ExceptionCase:
    """A case of 5,000.00 EUR, above what a clerk may release."""
    desk.order("PO-1", ordered(price="500"))
    desk.invoice("R-100", billed(price="500"))
    reconcile.match_due()
    return ExceptionCase.objects.get()


def test_a_release_within_the_limit_readies_the_invoice_and_keeps_its_reason(case, clerk):
    resolution = cases.release(case, by=clerk, reason="  Delivered to the roof ")

    case.refresh_from_db()
    assert status_of(case.invoice) == Status.READY
    assert (case.status, case.owner) == ("released", clerk)
    assert (resolution.kind, resolution.state, resolution.reason) == (
        "release",
        "done",
        "Delivered to the roof",
    )
    assert resolution.overrides == [
        {
            "code": "NO_RECEIPT",
            "line": 1,
            "subject": None,
            "quantity": "10",
            "amount": "50",
            "currency": "EUR",
        }
    ]
    assert [row.history_user for row in case.history.order_by("pk")][-1] == clerk


def test_a_release_covers_no_other_currency(case, clerk):
    cases.release(case, by=clerk, reason="Seen it")
    PurchaseOrder.objects.update(currency="USD")
    SupplierInvoice.objects.update(currency="USD", match_due=True)

    reconcile.match_due()

    held = ExceptionCase.objects.open().get()
    assert (held.code, held.amount, held.currency) == ("NO_RECEIPT", 50, "USD")
    assert status_of(case.invoice) == Status.BLOCKED


@pytest.mark.parametrize(("limit", "state"), [("50", "done"), ("49.99", "proposed")])
def test_the_limit_reached_exactly_is_inside(case, clerk, limit, state):
    ReleaseLimit.objects.filter(group__name=roles.AP_CLERK).update(amount=limit)

    assert cases.release(case, by=clerk, reason="Seen it").state == state


def test_a_limit_is_in_ledger_currency(desk, clerk):
    desk.order(currency="USD")
    desk.invoice(currency="USD")
    reconcile.match_due()
    case = ExceptionCase.objects.get()
    ReleaseLimit.objects.filter(group__name=roles.AP_CLERK).update(amount=45)  # 50 USD × 90 ÷ 100

    assert cases.release(case, by=clerk, reason="Seen it").state == "done"


def test_above_the_limit_someone_else_approves(large_case, clerk, approver):
    proposal = cases.release(large_case, by=clerk, reason="Urgent")
    large_case.refresh_from_db()
    assert (large_case.status, status_of(large_case.invoice)) == ("proposed", Status.BLOCKED)

    cases.approve(proposal, by=approver, note="Checked on site")

    large_case.refresh_from_db()
    proposal.refresh_from_db()
    assert (large_case.status, status_of(large_case.invoice)) == ("released", Status.READY)
    assert (proposal.state, proposal.by, proposal.decided_by) == ("done", clerk, approver)


def test_nobody_approves_their_own_proposal(large_case, approver):
    ReleaseLimit.objects.update(amount=0)
    proposal = cases.release(large_case, by=approver, reason="Urgent")

    with pytest.raises(cases.NotAllowed, match="your own proposal"):
        cases.approve(proposal, by=approver)

    assert status_of(large_case.invoice) == Status.BLOCKED


def test_a_declined_proposal_leaves_the_invoice_blocked_and_the_case_with_its_owner(
    large_case, clerk, approver
):
    proposal = cases.release(large_case, by=clerk, reason="Urgent")

    cases.decline(proposal, by=approver, note="No delivery note")

    large_case.refresh_from_db()
    proposal.refresh_from_db()
    assert (large_case.status, large_case.owner) == ("open", clerk)
    assert (proposal.state, proposal.decision_note) == ("declined", "No delivery note")
    assert status_of(large_case.invoice) == Status.BLOCKED


def test_an_approval_does_not_cover_what_has_grown_since(desk, clerk, approver):
    key = uuid.uuid4()
    desk.order("PO-1", ordered(quantity="20", price="500"))
    invoice = desk.invoice("R-100", billed(price="500"), bc_id=key)
    reconcile.match_due()
    proposal = cases.release(ExceptionCase.objects.get(), by=clerk, reason="Urgent")
    desk.invoice("R-100", billed(quantity="12", price="500"), bc_id=key)
    reconcile.match_due()

    with pytest.raises(cases.StaleCase, match="grown since Clara Weiss proposed"):
        cases.approve(proposal, by=approver)

    assert status_of(invoice) == Status.BLOCKED


@pytest.mark.parametrize("verb", [cases.release, cases.reject])
def test_who_may_only_look_changes_nothing(case, auditor, verb):
    with pytest.raises(cases.NotAllowed, match="As Auditor you may not resolve exceptions"):
        verb(case, by=auditor, reason="Because")

    case.refresh_from_db()
    assert (case.status, status_of(case.invoice)) == ("open", Status.BLOCKED)
    assert not Resolution.objects.exists()


@pytest.mark.parametrize("verb", [cases.release, cases.reject])
def test_a_decision_says_why(case, clerk, verb):
    with pytest.raises(cases.ReasonMissing):
        verb(case, by=clerk, reason="   ")

    case.refresh_from_db()
    assert case.status == "open"


def test_a_case_is_decided_once_and_on_what_was_seen(case, clerk, approver):
    seen = cases.version(case)
    cases.release(case, by=clerk, reason="Delivered", seen=seen)

    with pytest.raises(cases.StaleCase, match="Clara Weiss released this case"):
        cases.reject(case, by=approver, reason="Never came", seen=seen)
    with pytest.raises(cases.WrongStatus):
        cases.reject(case, by=approver, reason="Never came")

    assert status_of(case.invoice) == Status.READY


def test_figures_that_changed_meanwhile_have_to_be_looked_at_again(desk, case, clerk):
    seen = cases.version(case)
    desk.receive(4)
    reconcile.match_due()

    with pytest.raises(cases.StaleCase, match="figures of this case have changed"):
        cases.release(case, by=clerk, reason="Delivered", seen=seen)


def test_a_duplicate_cannot_be_signed_away_but_rejected(desk, clerk):
    desk.order()
    desk.receive(10)
    desk.invoice("R-100")
    second = desk.invoice("R-100")
    reconcile.match_due()
    case = ExceptionCase.objects.get()

    with pytest.raises(cases.FixOnly, match="already here"):
        cases.release(case, by=clerk, reason="Looks fine")
    assert status_of(second) == Status.BLOCKED

    cases.reject(case, by=clerk, reason="Sent twice")
    assert status_of(second) == Status.REJECTED


def test_a_rejected_invoice_stays_rejected_whatever_comes(desk, case, clerk):
    cases.reject(case, by=clerk, reason="Never ordered")

    desk.receive(10)
    reconcile.match_due()

    case.refresh_from_db()
    assert (case.status, status_of(case.invoice)) == ("rejected", Status.REJECTED)
    assert ExceptionCase.objects.count() == 1


def test_a_case_that_waits_is_cleared_by_the_receipt(desk, case, clerk):
    day = timezone.localdate() + TOMORROW
    cases.wait(case, by=clerk, until=day, reason="Lorry tomorrow")
    case.refresh_from_db()
    assert (case.status, case.wait_until, case.owner) == ("waiting", day, clerk)

    desk.receive(10, number="GR-9")
    reconcile.match_due()

    case.refresh_from_db()
    assert (case.status, case.cleared_by, case.wait_until) == ("cleared", "receipt GR-9", None)
    assert status_of(case.invoice) == Status.READY


@pytest.mark.parametrize("days", [0, -1, None])
def test_only_a_day_to_come_can_be_waited_for(case, clerk, days):
    until = None if days is None else timezone.localdate() + datetime.timedelta(days=days)

    with pytest.raises(cases.WrongDate):
        cases.wait(case, by=clerk, until=until, reason="Later")


def test_waiting_can_be_ended_by_hand(case, clerk):
    cases.wait(case, by=clerk, until=timezone.localdate() + TOMORROW, reason="Lorry tomorrow")

    cases.reopen(case, by=clerk, reason="It came back empty")

    case.refresh_from_db()
    assert (case.status, case.wait_until) == ("open", None)


def test_a_release_of_one_reason_covers_no_other(desk, case, clerk):
    cases.release(case, by=clerk, reason="Delivered to the roof")

    desk.receive(4)
    [less] = reconcile.judge([case.invoice])
    assert (less.outcome, status_of(case.invoice)) == (
        "blocked",
        Status.BLOCKED,
    )  # another reason: too few came

    assert codes_of(case.invoice) == {"OVER_RECEIVED", "OVER_ACCEPTED"}


def test_a_cancelled_receipt_takes_what_it_brought_from_an_invoice_still_open(desk):
    desk.order()
    kept = desk.receive(4)
    given_up = desk.receive(5)
    invoice = desk.invoice()
    reconcile.match_due()
    assert ExceptionCase.objects.get().difference == 5

    documents.cancel(given_up)
    reconcile.match_due()

    assert ExceptionCase.objects.get().difference == 30
    assert kept.number != given_up.number
    assert status_of(invoice) == Status.BLOCKED


@pytest.mark.parametrize("verb", [cases.release, cases.reject])
def test_an_invoice_that_bc_has_posted_meanwhile_is_out_of_everyones_hands(case, clerk, verb):
    documents.mark_posted(case.invoice, bc_id=uuid.uuid4(), bc_number="208001", at=timezone.now())

    with pytest.raises(cases.WrongStatus, match="Nothing was changed"):
        verb(case, by=clerk, reason="Agreed with the buyer")

    case.refresh_from_db()
    assert case.status == ExceptionCase.Status.OPEN
    assert not case.resolutions.exists()


def test_a_proposal_does_not_cover_figures_that_have_grown_since(desk, clerk, approver):
    bc_id = uuid.uuid4()
    desk.order("PO-1", ordered(price="500"))
    desk.invoice("R-100", billed(price="500"), bc_id=bc_id)
    reconcile.match_due()
    proposed = cases.release(ExceptionCase.objects.get(), by=clerk, reason="The lift has to run")
    invoice = desk.invoice("R-100", billed(quantity="11", price="500"), bc_id=bc_id)
    reconcile.match_due()

    with pytest.raises(cases.StaleCase, match="figures have grown"):
        cases.approve(proposed, by=approver)

    assert ExceptionCase.objects.get().status == ExceptionCase.Status.PROPOSED
    assert status_of(invoice) == Status.BLOCKED
