"""Mail to first owners: one about all that became theirs, in their language, and never twice."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from integration import escalation
from reconciliation import cases, reconcile, roles
from reconciliation.models import CaseNotice, FirstOwner, PersonLanguage, SupplierInvoice
from tests import factories
from tests.desk.conftest import company, desk
from tests.desk.reading import words

if TYPE_CHECKING:  # models can be imported only when Django has started, which is after this file is read
    from django.contrib.auth.models import User

__all__ = ["company", "desk"]

pytestmark = pytest.mark.django_db

MINUTES = datetime.timedelta(minutes=1)


@pytest.fixture
def bea(desk, settings) -> User:
    """A buyer whose task every price is."""
    settings.TIEOUT_URL = "https://tieout.example"
    settings.EMAIL_HOST = "mail.example.com"
    user = factories.person(roles.BUYER)
    type(user).objects.filter(pk=user.pk).update(email="bea@example.com")
    FirstOwner.objects.create(company=desk.company, code="PRICE_OVER", person=user)
    return user


def sweep(*, later: datetime.timedelta = 10 * MINUTES) -> int:
    return escalation.send_case_mail(now=timezone.now() + later)


def test_one_mail_names_all_that_became_theirs_with_amounts_and_links(desk, bea):
    first, second = factories.price_over_order(desk, "R-1"), factories.price_over_order(desk, "R-2")

    assert sweep(later=MINUTES) == 0  # more may come, and it may be read on the desk first
    assert sweep() == 2

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["bea@example.com"], "2 new exceptions for you")
    for case in (first, second):
        vendor = case.vendor_name or case.vendor_number
        assert f"{case.invoice_number} of {vendor}, {case.amount:.2f} {case.currency}" in sent.body
        assert f"https://tieout.example{reverse('case', args=[case.pk])}" in sent.body
    assert f"{first.amount + second.amount:.2f} {first.currency}:" in sent.body
    assert "Price over order" in sent.body


def test_what_came_a_moment_ago_goes_along_with_what_is_due(desk, bea):
    factories.price_over_order(desk, "R-1")
    CaseNotice.objects.update(next_attempt_at=timezone.now() - MINUTES)
    factories.price_over_order(desk, "R-2")

    assert sweep(later=datetime.timedelta(0)) == 2
    assert len(mail.outbox) == 1


def test_nobody_is_told_twice_of_a_case_though_it_is_judged_again(desk, bea):
    case = factories.price_over_order(desk, "R-1")
    sweep()
    case.invoice.lines.update(unit_price="9.00", amount="90.00")
    SupplierInvoice.objects.filter(pk=case.invoice_id).update(match_due=True)
    reconcile.match_due()

    assert sweep(later=60 * MINUTES) == 0
    assert (len(mail.outbox), CaseNotice.objects.count()) == (1, 1)


def test_it_is_written_in_the_language_of_the_person(desk, bea):
    PersonLanguage.objects.create(person=bea, code="de")
    factories.price_over_order(desk, "R-1")
    sweep()

    assert mail.outbox[0].subject == "1 neue Ausnahme für Sie"
    assert "Price over order" not in mail.outbox[0].body


@pytest.mark.parametrize("meanwhile", ["read", "given away", "closed"])
def test_what_is_read_given_away_or_over_by_then_is_not_told(desk, bea, client, meanwhile):
    case = factories.price_over_order(desk, "R-1")
    if meanwhile == "read":
        client.force_login(bea)
        client.get(reverse("case", args=[case.pk]))
    elif meanwhile == "given away":
        cases.take(case, by=factories.person(roles.AP_CLERK))
    else:
        cases.release(case, by=factories.person(roles.AP_CLERK), reason="Agreed with the buyer")

    assert sweep() == 0
    assert mail.outbox == []


def test_it_can_be_switched_off(desk, bea, settings):
    settings.FIRST_OWNER_MAIL = False
    factories.price_over_order(desk, "R-1")

    assert sweep() == 0
    assert not CaseNotice.objects.exists()


def test_a_mail_that_the_server_did_not_take_comes_later_as_one(desk, bea, settings):
    factories.price_over_order(desk, "R-1")
    settings.EMAIL_HOST = settings.EMAIL_FOLDER = ""
    assert sweep() == 0

    settings.EMAIL_HOST = "mail.example.com"
    factories.price_over_order(desk, "R-2")

    assert sweep(later=60 * MINUTES) == 2
    assert len(mail.outbox) == 1


def test_of_many_the_largest_are_named_and_the_others_counted(desk, bea, monkeypatch):
    from reconciliation import first_owner_mail

    monkeypatch.setattr(first_owner_mail, "MOST_NAMED", 1)
    factories.price_over_order(desk, "R-1", price="6.00")
    factories.price_over_order(desk, "R-2", price="9.00")
    sweep()

    assert "R-2 of" in mail.outbox[0].body
    assert "R-1 of" not in mail.outbox[0].body
    assert "and 1 more" in mail.outbox[0].body


def test_what_people_say_is_not_drowned_in_it(desk, bea, client):
    factories.price_over_order(desk, "R-1")
    client.force_login(bea)

    assert "R-1" not in words(client.get(reverse("told")))
