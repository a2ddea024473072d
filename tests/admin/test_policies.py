"""A policy that the controller changes is the one that open invoices are judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciliation import roles

if TYPE_CHECKING:  # see conftest.py
    from tests.admin.conftest import SignedIn
    from tests.factories import Desk

pytestmark = pytest.mark.django_db


def test_a_wider_tolerance_clears_the_exceptions_it_covers(desk: Desk, signed_in: SignedIn) -> None:
    from reconciliation import reconcile
    from reconciliation.models import Tolerance
    from tests import factories

    case = factories.price_over_order(desk, "R-200")
    controller = signed_in(roles.FINANCE_CONTROLLER)
    form = {"company": case.company_id, "below": "warn", "combine": "all"}

    for check in ("price", "line_total", "total"):
        tolerance = Tolerance.objects.get(check_name=check, code="")
        answer = controller.post(
            f"/admin/reconciliation/tolerance/{tolerance.pk}/change/", form | {"check_name": check}
        )
        assert answer.status_code == 302
    reconcile.match_due()

    case.refresh_from_db()
    assert (case.status, case.cleared_by) == ("cleared", "tolerances or match levels were changed")


def test_a_level_that_is_taken_away_is_no_longer_judged_by(desk: Desk, signed_in: SignedIn) -> None:
    from reconciliation.models import MatchLevel

    desk.order()
    invoice = desk.invoice()
    own = MatchLevel.objects.create(company=desk.company, vendor_number="V10", level="two_way")
    type(invoice).objects.update(match_due=False)

    answer = signed_in(roles.FINANCE_CONTROLLER).post(
        f"/admin/reconciliation/matchlevel/{own.pk}/delete/", {"post": "yes"}
    )

    invoice.refresh_from_db()
    assert answer.status_code == 302
    assert invoice.match_due
