"""Filters that people keep, and rows in groups that say what they add up to."""

from __future__ import annotations

import pytest
from django.test import Client

from reconciliation import roles
from reconciliation.models import ExceptionCase, SavedFilter
from tests import factories

from .reading import invoices, links, words

pytestmark = pytest.mark.django_db
LIST = "/exceptions/?tab=open"
SAVE = "/exceptions/filters/"


@pytest.fixture
def three(desk):
    """Two invoices of Liftbau Nord and one of Klima Süd; the price of R-2 is wrong, the others came early."""
    factories.billed_before_receipt(desk, "R-1", price="20.00")
    factories.price_over_order(desk, "R-2", price="9.00")
    factories.billed_before_receipt(desk, "R-3", vendor="V20", order="BO-7")


def test_a_kept_filter_leads_back_to_its_list(three, signed_in):
    client = signed_in(roles.AP_CLERK)

    client.post(SAVE, {"name": "Prices ", "queue": "tab=open&reason=PRICE_OVER&sort=-amount&at=xx&evil=1"})

    shown = client.get(LIST)
    assert SavedFilter.objects.get().query == "tab=open&reason=PRICE_OVER&sort=-amount"
    assert invoices(client.get(links(shown)["Prices"])) == ["R-2"]


def test_the_same_name_replaces_and_a_name_is_needed(three, signed_in):
    client = signed_in(roles.AP_CLERK)

    client.post(SAVE, {"name": "Mine", "queue": "min=5"})
    client.post(SAVE, {"name": "Mine", "queue": "min=7"})
    answer = client.post(SAVE, {"name": "  ", "queue": "min=9"}, follow=True)

    assert [row.query for row in SavedFilter.objects.all()] == ["tab=mine&min=7"]
    assert "Give the filter a name." in words(answer)


def test_a_shared_filter_is_everyones_and_one_of_ones_own_is_not(three, signed_in):
    clerk = signed_in(roles.AP_CLERK)
    clerk.post(SAVE, {"name": "For all", "queue": "tab=open&reason=PRICE_OVER", "shared": "1"})
    clerk.post(SAVE, {"name": "For me", "queue": "tab=open&min=100"})

    theirs = signed_in(roles.BUYER).get(LIST)

    assert "For all" in links(theirs)
    assert "For me" not in links(theirs)
    assert "Forget For all" not in theirs.content.decode()


def test_who_may_not_resolve_keeps_filters_but_shares_none(three, signed_in):
    signed_in(roles.BUYER).post(SAVE, {"name": "B", "queue": "tab=open", "shared": "1"})

    assert not SavedFilter.objects.get().is_shared


def test_only_who_keeps_a_filter_may_forget_it(three, signed_in):
    clerk = signed_in(roles.AP_CLERK)
    clerk.post(SAVE, {"name": "For all", "queue": "tab=open", "shared": "1"})
    key = SavedFilter.objects.get().pk

    stranger = signed_in(roles.BUYER).post(f"{SAVE}{key}/forget/")

    assert stranger.status_code == 404
    assert SavedFilter.objects.exists()
    assert clerk.post(f"{SAVE}{key}/forget/").status_code == 302
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("role", [roles.INTEGRATION_ADMIN, ""])
def test_who_may_not_see_cases_keeps_no_filters(company, signed_in, role):
    assert signed_in(role).post(SAVE, {"name": "x", "queue": ""}).status_code == 403
    assert Client().post(SAVE, {"name": "x"}).status_code == 302
    assert not SavedFilter.objects.exists()


# Groups


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ("vendor", ["Liftbau Nord V10 2 cases, 290.00 EUR", "Klima Süd V20 1 case, 50.00 EUR"]),
        ("reason", ["Billed before receipt 2 cases, 250.00 EUR", "Price over order 1 case, 90.00 EUR"]),
        ("order", ["BO-7 1 case, 50.00 EUR", "PO-R-1 1 case, 200.00 EUR", "PO-R-2 1 case, 90.00 EUR"]),
    ],
)
def test_groups_stand_together_and_say_what_they_add_up_to(three, signed_in, group, told):
    shown = words(signed_in(roles.AP_CLERK).get(f"{LIST}&group={group}"))

    for sentence in told:
        assert sentence in shown


def test_a_groups_total_counts_what_the_filter_leaves(three, signed_in):
    shown = words(signed_in(roles.AP_CLERK).get(f"{LIST}&group=vendor&min=100"))

    assert "Liftbau Nord V10 1 case, 200.00 EUR" in shown


def test_a_groups_heading_opens_its_rows_alone(three, signed_in):
    client = signed_in(roles.AP_CLERK)
    for group, heading, alone in (
        ("vendor", "Klima Süd V20", ["R-3"]),
        ("reason", "Price over order", ["R-2"]),
        ("order", "BO-7", ["R-3"]),
    ):
        page = client.get(f"{LIST}&group={group}")

        assert invoices(client.get(links(page)[heading])) == alone


def test_a_groups_total_is_the_whole_groups_though_the_page_ends(desk, signed_in):
    factories.many_cases(desk, 53)

    shown = words(signed_in(roles.AP_CLERK).get(f"{LIST}&group=vendor"))

    assert ExceptionCase.objects.count() == 53
    assert "Liftbau Nord V10 53 cases, 14,310.00 EUR" in shown
