"""The worklist: the address is the question, and every list says what it leaves out."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from reconciliation import cases, roles
from reconciliation.models import ExceptionCase
from tests import factories

from .reading import invoices, links, words

pytestmark = pytest.mark.django_db
LIST = "/exceptions/"


@pytest.fixture
def three(desk):
    """Two invoices of Liftbau Nord and one of Klima Süd; the price of R-2 is wrong, the others came early."""
    factories.billed_before_receipt(desk, "R-1", price="20.00")
    factories.price_over_order(desk, "R-2", price="9.00")
    factories.billed_before_receipt(desk, "R-3", vendor="V20", order="BO-7")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=r-2", ["R-2"]),
        ("q=BO-7", ["R-3"]),
        ("q=liftbau", ["R-1", "R-2"]),
        ("q=V20", ["R-3"]),
        ("vendor=klima", ["R-3"]),
        ("reason=PRICE_OVER", ["R-2"]),
        ("min=100", ["R-1"]),
        ("min=1,000", []),
        ("vendor=liftbau&min=60&reason=NO_RECEIPT", ["R-1"]),
        ("owner=nobody", ["R-1", "R-2", "R-3"]),
        ("owner=clara", []),
    ],
)
def test_filters_and_search_narrow_the_list(three, signed_in, query, shown):
    response = signed_in(roles.AP_CLERK).get(f"{LIST}?tab=open&{query}")

    assert sorted(invoices(response)) == shown


def test_a_case_is_found_by_the_number_bc_gave_its_invoice(three, signed_in):
    case = ExceptionCase.objects.get(invoice_number="R-3")
    case.invoice.bc_number = "108001"
    case.invoice.save()

    response = signed_in(roles.AP_CLERK).get(f"{LIST}?q=08001")

    assert invoices(response) == ["R-3"]


@pytest.mark.parametrize(
    ("sort", "shown"),
    [
        ("invoice", ["R-1", "R-2", "R-3"]),
        ("-invoice", ["R-3", "R-2", "R-1"]),
        ("amount", ["R-3", "R-2", "R-1"]),
        ("-amount", ["R-1", "R-2", "R-3"]),
        ("difference", ["R-2", "R-3", "R-1"]),
        ("order", ["R-3", "R-1", "R-2"]),
        ("age", ["R-1", "R-2", "R-3"]),
    ],
)
def test_every_heading_sorts(three, signed_in, sort, shown):
    response = signed_in(roles.AP_CLERK).get(f"{LIST}?tab=open&sort={sort}")

    assert invoices(response) == shown


def test_the_next_to_decide_comes_first_and_what_has_no_date_last(three, signed_in):
    today = timezone.localdate()
    ExceptionCase.objects.filter(invoice_number="R-3").update(due_on=today)
    ExceptionCase.objects.filter(invoice_number="R-2").update(due_on=today + datetime.timedelta(days=1))

    response = signed_in(roles.AP_CLERK).get(LIST)

    assert invoices(response) == ["R-3", "R-2", "R-1"]
    assert "today" in words(response)
    assert "tomorrow" in words(response)


def test_a_second_click_on_a_heading_turns_the_order(three, signed_in):
    client = signed_in(roles.AP_CLERK)

    first = client.get(links(client.get(LIST))["Amount"])
    second = client.get(links(first)["Amount"])

    assert invoices(first) == ["R-1", "R-2", "R-3"]
    assert 'aria-sort="descending"' in first.content.decode()
    assert invoices(second) == ["R-3", "R-2", "R-1"]
    assert 'aria-sort="ascending"' in second.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "sort=colour",
        "page=-1",
        "page=ten",
        "page=0",
        "min=a+lot",
        "min=NaN",
        "tab=secret",
        "page=99999999999",
    ],
)
def test_an_address_that_makes_no_sense_still_answers(three, signed_in, query):
    response = signed_in(roles.AP_CLERK).get(f"{LIST}?{query}")

    assert sorted(invoices(response)) == ["R-1", "R-2", "R-3"]


def test_a_long_list_is_paged_and_keeps_its_question(desk, signed_in):
    factories.many_cases(desk, 53)
    client = signed_in(roles.AP_CLERK)

    first = client.get(f"{LIST}?sort=-amount&min=20")
    second = client.get(links(first)["Next"])

    assert invoices(first) == [f"R-{number:03}" for number in range(53, 3, -1)]
    assert "1 to 50 of 52" in words(first)
    assert "Previous" not in links(first)
    assert invoices(second) == ["R-003", "R-002"]
    assert "51 to 52 of 52" in words(second)
    assert "Next" not in links(second)
    assert invoices(client.get(links(second)["Previous"])) == invoices(first)


def test_a_page_beyond_the_last_shows_the_last(three, signed_in):
    response = signed_in(roles.AP_CLERK).get(f"{LIST}?page=7")

    assert len(invoices(response)) == 3


def test_the_sum_of_the_filtered_rows_keeps_currencies_apart(desk, signed_in):
    factories.billed_before_receipt(desk, "R-1")
    factories.billed_before_receipt(desk, "R-2", price="1000.00")
    ExceptionCase.objects.filter(invoice_number="R-1").update(currency="USD")

    response = signed_in(roles.AP_CLERK).get(LIST)

    assert "2 cases, 10,000.00 EUR and 50.00 USD billed" in words(response)


def test_tabs_hold_what_their_names_say(desk, signed_in):
    clerk = factories.person(roles.AP_CLERK, "carl")
    boss = factories.person(roles.AP_APPROVER, "boss")
    for number in ("R-1", "R-2", "R-3", "R-4", "R-5"):
        factories.billed_before_receipt(desk, number, price="20.00")
    case = {row.invoice_number: row for row in ExceptionCase.objects.all()}
    cases.wait(
        case["R-2"], by=clerk, reason="on its way", until=timezone.localdate() + datetime.timedelta(days=3)
    )
    cases.reject(case["R-3"], by=clerk, reason="never ordered")
    cases.take(case["R-4"], by=boss)
    client = signed_in(roles.AP_CLERK)

    tabs = {
        name: sorted(invoices(client.get(f"{LIST}?tab={name}")))
        for name in ("mine", "waiting", "open", "closed")
    }

    assert tabs == {
        "mine": ["R-1", "R-5"],
        "waiting": ["R-2"],
        "open": ["R-1", "R-2", "R-4", "R-5"],
        "closed": ["R-3"],
    }
    shown = words(client.get(LIST))
    assert "My queue 2 Waiting for receipt 1 For approval 0 All open 4 Closed" in shown


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("vendor=nobody-we-know", "Nothing matches No case in “My queue” fits what you asked for."),
        ("", "All done Nothing in your queue needs a decision."),
        (
            "tab=open",
            "No exceptions Every invoice so far agrees with its order and receipts, within tolerance.",
        ),
        ("tab=closed", "Nothing here No case is in this state now."),
    ],
)
def test_an_empty_list_says_why_it_is_empty(company, signed_in, query, sentence):
    response = signed_in(roles.AP_CLERK).get(f"{LIST}?{query}")

    assert sentence in words(response)


def test_from_nothing_matches_one_click_shows_all(three, signed_in):
    client = signed_in(roles.AP_CLERK)

    empty = client.get(f"{LIST}?vendor=nobody-we-know&sort=invoice")

    assert invoices(client.get(links(empty)["Show all of them"])) == ["R-1", "R-2", "R-3"]


def test_before_the_first_pull_the_list_says_so(signed_in):
    assert "No company yet" in words(signed_in(roles.AP_CLERK).get(LIST))


def test_text_of_a_supplier_is_text_and_no_markup(desk, signed_in):
    factories.billed_before_receipt(desk, "R-1")
    ExceptionCase.objects.update(vendor_name="<script>alert(1)</script>")

    response = signed_in(roles.AP_CLERK).get(f"{LIST}?q=<script>")

    assert "<script>alert" not in response.content.decode()
    assert "<script>alert(1)</script>" in words(response)


# Taking cases


def test_ticked_cases_become_mine(three, signed_in):
    keys = ExceptionCase.objects.filter(invoice_number__in=["R-1", "R-3"]).values_list("pk", flat=True)
    client = signed_in(roles.AP_CLERK)

    answer = client.post(
        "/exceptions/take/", {"case": list(keys), "back": f"{LIST}?sort=invoice"}, follow=True
    )

    assert answer.redirect_chain == [(f"{LIST}?sort=invoice", 302)]
    assert "2 cases are yours now." in words(answer)
    owners = dict(ExceptionCase.objects.values_list("invoice_number", "owner__username"))
    assert owners == {"R-1": "clara", "R-2": None, "R-3": "clara"}


def test_what_cannot_be_taken_is_named_and_the_rest_goes_through(three, signed_in):
    boss = factories.person(roles.AP_APPROVER)
    case = ExceptionCase.objects.get(invoice_number="R-1")
    cases.reject(case, by=boss, reason="never ordered")
    client = signed_in(roles.AP_CLERK)

    answer = client.post(
        "/exceptions/take/", {"case": list(ExceptionCase.objects.values_list("pk", flat=True))}, follow=True
    )

    assert "2 cases are yours now." in words(answer)
    assert "R-1: " in words(answer)


def test_nothing_ticked_is_said(three, signed_in):
    answer = signed_in(roles.AP_CLERK).post("/exceptions/take/", follow=True)

    assert "Tick the cases first." in words(answer)


def test_taking_leads_to_no_strangers_page(three, signed_in):
    answer = signed_in(roles.AP_CLERK).post("/exceptions/take/", {"back": "https://elsewhere.example/"})

    assert answer["Location"] == LIST


def test_one_who_may_not_resolve_has_no_boxes_to_tick(three, signed_in):
    shown = signed_in(roles.BUYER).get(f"{LIST}?tab=open")

    assert len(invoices(shown)) == 3
    assert 'name="case"' not in shown.content.decode()
    assert "Take the ticked" not in words(shown)


def test_the_list_asks_as_much_for_many_cases_as_for_few(desk, signed_in, django_assert_max_num_queries):
    made = factories.many_cases(desk, 15)
    for case in made[:5]:
        cases.take(case, by=factories.person(roles.AP_APPROVER, f"a{case.pk}"))
    client = signed_in(roles.AP_CLERK)

    with django_assert_max_num_queries(12):
        client.get(f"{LIST}?tab=open")
