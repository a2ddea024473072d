"""The documents' tables: how far each is on its way, and numbers without idle zeros."""

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
ORDERS = "/admin/reconciliation/purchaseorder/"


def test_an_order_that_waits_says_for_what(company: Company, signed_in: SignedIn) -> None:
    from tests import factories
    from tests.messages import bring

    admin = signed_in(roles.INTEGRATION_ADMIN)
    message = factories.queued(company, "PO-1")
    on_its_way = words(admin.get(ORDERS))
    bring(message, to="waiting", waiting_for="vendor V99999 in Business Central")

    waiting = words(admin.get(ORDERS))
    bring(message, to="rejected", waiting_for="")
    refused = words(admin.get(ORDERS))

    assert "on its way to BC" in on_its_way
    assert "waiting for vendor V99999 in Business Central" in waiting
    assert "refused, see Dead letters" in refused
    told = [page.count("on its way to BC") for page in (on_its_way, waiting, refused)]
    assert told == [told[0], told[0] - 1, told[0] - 1]  # the filter names it too


def test_the_invoices_show_money_with_its_cents_and_no_idle_zeros(desk: Desk, signed_in: SignedIn) -> None:
    from tests import factories

    factories.price_over_order(desk)

    listed = words(signed_in(roles.AUDITOR).get("/admin/reconciliation/supplierinvoice/"))

    assert ".00 EUR" in listed
    assert "000000" not in listed


def test_a_table_has_one_main_part_as_the_desk_has(company: Company, signed_in: SignedIn) -> None:
    page = signed_in(roles.AUDITOR).get(ORDERS).content.decode()

    assert page.count("<main") == 1
    assert page.index("<main") < page.index('id="content"') < page.index("</main>")
