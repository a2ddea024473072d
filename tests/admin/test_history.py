"""The history of a record: who, what, when, old → new, whoever wrote and however."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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

    assert f"frida changed amount {before} → 750.5" in history
    assert f"changed release limit {limit.pk} amount: {before} → 750.5" in book


def test_a_change_past_every_form_is_told_too(company: Company, signed_in: SignedIn) -> None:
    from reconciliation.models import Tolerance

    tolerance = Tolerance.objects.get(check_name="price")
    Tolerance.objects.filter(pk=tolerance.pk).update(upper_percent="9")

    history = words(signed_in(roles.AUDITOR).get(f"/admin/reconciliation/tolerance/{tolerance.pk}/history/"))

    assert "database user" in history
    assert "upper percent 2 → 9" in history


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

    assert "unit price all 2 50 – 25 – warn every limit must hold" in listed
    assert 'name="upper_percent" value="2"' in form
