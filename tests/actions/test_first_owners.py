"""Each reason has a first owner: an exception that opens becomes that person's task."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from reconciliation import cases, first_owners, roles
from reconciliation.models import Absence, FirstOwner
from tests import factories
from tests.desk.reading import invoices, words

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(db) -> User:
    return factories.person(roles.BUYER)


def to_role(desk, code: str, role: str) -> FirstOwner:
    return FirstOwner.objects.create(company=desk.company, code=code, group=Group.objects.get(name=role))


def test_an_exception_becomes_the_task_of_its_reasons_first_owner(desk, buyer, client):
    FirstOwner.objects.create(company=desk.company, code="PRICE_OVER", person=buyer)

    theirs = factories.price_over_order(desk, "R-1")
    other = factories.billed_before_receipt(desk, "R-2")

    client.force_login(buyer)
    listed = client.get(reverse("worklist"), {"tab": "mine"})
    assert (theirs.owner, other.owner) == (buyer, None)
    assert invoices(listed) == ["R-1"]


def test_what_has_no_row_of_its_own_goes_to_who_has_every_other_reason(desk, buyer):
    clerk = factories.person(roles.AP_CLERK)
    FirstOwner.objects.create(company=desk.company, code="PRICE_OVER", person=buyer)
    FirstOwner.objects.create(company=desk.company, code="", person=clerk)

    assert factories.price_over_order(desk, "R-1").owner == buyer
    assert factories.billed_before_receipt(desk, "R-2").owner == clerk


def test_within_a_role_it_goes_to_whoever_has_the_fewest(desk, buyer):
    second = factories.person(roles.BUYER, username="ben")
    to_role(desk, "NO_RECEIPT", roles.BUYER)

    opened = factories.many_cases(desk, 4)

    assert [case.owner for case in opened] == [buyer, second, buyer, second]


def test_within_a_role_whoever_approved_the_order_goes_first(desk, buyer):
    second = factories.person(roles.BUYER, username="ben")
    type(second).objects.filter(pk=second.pk).update(first_name="Bea", last_name="Buyer")  # as the CAFM says
    to_role(desk, "NO_RECEIPT", roles.BUYER)

    opened = factories.many_cases(desk, 3)

    assert [case.owner for case in opened] == [second] * 3


def test_who_is_away_gets_none_and_their_deputy_stands_in(desk, buyer):
    deputy = factories.person(roles.BUYER, username="ben")
    today = timezone.localdate()
    Absence.objects.create(
        person=buyer, deputy=deputy, first_day=today, last_day=today + datetime.timedelta(days=1)
    )
    to_role(desk, "NO_RECEIPT", roles.BUYER)
    FirstOwner.objects.create(company=desk.company, code="PRICE_OVER", person=buyer)

    assert factories.billed_before_receipt(desk, "R-1").owner == deputy
    assert factories.price_over_order(desk, "R-2").owner == deputy


def test_an_empty_role_leaves_it_on_everyones_desk(desk):
    roles.apply_roles()
    to_role(desk, "PRICE_OVER", roles.BUYER)

    assert factories.price_over_order(desk).owner is None


def test_another_companys_rows_do_not_count(desk, buyer):
    elsewhere = factories.open_company("ELSEWHERE")
    FirstOwner.objects.create(company=elsewhere, code="PRICE_OVER", person=buyer)

    assert factories.price_over_order(desk).owner is None


def test_whoever_had_the_invoices_case_before_goes_before_the_first_owner(desk, buyer):
    clerk = factories.person(roles.AP_CLERK)
    FirstOwner.objects.create(company=desk.company, code="", person=buyer)
    case = factories.price_over_order(desk, "R-1", price="6.00")
    cases.take(case, by=clerk)
    cases.release(case, by=clerk, reason="Agreed with the buyer")
    case.invoice.lines.update(unit_price="7.00", amount="70.00")
    type(case.invoice).objects.filter(pk=case.invoice_id).update(match_due=True)

    again = next(each for each in _judged_again(case))

    assert again.owner == clerk


def test_giving_the_usual_owners_leaves_those_that_are_there(desk, buyer):
    FirstOwner.objects.create(company=desk.company, code="PRICE_OVER", person=buyer)
    usual = sum(len(codes) for codes in first_owners.USUAL.values())

    assert first_owners.install_usual(desk.company) == usual - 1
    assert first_owners.install_usual(desk.company) == 0
    assert FirstOwner.objects.get(company=desk.company, code="PRICE_OVER").person == buyer


def test_a_row_names_a_role_or_a_person_not_both(desk, buyer):
    row = FirstOwner(company=desk.company, code="", person=buyer, group=buyer.groups.get())

    with pytest.raises(ValidationError, match="Choose a role or a person"):
        row.full_clean()


def test_the_controller_sets_owners_in_the_reasons_own_words(desk, buyer, client):
    client.force_login(factories.person(roles.FINANCE_CONTROLLER))
    address = reverse("admin:reconciliation_firstowner_add")

    assert "Price over order" in client.get(address).content.decode()
    client.post(address, {"company": desk.company.pk, "code": "PRICE_OVER", "person": buyer.pk})

    listed = words(client.get(reverse("admin:reconciliation_firstowner_changelist")))
    assert "Price over order Bea Lang" in listed


def _judged_again(case):
    from reconciliation import reconcile
    from reconciliation.models import ExceptionCase

    reconcile.match_due()
    return ExceptionCase.objects.filter(invoice=case.invoice).exclude(pk=case.pk)
