"""Vendors that belong together: one invoice of a family is paid once, whoever of them sends it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client

from masterdata.models import Change
from reconciliation import bulk, reconcile, roles
from reconciliation.models import MatchDecision, VendorFamily
from tests.factories import person

from .test_cases import codes_of, status_of

pytestmark = pytest.mark.django_db
ADMIN = "/admin/reconciliation/vendorfamily/"


@pytest.fixture
def controller() -> Client:
    client = Client()
    client.force_login(person(roles.FINANCE_CONTROLLER))
    return client


@pytest.fixture
def another() -> Client:
    client = Client()
    client.force_login(person(roles.FINANCE_CONTROLLER, "fritz"))
    return client


def pressed(client: Client, action: str) -> str:
    """Press an action for all rows of the table, and give the page that answers."""
    chosen = list(VendorFamily.objects.values_list("pk", flat=True))
    answer = client.post(ADMIN, {"action": action, "_selected_action": chosen}, follow=True)
    return answer.content.decode()


@pytest.fixture
def family(company) -> VendorFamily:
    return VendorFamily.objects.create(company=company, vendor_number="V10", head="V20", state="in_force")


def two_of_one_number(desk, *vendors):
    made = []
    for order, vendor in zip(("PO-1", "PO-2"), vendors, strict=True):
        desk.order(order, vendor=vendor)
        desk.receive(10, order)
        made.append(desk.invoice("R-1", vendor=vendor, order_number=order))
    return made


@pytest.mark.parametrize("vendors", [("V10", "V20"), ("V20", "V10")])
def test_the_same_number_from_another_of_the_family_is_a_double(desk, family, vendors):
    first, second = two_of_one_number(desk, *vendors)

    reconcile.match_due()

    assert (status_of(first), codes_of(second)) == ("ready", {"DUPLICATE"})


def test_two_that_belong_to_a_third_are_of_one_family(desk, company, family):
    VendorFamily.objects.create(company=company, vendor_number="V30", head="V20", state="in_force")
    first, second = two_of_one_number(desk, "V10", "V30")

    reconcile.match_due()

    assert (status_of(first), codes_of(second)) == ("ready", {"DUPLICATE"})


def test_a_family_of_another_company_counts_nothing(desk, family):
    VendorFamily.objects.update(company=type(desk.company).objects.create(name="OTHER"))
    first, second = two_of_one_number(desk, "V10", "V20")

    reconcile.match_due()

    assert (status_of(first), status_of(second)) == ("ready", "ready")


def test_one_of_the_family_bills_anothers_order(desk, family):
    desk.order(vendor="V20")
    desk.receive(10)
    invoice = desk.invoice(vendor="V10")

    reconcile.match_due()

    assert status_of(invoice) == "ready"
    assert MatchDecision.objects.get().question["vendors"] == [
        {"number": "V10", "family": "V20", "blocked": ""},
        {"number": "V20", "family": "V20", "blocked": ""},
    ]


def test_what_a_family_sends_is_left_to_the_engine(desk, family, monkeypatch):
    monkeypatch.setattr(bulk, "WORTH_IT", 0)
    two_of_one_number(desk, "V10", "V20")

    assert bulk.match_plain() == 0


def test_who_says_that_vendors_belong_together_is_written_down_and_what_is_open_is_judged_again(
    desk, company, controller, another
):
    desk.order(vendor="V20")
    desk.receive(10)
    invoice = desk.invoice(vendor="V10")
    reconcile.match_due()
    assert codes_of(invoice) == {"VENDOR"}

    told = controller.post(
        f"{ADMIN}add/", {"company": company.pk, "vendor_number": "V10", "head": "V20"}, follow=True
    ).content.decode()
    reconcile.match_due()
    assert "It counts when somebody else approves it." in told
    assert codes_of(invoice) == {"VENDOR"}
    assert "you proposed this. Somebody else has to approve it." in pressed(controller, "approve")
    answer = pressed(another, "approve")
    reconcile.match_due()

    assert "1 open invoice will be matched again." in answer
    assert status_of(invoice) == "ready"
    assert VendorFamily.history.first().history_user.username == "fritz"
    changes = Change.objects.filter(table="reconciliation_vendorfamily").order_by("pk")
    assert list(changes.values_list("actor", "action")) == [("frida", "insert"), ("fritz", "update")]


def test_vendors_that_part_are_judged_again_when_two_said_so(desk, company, controller, another, family):
    desk.order(vendor="V20")
    invoice = desk.invoice(vendor="V10")
    reconcile.match_due()
    assert codes_of(invoice) == {"NO_RECEIPT"}

    assert controller.post(f"{ADMIN}{family.pk}/delete/", {"post": "yes"}).status_code == 403
    pressed(controller, "propose_end")
    pressed(controller, "approve")
    assert VendorFamily.objects.get().state == "ending"
    pressed(another, "approve")
    reconcile.match_due()

    assert codes_of(invoice) == {"NO_RECEIPT", "VENDOR"}
    assert not VendorFamily.objects.exists()


def test_what_nobody_approved_counts_nothing_and_is_taken_back(desk, company, controller):
    VendorFamily.objects.create(company=company, vendor_number="V10", head="V20")
    first, second = two_of_one_number(desk, "V10", "V20")

    reconcile.match_due()
    pressed(controller, "propose_end")

    assert (status_of(first), status_of(second)) == ("ready", "ready")
    assert not VendorFamily.objects.exists()


def test_the_database_refuses_a_family_of_one_person(company):
    one = person(roles.FINANCE_CONTROLLER)

    with pytest.raises(IntegrityError, match="when_a_second_person_agreed"):
        VendorFamily.objects.create(
            company=company,
            vendor_number="V10",
            head="V20",
            state="in_force",
            proposed_by=one,
            approved_by=one,
        )


@pytest.mark.parametrize(
    ("vendor", "head", "told"),
    [
        ("V20", "V30", "V10 belongs to V20: put that vendor under V30 first."),
        ("V30", "V10", "V10 belongs to V20: name V20 here."),
        ("V30", "V30", "A vendor belongs to its own family without being told so."),
    ],
)
def test_a_family_has_one_head(company, family, vendor, head, told):
    with pytest.raises(ValidationError) as refused:
        VendorFamily(company=company, vendor_number=vendor, head=head).full_clean()

    assert refused.value.messages == [told]
