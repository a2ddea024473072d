"""How far judging has come, told on a page of its own."""

from __future__ import annotations

import pytest
from django.test import Client

from reconciliation import reconcile, roles
from reconciliation.models import SupplierInvoice
from tests import factories
from tests.desk.reading import links, words

pytestmark = pytest.mark.django_db
ADDRESS = "/matching-rules/judging/"


@pytest.fixture
def desk() -> factories.Desk:
    roles.apply_roles()
    return factories.Desk(factories.open_company())


def signed_in(role: str = roles.FINANCE_CONTROLLER) -> Client:
    client = Client()
    client.force_login(factories.person(role))
    return client


def bill(desk: factories.Desk, *numbers: str) -> None:
    for number in numbers:
        desk.invoice(number, order_number=f"PO-{number}")


def test_where_nothing_waits_the_page_says_so(desk):
    assert "Nothing waits to be judged." in words(signed_in().get(ADDRESS))


def test_what_waits_is_told_with_its_share_and_that_nobody_is_at_it(desk):
    bill(desk, "R-1", "R-2", "R-3")
    SupplierInvoice.objects.filter(number="R-1").update(match_due=False)
    client = signed_in()

    page = client.get(f"{ADDRESS}?of=3")
    assert "2 of 3 invoices wait to be judged." in words(page)
    assert "None was judged in the last minute." in words(page)
    assert 'value="33"' in page.content.decode()
    assert f'data-live="{ADDRESS}?of=3"' in page.content.decode()
    assert links(client.get("/matching-rules/"))["2 invoices"] == f"{ADDRESS}?of=2"


def test_the_pace_of_the_last_minute_says_how_long_the_rest_takes(desk):
    bill(desk, "R-1", "R-2", "R-3")
    reconcile.judge(SupplierInvoice.objects.exclude(number="R-3"))
    SupplierInvoice.objects.update(match_due=True)

    assert "2 judged in the last minute: the rest takes about 2 minutes." in words(signed_in().get(ADDRESS))


@pytest.mark.parametrize("of", ["0", "1", "x", "²", "-4", "9999999999"])
def test_a_number_that_cannot_be_is_not_told(desk, of):
    bill(desk, "R-1", "R-2")

    assert "2 invoices wait to be judged." in words(signed_in().get(f"{ADDRESS}?of={of}"))


def test_another_companys_invoices_are_not_counted(desk):
    bill(factories.Desk(factories.open_company("OTHER")), "R-1")

    assert "Nothing waits to be judged." in words(signed_in().get(ADDRESS))


def test_who_may_not_see_the_rules_does_not_see_it(desk):
    assert signed_in(roles.INTEGRATION_ADMIN).get(ADDRESS).status_code == 403
