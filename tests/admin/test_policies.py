"""A policy that the controller changes is a draft; once published, open invoices can be judged by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciliation import roles

if TYPE_CHECKING:  # see conftest.py
    from tests.admin.conftest import SignedIn
    from tests.factories import Desk

pytestmark = pytest.mark.django_db


def test_a_wider_tolerance_clears_the_exceptions_it_covers(desk: Desk, signed_in: SignedIn) -> None:
    from reconciliation import policies, reconcile
    from reconciliation.models import Tolerance
    from tests import factories
    from tests.reconcile.desk import publish

    case = factories.price_over_order(desk, "R-200")
    controller = signed_in(roles.FINANCE_CONTROLLER)
    form = {"company": case.company_id, "below": "warn", "combine": "all"}

    for check in ("price", "line_total", "total"):
        tolerance = Tolerance.objects.get(check_name=check, code="")
        answer = controller.post(
            f"/admin/reconciliation/tolerance/{tolerance.pk}/change/", form | {"check_name": check}
        )
        assert answer.status_code == 302
    policies.judge_again(case.company)
    reconcile.match_due()
    case.refresh_from_db()
    assert case.status == "open"  # a draft moves nothing

    publish(case.company)
    reconcile.match_due()

    case.refresh_from_db()
    assert (case.status, case.cleared_by) == ("cleared", "tolerances or match levels were changed")


def test_who_changes_a_limit_is_told_that_it_is_a_draft(desk: Desk, signed_in: SignedIn) -> None:
    from reconciliation.models import MatchLevel

    own = MatchLevel.objects.create(company=desk.company, vendor_number="V10", level="two_way")

    answer = signed_in(roles.FINANCE_CONTROLLER).post(
        f"/admin/reconciliation/matchlevel/{own.pk}/delete/", {"post": "yes"}, follow=True
    )

    assert "This is a draft" in answer.content.decode()
    assert "/matching-rules/" in answer.content.decode()


def test_no_limit_a_limit_of_zero_and_no_rule_look_different(desk: Desk, signed_in: SignedIn) -> None:
    from decimal import Decimal

    from reconciliation.models import Tolerance
    from tests.desk.reading import words

    here = {"company": desk.company, "check_name": "charge"}
    Tolerance.objects.filter(**here).delete()
    Tolerance.objects.create(**here, vendor_number="V-NONE")
    Tolerance.objects.create(**here, vendor_number="V-ZERO", upper_percent=Decimal(0))

    told = words(
        signed_in(roles.FINANCE_CONTROLLER).get(
            "/admin/reconciliation/tolerance/", {"check_name__exact": "charge"}
        )
    )

    assert "V-NONE no limit no limit no limit no limit no limit" in told
    assert "V-ZERO 0 no limit no limit no limit no limit" in told
    assert "2 tolerances" in told  # what has no rule has no row
