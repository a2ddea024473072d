"""Columns and closeness of the worklist: each person's own, and the same under every filter."""

from __future__ import annotations

import re

import pytest

from reconciliation import roles
from reconciliation.models import ListLook
from tests import factories

from .reading import invoices

pytestmark = pytest.mark.django_db
LOOK = "/exceptions/look/"
LIST = "/exceptions/?tab=open"


def columns(response):
    heads = response.content.decode().partition('<table class="sheeted')[2].partition("</thead>")[0]
    return re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([A-Z][^<]*)<', heads)


@pytest.fixture
def two(desk):
    factories.billed_before_receipt(desk, "R-1")
    factories.price_over_order(desk, "R-2")


def test_a_person_leaves_columns_out(two, signed_in):
    client = signed_in(roles.AP_CLERK)

    answer = client.post(LOOK, {"column": ["amount", "due"], "rows": "comfortable", "back": LIST})

    assert answer["Location"] == LIST
    shown = client.get(LIST)
    assert columns(shown) == ["Invoice", "Amount", "Due"]
    row = shown.content.decode().partition("<tr data-row>")[2].partition("</tr>")[0]
    assert row.count("<td") == 4  # with the one to tick
    assert sorted(invoices(shown)) == ["R-1", "R-2"]


def test_the_choice_holds_under_filters_and_groups(two, signed_in):
    client = signed_in(roles.AP_CLERK)
    client.post(LOOK, {"column": ["amount"], "rows": "compact", "back": LIST})

    shown = client.get(f"{LIST}&reason=PRICE_OVER&group=reason")

    assert columns(shown) == ["Invoice", "Amount"]
    assert 'colspan="3"' in shown.content.decode()
    assert 'class="sheeted stacked dense compact"' in shown.content.decode()
    assert invoices(shown) == ["R-2"]


def test_others_keep_their_own(two, signed_in):
    signed_in(roles.AP_CLERK).post(LOOK, {"column": ["amount"], "rows": "compact"})

    shown = signed_in(roles.AP_APPROVER).get(LIST)

    assert len(columns(shown)) == 9
    assert "dense compact" not in shown.content.decode()


def test_the_invoice_stays_and_what_is_no_column_is_not_kept(two, signed_in):
    client = signed_in(roles.AP_CLERK)

    client.post(
        LOOK, {"column": ["nothing", "x" * 500], "rows": "wild", "back": "https://elsewhere.example/"}
    )

    look = ListLook.objects.get()
    assert look.hidden == ["age", "order", "reason", "difference", "amount", "risk", "due", "with"]
    assert not look.is_compact
    assert columns(client.get(LIST)) == ["Invoice"]


def test_who_sees_no_cases_chooses_no_columns(company, signed_in):
    assert signed_in(roles.INTEGRATION_ADMIN).post(LOOK, {"column": ["amount"]}).status_code == 403
    assert not ListLook.objects.exists()
