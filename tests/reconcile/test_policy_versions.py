"""Published rules: two people, one moment, never changed; an invoice keeps the rules of its day."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from reconciliation import policies, reconcile
from reconciliation.models import MatchDecision, MatchLevel, PolicyVersion, SupplierInvoice, Tolerance
from reconciliation.policies import PolicyRefused

from .desk import billed, publish
from .test_cases import codes_of, status_of

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

Status = SupplierInvoice.Status


@pytest.fixture
def frida(company) -> User:
    from django.contrib.auth.models import User

    return User.objects.create_user("frida")


@pytest.fixture
def gerd(company) -> User:
    from django.contrib.auth.models import User

    return User.objects.create_user("gerd")


def widen(company, percent: int = 5) -> None:
    limits = Tolerance.objects.filter(company=company, check_name__in=["price", "line_total", "total"])
    limits.update(upper_percent=percent)


def four_percent_over(desk, number: str) -> SupplierInvoice:
    order = f"PO-{number}"
    desk.order(order)
    desk.receive(10, order)
    return desk.invoice(number, billed(price="5.20"), order_number=order)


def tomorrow() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=1)


def test_a_new_company_is_judged_by_a_first_version_that_nobody_had_to_approve(company):
    [first] = PolicyVersion.objects.of(company)

    assert (first.number, first.state, first.proposed_by, first.decided_by) == (1, "approved", None, None)
    policies.install_defaults(company)
    assert PolicyVersion.objects.of(company).count() == 1


def test_a_draft_moves_nothing_until_a_second_person_approved_it(desk, company, frida, gerd):
    widen(company)
    invoice = four_percent_over(desk, "R-1")
    reconcile.match_due()
    assert codes_of(invoice) == {"PRICE_OVER", "LINE_TOTAL", "TOTAL"}

    version = policies.propose(company, by=frida, reason="Freight went up", wanted_from=None)
    policies.approve(version, by=gerd)
    later = four_percent_over(desk, "R-2")
    reconcile.match_due()

    assert status_of(later) == Status.READY
    assert MatchDecision.objects.get(invoice=later).policy_version == version


def test_an_invoice_keeps_the_rules_of_its_day_until_somebody_decides_otherwise(desk, company, gerd):
    early = four_percent_over(desk, "R-1")
    reconcile.match_due()
    widen(company)
    version = publish(company, judge_open=False)

    policies.judge_again(company)
    reconcile.match_due()
    assert status_of(early) == Status.BLOCKED

    assert policies.judge_by(version, by=gerd) == 1
    reconcile.match_due()
    assert status_of(early) == Status.READY
    assert MatchDecision.objects.filter(invoice=early).latest("pk").policy_version == version


def test_rules_count_from_their_day(desk, company, frida, gerd):
    widen(company)
    version = policies.propose(company, by=frida, reason="From tomorrow", wanted_from=tomorrow())
    version = policies.approve(version, by=gerd)
    today = four_percent_over(desk, "R-1")
    next_day = four_percent_over(desk, "R-2")
    SupplierInvoice.objects.filter(pk=next_day.pk).update(
        created_at=timezone.now() + datetime.timedelta(days=2)
    )
    reconcile.match_due()

    assert timezone.localtime(version.in_force_from).time() == datetime.time.min
    assert (status_of(today), status_of(next_day)) == (Status.BLOCKED, Status.READY)


def test_nobody_approves_what_they_proposed(company, frida):
    widen(company)
    version = policies.propose(company, by=frida, reason="Mine", wanted_from=None)

    with pytest.raises(PolicyRefused, match="You proposed these rules yourself"):
        policies.approve(version, by=frida)
    with pytest.raises(IntegrityError, match="nobody_approves_their_own_policy"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(
            state="approved", decided_by=frida, decided_at=timezone.now(), in_force_from=timezone.now()
        )
    with pytest.raises(IntegrityError, match="counts_when_a_second_person_agreed"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(state="approved", in_force_from=timezone.now())


@pytest.mark.parametrize(
    "change",
    [{"content": {}}, {"reason": "another"}, {"number": 9}, {"state": "declined"}, {"state": "withdrawn"}],
)
def test_the_database_lets_nobody_change_a_version(company, change):
    with pytest.raises(ProgrammingError, match="propose a new one"), transaction.atomic():
        PolicyVersion.objects.filter(company=company).update(**change)


def test_the_database_lets_nobody_delete_a_version(company):
    with pytest.raises(ProgrammingError, match="kept for ever"), transaction.atomic():
        PolicyVersion.objects.filter(company=company).delete()


def test_a_declined_proposal_says_why_and_the_draft_stays(company, frida, gerd):
    widen(company)
    version = policies.propose(company, by=frida, reason="Wider", wanted_from=None)

    with pytest.raises(PolicyRefused, match="Say why"):
        policies.decline(version, by=gerd, note=" ")
    policies.decline(version, by=gerd, note="Ask purchasing first")

    assert PolicyVersion.objects.get(pk=version.pk).state == "declined"
    assert policies.propose(company, by=frida, reason="Purchasing agrees", wanted_from=None).number == 3


def test_a_proposal_needs_a_change_a_reason_and_a_day_to_come(company, frida):
    refused = pytest.raises(PolicyRefused, match="says the same as version 1")
    with refused:
        policies.propose(company, by=frida, reason="Nothing", wanted_from=None)
    widen(company)
    with pytest.raises(PolicyRefused, match="Say why"):
        policies.propose(company, by=frida, reason="", wanted_from=None)
    over = timezone.localdate() - datetime.timedelta(days=1)
    with pytest.raises(PolicyRefused, match="a day that is over"):
        policies.propose(company, by=frida, reason="Late", wanted_from=over)
    policies.propose(company, by=frida, reason="Good", wanted_from=None)
    with pytest.raises(PolicyRefused, match="Version 2 already waits"):
        policies.propose(company, by=frida, reason="Another", wanted_from=None)


def test_a_version_ahead_is_withdrawn_before_an_earlier_one_counts(company, frida, gerd):
    widen(company, 5)
    ahead = policies.approve(
        policies.propose(company, by=frida, reason="Soon", wanted_from=tomorrow()), by=gerd
    )
    widen(company, 6)
    at_once = policies.propose(company, by=frida, reason="Now", wanted_from=None)

    with pytest.raises(PolicyRefused, match="Version 2 counts from a later day"):
        policies.approve(at_once, by=gerd)
    policies.withdraw(ahead, by=gerd)
    at_once = policies.approve(at_once, by=gerd)

    with pytest.raises(PolicyRefused, match="Only your own proposal"):
        policies.withdraw(at_once, by=frida)
    assert PolicyVersion.objects.of(company).in_force(timezone.now()) == at_once


def test_the_draft_can_be_put_back_to_any_version(company):
    before = policies.draft_of(company)
    widen(company)
    Tolerance.objects.create(company=company, check_name="price", vendor_number="V10", upper_percent=9)
    Tolerance.objects.filter(company=company, check_name="early").delete()
    MatchLevel.objects.create(company=company, item_number="BELT", level="two_way")
    assert policies.differences(before, policies.draft_of(company), "EUR") != []

    policies.put_back(company, before)

    assert policies.draft_of(company) == before


def test_differences_are_told_in_words(company):
    before = policies.draft_of(company)
    Tolerance.objects.filter(company=company, check_name="price").update(upper_percent=3, lower_percent=0)
    Tolerance.objects.create(company=company, check_name="tax", vendor_number="V10", upper_amount=0)
    Tolerance.objects.create(company=company, check_name="tax", vendor_number="V20")

    told = policies.differences(before, policies.draft_of(company), "EUR")

    assert [(each.name, each.scope, each.was, each.now) for each in told] == [
        ("tax", "vendor V10", "", "at most 0 EUR more"),
        ("tax", "vendor V20", "", "not checked: any difference passes"),
        (
            "unit price",
            "the company",
            "at most 2 % and 50 EUR more; over 25 % less warns",
            "at most 3 % and 50 EUR more; over 0 % less warns",
        ),
    ]
