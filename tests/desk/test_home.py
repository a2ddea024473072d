"""Home: what is waiting for whom, and how the deliveries fare."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from integration import connections
from integration.errors import NotSentError
from reconciliation import cases, roles
from reconciliation.models import ExceptionCase, GoodsReceipt
from tests import factories

from .reading import invoices, links, words

pytestmark = pytest.mark.django_db
MESSAGES = "/admin/integration/message/"


@pytest.fixture
def fared(company):
    """Messages in every state that home tells apart."""
    factories.delivered(company, "PO-1")
    factories.delivered(company, "PO-2")
    factories.refused(company, "PO-3")
    factories.retried(company, "PO-4")
    factories.looked_for(company, "PO-5")
    factories.waiting_receipt(company, "GR-9", "PO-9")
    factories.queued(company, "PO-6")


def test_home_counts_the_deliveries_by_how_they_fare(fared, signed_in):
    shown = words(signed_in(roles.AP_CLERK).get("/"))

    assert "2 succeeded" in shown
    assert "1 pending" in shown
    assert "1 retrying" in shown
    assert "1 checking" in shown
    assert "1 waiting" in shown
    assert "1 failed" in shown


def test_every_count_leads_to_its_messages(fared, signed_in):
    client = signed_in(roles.INTEGRATION_ADMIN)

    ways = links(client.get("/"))

    told = {
        title.split()[1]: client.get(url) for title, url in ways.items() if url.startswith(MESSAGES + "?")
    }
    shown = {
        word: sorted(m.document_number for m in page.context["cl"].queryset) for word, page in told.items()
    }
    assert shown == {
        "succeeded": ["PO-1", "PO-2"],
        "pending": ["PO-6"],
        "retrying": ["PO-4"],
        "checking": ["PO-5"],
        "waiting": ["GR-9"],
    }
    assert ways["1 failed a person has to act"] == "/dead-letters/"


def test_a_clerk_sees_the_counts_without_ways_to_messages(fared, signed_in):
    response = signed_in(roles.AP_CLERK).get("/")

    assert "1 failed" in words(response)
    assert not [url for url in links(response).values() if url.startswith((MESSAGES, "/dead-letters"))]


def test_a_buyers_queue_holds_only_their_own_cases(desk, signed_in):
    factories.billed_before_receipt(desk, "R-1")
    client = signed_in(roles.BUYER)

    shown = client.get("/")

    assert invoices(shown) == []
    assert "Nothing needs your decision. 1 open in all" in words(shown)


def test_the_queue_shows_the_most_money_first(desk, signed_in):
    factories.many_cases(desk, 10)

    shown = signed_in(roles.AP_CLERK).get("/")

    assert invoices(shown) == [f"R-{number:03}" for number in range(10, 2, -1)]
    assert links(shown)["All 10 in your queue"] == "/exceptions/?tab=mine&sort=-amount"


def test_blocked_money_is_added_up_by_reason_and_leads_to_its_cases(desk, signed_in):
    factories.many_cases(desk, 3)
    factories.price_over_order(desk, "R-200", price="60.00")
    client = signed_in(roles.AP_CLERK)

    shown = client.get("/")

    assert "Price over order 1 600.00 EUR" in words(shown)
    assert "Billed before receipt 3 60.00 EUR" in words(shown)
    assert invoices(client.get(links(shown)["Price over order"])) == ["R-200"]


def test_with_nothing_blocked_home_says_so(company, signed_in):
    shown = words(signed_in(roles.AP_CLERK).get("/"))

    assert "Nothing needs your decision." in shown
    assert "No money is blocked: every invoice agrees with its order and receipts, within tolerance." in shown
    assert "No goods were received yesterday." in shown


@pytest.mark.parametrize(
    ("role", "whom"),
    [
        (roles.AP_CLERK, "Ask an integration admin to start it."),
        (roles.INTEGRATION_ADMIN, "Start it under sync runs ."),
    ],
)
def test_before_the_first_pull_home_says_how_to_begin(signed_in, role, whom):
    shown = words(signed_in(role).get("/"))

    assert "No company yet Companies come from Business Central with the first pull." in shown
    assert whom in shown


def test_without_a_role_home_says_whom_to_ask(company, signed_in):
    shown = words(signed_in("").get("/"))

    assert "Nothing is yours to see yet You have no role." in shown
    assert "succeeded" not in shown


def test_home_tells_how_yesterdays_receipts_fared(desk, signed_in):
    yesterday = timezone.now() - datetime.timedelta(days=1)
    desk.order("PO-1", factories.ordered())
    posted, missing = (desk.receive("2", "PO-1", number=number) for number in ("GR-1", "GR-2"))
    GoodsReceipt.objects.update(created_at=yesterday)
    GoodsReceipt.objects.filter(pk=posted.pk).update(status=GoodsReceipt.Status.POSTED)
    client = signed_in(roles.AP_CLERK)

    shown = client.get("/")

    assert (
        "1 of 2 of yesterday's receipts are posted in Business Central. GR-2 is still on its way."
        in words(shown)
    )
    assert links(shown)["GR-2"] == f"/admin/reconciliation/goodsreceipt/{missing.pk}/change/"
    assert client.get(links(shown)["GR-2"]).status_code == 200


def test_another_companys_cases_and_messages_stay_out(desk, signed_in):
    factories.billed_before_receipt(desk, "R-1")
    factories.refused(desk.company, "PO-3")
    other = factories.open_company("OTHER")
    client = signed_in(roles.AP_CLERK)

    client.post("/company/", {"company": other.pk})
    shown = client.get("/")

    assert invoices(shown) == []
    assert "0 failed" in words(shown)


def test_home_asks_as_much_for_many_cases_as_for_few(desk, signed_in, django_assert_max_num_queries):
    factories.many_cases(desk, 12)
    clerk = signed_in(roles.AP_CLERK)
    for case in ExceptionCase.objects.all()[:6]:
        cases.take(case, by=factories.person(roles.AP_APPROVER, f"a{case.pk}"))

    with django_assert_max_num_queries(16):
        clerk.get("/")


def test_home_says_why_deliveries_stand_still(sandbox, company, signed_in):
    circuit, clerk = connections.circuit(), signed_in(roles.AP_CLERK)
    for _ in range(20):
        circuit.note(NotSentError("Business Central could not be reached.", code="Tieout_NotReached"))
    try:
        held, ready = words(clerk.get("/")), Client().get("/readyz").json()
    finally:
        circuit.forget()

    assert "Business Central does not answer since " in held
    assert "goes on by itself as soon as it can." in held
    assert ready["business_central"].startswith("Business Central does not answer since ")
    assert "does not answer since" not in words(clerk.get("/"))
