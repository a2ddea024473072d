"""The pages of a trial: begun from the matching rules, read by name, carried off as CSV."""

from __future__ import annotations

import csv
import datetime
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from masterdata.csv_file import plain_text
from reconciliation import leakage, policies, roles, trials
from reconciliation.matching import answer, case_from, match, policy_from
from reconciliation.models import LetThrough, MatchDecision, RulesTrial, SupplierInvoice, TriedInvoice
from reconciliation.trials import jobs
from tests.desk.reading import links, words
from tests.factories import person

from .history import allow, billed_at

pytestmark = pytest.mark.django_db


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def start(client, rules="draft", since=None, until=None):
    today = timezone.localdate()
    days = {"since": since or str(today - datetime.timedelta(days=90)), "until": until or str(today)}
    return client.post("/matching-rules/trials/", {"rules": rules, **days})


@pytest.fixture
def done(desk, begin) -> RulesTrial:
    """A trial that releases one invoice, holds none, and lets money through."""
    billed_at(desk, "R-1", "5.05")
    billed_at(desk, "R-2", "5.40")
    allow(desk, "10")
    trial = begin()
    trials.work()
    trial.refresh_from_db()
    return trial


def test_a_controller_begins_a_trial_of_the_draft_and_reads_it(desk, frida):
    billed_at(desk, "R-2", "5.40")
    allow(desk, "10")
    client = signed_in(frida)
    assert 'value="draft"' in client.get("/matching-rules/").content.decode()

    begun = start(client)
    running = client.get(begun["Location"])
    assert "0 of 1 invoices tried" in words(running)
    assert "Nothing found yet" in words(running)
    assert "data-live" in running.content.decode()
    trials.work()
    page = words(client.get(begun["Location"]))

    assert "The draft on history done" in page
    assert "Would be released 54.00 EUR 1 invoice: held then, let through by these rules" in page
    assert "gone Price over order , line 1: Billed at 5.40 EUR per PCS, ordered at 5.00 EUR" in page
    assert "Let through within limits 4.00 EUR 0.00 EUR then, +4.00 EUR" in page
    assert "Unit price the company 1 0.00 EUR 4.00 EUR +4.00 EUR" in page
    assert "V10 Liftbau Nord 1 0.00 EUR 4.00 EUR +4.00 EUR" in page
    assert "at most 10 % and 50 EUR more" in page


def test_an_invoice_opens_its_case_or_its_own_page(desk, done, frida):
    client = signed_in(frida)

    page = links(client.get(f"/matching-rules/trials/{done.pk}/"))
    assert page["R-2"].startswith("/exceptions/")
    assert client.get(page["R-2"]).status_code == 200

    TriedInvoice.objects.filter(invoice__number="R-1").update(change="blocked")
    page = links(client.get(f"/matching-rules/trials/{done.pk}/?show=blocked"))
    assert client.get(page["R-1"]).status_code == 200


def test_the_numbers_on_the_page_are_those_of_a_recomputation(desk, done, frida):
    policy = policy_from(done.policy)
    released = leak = Decimal(0)
    for decision in MatchDecision.objects.all():
        case = trials.judging.under(policy, case_from(decision.question))
        outcome = answer(match(case))
        if decision.outcome == "blocked" and outcome["outcome"] != "blocked":
            released += case.invoice.total
        leak += sum((leakage.leaks(case, outcome) or {}).values(), Decimal(0))

    page = words(signed_in(frida).get(f"/matching-rules/trials/{done.pk}/"))

    assert (released, leak) == (Decimal("54.0"), Decimal("4.50"))
    assert f"Would be released {released:.2f} EUR 1 invoice" in page
    assert f"Let through within limits {leak:.2f} EUR" in page
    assert LetThrough.objects.aggregate(sum=Sum("as_tried"))["sum"] == leak


def test_the_rules_in_force_have_their_meter_too(desk, frida):
    billed_at(desk, "R-1", "5.05")
    client = signed_in(frida)
    assert 'value="draft"' not in client.get("/matching-rules/").content.decode()

    address = start(client, rules="1")["Location"]
    trials.work()
    page = words(client.get(address))

    assert "Version 1 on history done" in page
    assert "Let through within limits 0.50 EUR 0.50 EUR then" in page
    assert "The rules that counted when the trial began." in page


def test_a_trial_that_changes_nothing_says_so(desk, frida):
    billed_at(desk, "R-1", "5.00")
    client = signed_in(frida)

    address = start(client, rules="1")["Location"]
    trials.work()

    assert "These rules change nothing" in words(client.get(address))


def test_stop_and_go_on(desk, frida):
    billed_at(desk, "R-2", "5.40")
    client = signed_in(frida)
    address = start(client, rules="1")["Location"]

    client.post(f"{address}stop/")
    assert "You stopped it" in words(client.get(address))
    client.post(f"{address}continue/")
    trials.work()

    assert "1 of 1 invoices tried" in words(client.get(address))
    assert "This trial is done already." in words(client.post(f"{address}stop/", follow=True))


def test_a_failed_trial_says_what_to_do(desk, done, frida):
    RulesTrial.objects.update(state="failed", finished_at=None, trouble=jobs.FAILED)

    page = words(signed_in(frida).get(f"/matching-rules/trials/{done.pk}/"))

    assert "Let the trial go on; if it fails again" in page
    assert "Go on" in page


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("x", "", "Choose the first and the last day"),
        ("2026-02-31", "2026-03-01", "Choose the first and the last day"),
        ("2026-03-02", "2026-03-01", "The first day is after the last."),
        ("2020-01-01", "2020-02-01", "No invoice that came in these days was judged."),
    ],
)
def test_days_that_make_no_sense_are_said_on_the_rules_page(desk, frida, since, until, said):
    client = signed_in(frida)
    client.post("/matching-rules/trials/", {"rules": "draft", "since": since, "until": until})

    assert said in words(client.get("/matching-rules/"))
    assert RulesTrial.objects.count() == 0


def test_who_may_see_the_rules_may_read_a_trial_but_not_begin_one(desk, done):
    client = signed_in(person(roles.AUDITOR))

    assert "Try on history" in words(client.get("/matching-rules/"))
    assert 'action="/matching-rules/trials/"' not in client.get("/matching-rules/").content.decode()
    assert client.get(f"/matching-rules/trials/{done.pk}/").status_code == 200
    refused = start(client)
    assert refused.status_code == 403
    assert "As Auditor you may not propose matching rules." in words(refused)


def test_who_may_not_see_the_rules_sees_no_trial(desk, done):
    client = signed_in(person(roles.INTEGRATION_ADMIN))

    for address in ("", "invoices.csv"):
        refused = client.get(f"/matching-rules/trials/{done.pk}/{address}")
        assert refused.status_code == 403
        assert "you may not see the matching rules" in words(refused)


def test_a_trial_of_another_company_is_not_there(desk, done, frida):
    from tests.factories import open_company

    client = signed_in(frida)
    client.post("/company/", {"company": open_company("OTHER").pk})

    assert client.get(f"/matching-rules/trials/{done.pk}/").status_code == 404


def test_a_version_that_is_not_there_is_not_tried(desk, frida):
    client = signed_in(frida)

    assert start(client, rules="77").status_code == 404
    assert start(client, rules="x").status_code == 404


def test_a_second_person_tries_a_proposal_before_approving_it(desk, frida):
    billed_at(desk, "R-2", "5.40")
    allow(desk, "10")
    policies.propose(desk.company, by=frida, reason="Dearer steel", wanted_from=None)
    client = signed_in(person(roles.FINANCE_CONTROLLER, "gerd"))
    assert "Try on history" in words(client.get("/matching-rules/2/"))

    address = start(client, rules="2")["Location"]
    trials.work()

    assert "Version 2 on history" in words(client.get(address))
    assert "Would be released 54.00 EUR" in words(client.get(address))


def read_csv(answer) -> list[list[str]]:
    return list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))


def test_the_result_is_carried_off_as_csv(done, frida):
    client = signed_in(frida)

    rows = read_csv(client.get(f"/matching-rules/trials/{done.pk}/invoices.csv"))
    leaks = read_csv(client.get(f"/matching-rules/trials/{done.pk}/let-through.csv"))

    assert [row[:9] for row in rows[1:]] == [
        ["R-1", "V10", "as before", "within", "within", "50.5", "EUR", "0.5", "0.5"],
        ["R-2", "V10", "held then, let through now", "blocked", "within", "54", "EUR", "0", "4"],
    ]
    assert "Billed at 5.40 EUR" in rows[2][9]
    assert leaks[1:] == [
        ["R-1", "V10", "unit price", "the company", "0.5", "0.5", "EUR"],
        ["R-2", "V10", "unit price", "the company", "0", "4", "EUR"],
    ]
    assert client.get(f"/matching-rules/trials/{done.pk}/else.csv").status_code == 404


def test_a_number_that_looks_like_a_formula_is_no_formula(desk, done, frida):
    SupplierInvoice.objects.filter(number="R-1").update(number='=HYPERLINK("http://x")')

    rows = read_csv(signed_in(frida).get(f"/matching-rules/trials/{done.pk}/invoices.csv"))

    assert rows[1][0] == '\'=HYPERLINK("http://x")'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_every_beginning_of_a_formula_is_neutralised(text):
    assert plain_text(text) == f"'{text}"
    assert plain_text(Decimal("-1.50")) == "-1.5"


def test_a_long_result_has_pages(desk, done, frida, monkeypatch):
    from reconciliation.views import trials as page

    monkeypatch.setattr(page, "PAGE_ROWS", 1)
    TriedInvoice.objects.update(change="released")
    client = signed_in(frida)

    first = client.get(f"/matching-rules/trials/{done.pk}/")
    assert "R-2" in words(first)
    assert "R-1" in words(client.get(links(first)["Next"]))
    assert "R-1" in words(client.get(f"/matching-rules/trials/{done.pk}/?page=99"))
