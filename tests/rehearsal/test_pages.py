"""The cutover page: go or no-go, the causes with their owners, and the way back to each document."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from integration.models import Rehearsal, RehearsedDocument
from reconciliation import roles
from tests import factories
from tests.desk.reading import links, words

from .kept import rehearsed, with_balances

pytestmark = pytest.mark.django_db

Fate = RehearsedDocument.Fate


@pytest.fixture
def company(db: None) -> Any:
    return factories.open_company()


def _signed_in(role: str) -> Client:
    client = Client()
    client.force_login(factories.person(role))
    return client


def test_before_the_first_rehearsal_the_page_says_how_to_begin(company: Any) -> None:
    told = words(_signed_in(roles.INTEGRATION_ADMIN).get("/cutover/"))

    assert "Nothing was rehearsed yet" in told
    assert "manage.py rehearse FILE" in told
    assert "No-go" in told


def test_causes_stand_with_their_owner_and_open_their_documents(company: Any) -> None:
    kept = rehearsed(company, ("PO-1", Fate.POSTS, ""), ("PO-2", Fate.FAILS, "Vendor V2 blocked"))
    client = _signed_in(roles.FINANCE_CONTROLLER)

    page = client.get("/cutover/")

    told = words(page)
    assert "Vendor V2 blocked would be stuck Integration admin 1" in told
    assert "900 calls, which take 60 s at the least" in told
    address = links(page)["Vendor V2 blocked"]
    assert address == f"/cutover/{kept.pk}/?cause=Vendor%20V2%20blocked"
    assert "PO-2 would be stuck Vendor V2 blocked. Mend it." in words(client.get(address))


def test_what_was_sent_since_is_held_beside_it(company: Any) -> None:
    kept = rehearsed(company, ("PO-1", Fate.POSTS, ""))

    told = words(_signed_in(roles.AUDITOR).get(f"/cutover/{kept.pk}/?compared"))

    assert "0 documents went as predicted, line by line; 1 did not." in told
    assert "PO-1 would be posted not sent yet Its event is not here." in told


def test_what_is_open_on_orders_stands_before_and_after(company: Any) -> None:
    kept = with_balances(rehearsed(company, ("PO-1", Fate.KEPT, "")))

    page = _signed_in(roles.FINANCE_CONTROLLER).get("/cutover/")

    told = words(page)
    assert "It began with open balances of 1,200 rows. All of them are right." in told
    assert links(page)["See them row by row"] == f"/cutover/open-balances/{kept.opening_id}/"
    assert "EUR now 610 1,250,750.00 840,262.50 96,225.00" in told
    assert "EUR after all of it 415 910,625.00 620,225.00 31,200.00" in told


def test_open_balances_that_are_wrong_are_said_to_stop_the_real_run(company: Any) -> None:
    with_balances(rehearsed(company, ("PO-106", Fate.REFUSED, "The open balances are wrong")), wrong=2)

    told = words(_signed_in(roles.AUDITOR).get("/cutover/"))

    assert "2 are wrong: their documents were left out, and all that hangs on them." in told
    assert "For real nothing is taken over until they are mended." in told


def test_a_rehearsal_that_failed_says_why(company: Any) -> None:
    kept = rehearsed(company)
    Rehearsal.objects.filter(pk=kept.pk).update(state="failed", trouble="Business Central did not answer.")

    told = words(_signed_in(roles.AUDITOR).get("/cutover/"))

    assert "It came to no end. Business Central did not answer." in told


def test_a_clerk_is_told_whom_to_ask(company: Any) -> None:
    answer = _signed_in(roles.AP_CLERK).get("/cutover/")

    assert answer.status_code == 403
    assert "you may not see rehearsals of the cutover" in words(answer)
