"""Pages by place: nothing is shown twice or left out, and no page reads what it does not show."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reconciliation import roles
from reconciliation.models import ExceptionCase
from reconciliation.views.queue import SORTS, Question
from tests import factories
from tests.bench import cases as bench_cases

from .reading import invoices, links, words

pytestmark = pytest.mark.django_db
LIST = "/exceptions/?tab=open"
CASES = 3000
LARGE = ("exceptioncase", "supplierinvoice", "finding", "matchdecision")


@pytest.fixture(scope="module")
def company(db_of_file):
    return factories.open_company()


@pytest.fixture(scope="module")
def full(company) -> None:
    """Three thousand cases, most of them open, as the benchmark makes them."""
    bench_cases.fill(company, CASES, vendors=40)
    connection.check_constraints()  # else each test asks all of them again at its end


def walk(client, address, step):
    """Follow a link until there is none; gives what each page listed."""
    pages = []
    while address:
        shown = client.get(address)
        pages.append(invoices(shown))
        address = links(shown).get(step)
    return pages


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
def test_page_after_page_shows_every_case_once_and_in_order(full, sort):
    user = factories.person(roles.AP_CLERK)
    company = ExceptionCase.objects.first().company
    question = Question.read({"tab": "open", "sort": sort, "vendor": "=BV7"}, user)
    wanted = list(question.cases(company, user).values_list("invoice_number", flat=True))

    client = _client(user)
    pages = walk(client, f"{LIST}&sort={sort}&vendor==BV7", "Next")

    assert len(wanted) > 40
    assert [number for page in pages for number in page] == wanted


def test_previous_leads_back_over_the_same_pages(full):
    client = _client(factories.person(roles.AP_CLERK))
    third = links(client.get(links(client.get(LIST))["Next"]))["Next"]

    back = walk(client, third, "Previous")

    assert [len(page) for page in back] == [50, 50, 50]
    assert list(reversed(back)) == walk(client, LIST, "Next")[:3]


def test_a_case_that_was_opened_meanwhile_moves_nothing(full, company):
    client = _client(factories.person(roles.AP_CLERK))
    first = client.get(f"{LIST}&sort=due")
    second = invoices(client.get(links(first)["Next"]))
    earliest = ExceptionCase.objects.filter(closed_at=None).order_by("due_on", "pk").last()
    ExceptionCase.objects.filter(pk=earliest.pk).update(due_on=datetime.date(2000, 1, 1))

    assert invoices(client.get(links(first)["Next"])) == second


@pytest.mark.parametrize("place", ["x", "AAAA", "W10", "WzEsMSwiYSIsIDFd", "9" * 700, "bnVsbA", "WzEsMF0"])
def test_a_place_that_makes_no_sense_is_the_beginning(full, place):
    client = _client(factories.person(roles.AP_CLERK))

    assert invoices(client.get(f"{LIST}&at={place}")) == invoices(client.get(LIST))


ASKED = [
    "",
    "&sort=-amount",
    "&reason=PRICE_OVER",
    "&owner=nobody",
    "&vendor==BV7",
    "&due_to=2026-06-30",
    "&until_from=2026-06-01",
    "&group=vendor",
    "&q=Bench+Vendor+7",
    "&min=900&reason=PRICE_OVER",
    "&q=B-00000017",
    "&q=nobody-has-this-number",
    "&q=Vendor+7&min=600",
    "&group=reason&min=10",
]


@pytest.mark.parametrize("asked", ASKED)
def test_a_page_asks_six_questions_and_reads_no_table_from_end_to_end(full, asked):
    client = _client(factories.person(roles.AP_CLERK))
    next_page = links(client.get(LIST + asked)).get("Next", LIST + asked)
    for address in (LIST + asked, next_page):
        with CaptureQueriesContext(connection) as asked_of_database:
            client.get(address)

        told = [query["sql"] for query in asked_of_database.captured_queries]
        assert len(told) <= 6, "\n".join(told)
        assert _read_whole(told) == []


@pytest.mark.parametrize(
    "asked", ["", "&reason=PRICE_OVER", "&owner=nobody", "&due_to=2026-06-30", "&until_from=2026-06-01"]
)
def test_the_kept_counts_are_read_from_their_index_alone(full, asked):
    """Their rows lie scattered: at a million cases each would cost a page of its own."""
    client = _client(factories.person(roles.AP_CLERK))
    with CaptureQueriesContext(connection) as asked_of_database:
        client.get(LIST + asked)

    counts = [each["sql"] for each in asked_of_database.captured_queries if "casetally" in each["sql"]]
    assert counts
    for sql in counts:
        plan = _plan_by_index(sql)
        assert "Index Only Scan using case_tally_covering" in plan, plan


def test_the_tallies_answer_what_a_count_would(full):
    """Each filter that the kept counts answer gives what the list itself adds up to."""
    user = factories.person(roles.AP_CLERK)
    company = ExceptionCase.objects.first().company
    client = _client(user)
    for asked in ("", "&reason=PRICE_OVER", "&owner=nobody", "&vendor==BV7", "&due_to=2026-06-30"):
        shown = words(client.get(LIST + asked))
        params = dict(part.split("=", 1) for part in f"tab=open{asked}".split("&"))
        count = Question.read(params, user).found(company, user).count()

        assert f"{count:,} cases" in shown, asked


def test_much_that_is_not_counted_is_told_as_an_estimate_and_added_up_on_request(full):
    client = _client(factories.person(roles.AP_CLERK))
    asked = f"{LIST}&min=10"

    estimate = client.get(asked)
    exact = client.get(links(estimate)["Add them up"])

    assert "about 1," in words(estimate)
    assert "about" not in words(exact).partition("Vendor")[0]
    assert "EUR billed" in words(exact)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("00000017", {"B-00000017"}),
        ("b-00000017", {"B-00000017"}),
        ("bpo-17 0000017", {"B-00000017"}),
        ("bpo-17 nobody", set()),
        ("BC00000017", {"B-00000017"}),
        ("%", set()),
        ("_0000001_", set()),
    ],
)
def test_any_part_of_any_number_or_name_finds_a_case(full, asked, found):
    ExceptionCase.objects.filter(invoice_number="B-00000017").update(
        bc_number="BC00000017", order_number="BPO-17", status="open", closed_at=None
    )
    shown = _client(factories.person(roles.AP_CLERK)).get("/exceptions/", {"tab": "open", "q": asked})

    assert set(invoices(shown)) == found


def test_one_or_two_letters_are_looked_for_at_the_beginning_of_a_word(full):
    ExceptionCase.objects.filter(invoice_number="B-00000017").update(
        vendor_name="Kühn 9Z", status="open", closed_at=None
    )
    client = _client(factories.person(roles.AP_CLERK))

    assert invoices(client.get("/exceptions/", {"tab": "open", "q": "9z"})) == ["B-00000017"]
    assert invoices(client.get("/exceptions/", {"tab": "open", "q": "hn"})) == []


def _client(user: User):
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


def _plan_by_index(sql: str) -> str:
    """Explain a statement as if the counts were many, and vacuumed as they are where they stay."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(
            "UPDATE pg_class SET relallvisible = relpages WHERE oid = 'reconciliation_casetally'::regclass"
        )
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


def _read_whole(told: list[str]) -> list[str]:
    """Name the plans that read the cases, or their invoices, from end to end."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL random_page_cost = 1.1")  # as disks are now; no table here is large
        for sql in told:
            if sql.startswith("SELECT"):
                cursor.execute(f"EXPLAIN {sql}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
                if (
                    "Seq Scan on reconciliation_exceptioncase" in plan
                    or "Seq Scan on reconciliation_supplier" in plan
                ):
                    found.append(f"{sql}\n{plan}")
    return found
