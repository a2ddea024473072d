"""Seen before: how the same reason with the same vendor ended."""

from __future__ import annotations

import pytest
from django.urls import reverse

from reconciliation import actions, cases, roles
from tests import factories

from .reading import words

pytestmark = pytest.mark.django_db


def shown(client, case):
    return client.get(reverse("case", args=[case.pk]))


def test_the_last_five_ends_of_the_same_trouble_are_told_with_who_and_why(desk, signed_in):
    client = signed_in(roles.AP_CLERK)
    anton = factories.person(roles.AP_APPROVER)
    for number in range(1, 7):
        former = factories.price_over_order(desk, f"R-{number}")
        actions.do(
            "accept-price", former, by=anton, sent={"code": "price_list", "reason": f"list of May {number}"}
        )
    case = factories.price_over_order(desk, "R-9")

    response = shown(client, case)

    told = [(row.invoice, row.ended, row.who, row.why) for row in response.context["before"]]
    assert told == [
        (
            f"R-{number}",
            "Accept the price, this invoice only",
            "Anton Berg",
            f"New price list of the supplier: list of May {number}",
        )
        for number in (6, 5, 4, 3, 2)
    ]


def test_another_vendor_or_another_reason_is_not_the_same_trouble(desk, signed_in):
    anton = factories.person(roles.AP_APPROVER)
    for former in (
        factories.billed_before_receipt(desk, "R-1"),
        factories.billed_before_receipt(desk, "R-2", vendor="V20"),
    ):
        cases.reject(former, by=anton, reason="Not ours")
    case = factories.price_over_order(desk, "R-9")

    response = shown(signed_in(roles.AP_CLERK), case)

    assert response.context["before"] == []
    assert "Liftbau Nord has had no closed exception with this reason yet." in words(response)


def test_what_cleared_itself_says_what_came_right(desk, signed_in):
    former = factories.billed_before_receipt(desk, "R-1")
    desk.receive(10, "PO-R-1")
    factories.case_of(former.invoice)
    case = factories.billed_before_receipt(desk, "R-2")

    (row,) = shown(signed_in(roles.AP_CLERK), case).context["before"]

    former.refresh_from_db()
    assert (row.ended, row.who, row.why) == ("Cleared itself", "", former.cleared_by)
    assert row.why


def test_another_companys_past_is_not_told(desk, signed_in):
    case = factories.price_over_order(desk, "R-1")
    elsewhere = factories.price_over_order(factories.Desk(factories.open_company("ELSEWHERE")), "R-9")
    cases.reject(elsewhere, by=factories.person(roles.AP_APPROVER), reason="Not ours")

    assert shown(signed_in(roles.AP_CLERK), case).context["before"] == []
