"""The history of a record: who, what, when, old → new, whoever wrote and however."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from reconciliation import roles
from tests.desk.reading import words

if TYPE_CHECKING:  # see conftest.py
    from masterdata.models import Company
    from tests.admin.conftest import SignedIn
    from tests.factories import Desk

pytestmark = pytest.mark.django_db


def test_a_limit_set_in_the_admin_is_told_with_its_author(company: Company, signed_in: SignedIn) -> None:
    from reconciliation.models import ReleaseLimit

    limit = ReleaseLimit.objects.order_by("pk").first()
    assert limit is not None
    controller = signed_in(roles.FINANCE_CONTROLLER)
    before = f"{limit.amount.normalize():f}"

    controller.post(
        f"/admin/reconciliation/releaselimit/{limit.pk}/change/",
        {"company": company.pk, "group": limit.group_id, "amount": "750.5"},
    )
    history = words(controller.get(f"/admin/reconciliation/releaselimit/{limit.pk}/history/"))
    book = words(controller.get("/admin/masterdata/change/?q=frida"))

    assert f"frida changed Amount {before} → 750.5" in history
    limit.refresh_from_db()
    assert f"changed release limit {limit} amount: {before} → 750.5" in book


def test_a_change_past_every_form_is_told_too(company: Company, signed_in: SignedIn) -> None:
    from reconciliation.models import Tolerance

    tolerance = Tolerance.objects.get(check_name="price")
    Tolerance.objects.filter(pk=tolerance.pk).update(upper_percent="9")

    history = words(signed_in(roles.AUDITOR).get(f"/admin/reconciliation/tolerance/{tolerance.pk}/history/"))

    assert "set-up, or someone in the database as" in history
    assert "Upper percent 2 → 9" in history


def test_an_invoice_tells_how_it_came_and_what_matching_said(desk: Desk, signed_in: SignedIn) -> None:
    from tests import factories

    case = factories.price_over_order(desk, "R-200")

    history = words(
        signed_in(roles.AP_CLERK).get(f"/admin/reconciliation/supplierinvoice/{case.invoice_id}/history/")
    )

    assert "matching judged: blocked" in history
    assert "test recorded" in history


def test_a_limit_is_written_without_idle_zeros(company: Company, signed_in: SignedIn) -> None:
    from reconciliation.models import Tolerance

    controller = signed_in(roles.FINANCE_CONTROLLER)
    tolerance = Tolerance.objects.get(check_name="price")

    listed = words(controller.get("/admin/reconciliation/tolerance/?check_name__exact=price"))
    form = controller.get(f"/admin/reconciliation/tolerance/{tolerance.pk}/change/").content.decode()

    assert "unit price all 2 50 no limit 25 no limit warn every limit must hold" in listed
    assert 'name="upper_percent" value="2"' in form


def test_a_person_who_is_let_in_or_shut_out_is_told_with_who_did_it(superuser: Client) -> None:
    from django.contrib.auth.models import Group, User

    from tests import factories

    person = factories.person(roles.AP_CLERK)
    approver = Group.objects.get(name=roles.AP_APPROVER)
    form = {"username": "clara", "first_name": "Clara", "last_name": "Weiss", "email": "clara@example.com"}
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "08:00"}

    superuser.post(f"/admin/auth/user/{person.pk}/change/", form | joined | {"groups": [approver.pk]})
    history = words(superuser.get(f"/admin/auth/user/{person.pk}/history/"))

    assert list(User.objects.get(pk=person.pk).groups.all()) == [approver]
    assert "root changed Email address – → clara@example.com" in history
    assert "Active yes → no" in history
    assert f"root removed Role {roles.AP_CLERK} → –" in history
    assert f"root added Role – → {roles.AP_APPROVER}" in history


def test_a_permission_of_ones_own_is_told_by_its_name(superuser: Client) -> None:
    from django.contrib.auth.models import Permission

    from tests import factories

    person = factories.person(roles.AUDITOR)
    person.user_permissions.add(Permission.objects.get(codename="resolve_case"))

    history = words(superuser.get(f"/admin/auth/user/{person.pk}/history/"))

    assert "added Permission – → " in history
    assert "Can wait, reject and release within the limit" in history


def test_passwords_and_sign_ins_are_never_written_down(superuser: Client) -> None:
    from django.contrib.auth.models import User

    from masterdata.models import Change
    from tests import factories

    person = factories.person(roles.AP_CLERK)
    person.set_password("another-long-password")
    person.save()
    assert Client().login(username="clara", password="another-long-password")

    assert User.objects.get(pk=person.pk).last_login is not None
    made, changed = Change.objects.filter(table="auth_user", row=person.pk).order_by("pk")
    assert made.new["username"] == "clara"
    assert {"password", "last_login"} & made.new.keys() == set()
    assert changed.new == {"password (not told)": "changed"}


def test_the_book_names_records_and_machines_in_words(company: Company, signed_in: SignedIn) -> None:
    from masterdata.audit import acting_as
    from reconciliation.models import Tolerance

    tolerance = Tolerance.objects.get(check_name="price")
    with acting_as("worker match_due_invoices"):
        Tolerance.objects.filter(pk=tolerance.pk).update(upper_percent="9")
    auditor = signed_in(roles.AUDITOR)

    page = auditor.get("/admin/masterdata/change/?q=match_due")
    gone, gone_pk = words(page), tolerance.pk
    tolerance.delete()
    after = words(auditor.get("/admin/masterdata/change/?q=match_due"))

    assert f"worker: match due invoices changed tolerance {tolerance}" in gone
    assert f'href="/admin/reconciliation/tolerance/{gone_pk}/change/"' in page.content.decode()
    assert f"changed tolerance {gone_pk} upper percent" in after
