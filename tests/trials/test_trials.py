"""Rules tried on history: what they would have released and held, by name, with nothing judged by it."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from reconciliation import cases, policies, reconcile, roles, trials
from reconciliation.models import (
    ExceptionCase,
    LetThrough,
    MatchDecision,
    RulesTrial,
    SupplierInvoice,
    TriedInvoice,
)
from reconciliation.trials import jobs

from .history import allow, billed_at

pytestmark = pytest.mark.django_db


def changes() -> dict[str, str]:
    return dict(TriedInvoice.objects.order_by("pk").values_list("invoice__number", "change"))


def test_a_wider_draft_names_the_invoices_it_would_have_released(desk, begin):
    billed_at(desk, "R-1", "5.00")
    billed_at(desk, "R-2", "5.40")
    billed_at(desk, "R-3", "7.00")
    allow(desk, "10")

    trial = begin()
    trials.work()

    trial.refresh_from_db()
    assert (trial.state, trial.total, trial.judged, trial.percent) == ("done", 3, 3, 100)
    assert changes() == {"R-2": "released"}
    row = TriedInvoice.objects.get()
    assert (row.outcome_then, row.outcome_tried, row.amount) == ("blocked", "within", Decimal("54"))
    assert [reason["code"] for reason in row.gone] == ["TOTAL", "PRICE_OVER", "LINE_TOTAL"]
    price = row.gone[1]
    assert (price["line"], price["amount"], price["percent"]) == (1, "4.00", "8")
    assert "the limit is 2 % and 50.00 EUR" in price["sentence"]
    assert "10 %" in price["other"]
    assert row.came == []


def test_a_narrower_draft_names_the_invoices_it_would_have_held(desk, begin):
    billed_at(desk, "R-1", "5.05")
    allow(desk, "0")

    begin()
    trials.work()

    row = TriedInvoice.objects.get()
    assert (row.change, row.outcome_then, row.outcome_tried) == ("blocked", "within", "blocked")
    assert {reason["code"] for reason in row.came} == {"TOTAL", "PRICE_OVER", "LINE_TOTAL"}
    assert row.gone == []


def test_what_a_person_released_and_the_draft_lets_through_is_named(desk, begin):
    from tests.factories import person

    invoice = billed_at(desk, "R-1", "5.40")
    cases.release(ExceptionCase.objects.get(), by=person(roles.AP_APPROVER), reason="Agreed by mail")
    reconcile.judge([invoice])
    allow(desk, "10")

    begin()
    trials.work()

    assert changes() == {"R-1": "eased"}


def test_a_trial_judges_nobody_and_writes_only_its_own_rows(desk, begin):
    held = billed_at(desk, "R-2", "5.40")
    before = (MatchDecision.objects.count(), ExceptionCase.objects.get().status)
    allow(desk, "10")

    begin()
    trials.work()

    held.refresh_from_db()
    assert (MatchDecision.objects.count(), ExceptionCase.objects.get().status) == before
    assert (held.status, held.match_due) == (SupplierInvoice.Status.BLOCKED, False)


def test_equal_rules_change_nothing(desk, begin):
    for number, price in (("R-1", "5.00"), ("R-2", "5.05"), ("R-3", "5.40"), ("R-4", "4.00")):
        billed_at(desk, number, price)

    begin()
    trials.work()

    assert set(changes().values()) == {"same"}
    for row in LetThrough.objects.all():
        assert row.then == row.as_tried


def test_only_the_days_asked_for_are_tried(desk, begin):
    old = billed_at(desk, "R-1", "5.40")
    billed_at(desk, "R-2", "5.40")
    # Ninety days are asked for; with summer time between, 91 times 24 hours may end on the ninetieth.
    SupplierInvoice.objects.filter(pk=old.pk).update(created_at=timezone.now() - datetime.timedelta(days=92))
    allow(desk, "10")

    begin()
    trials.work()

    assert changes() == {"R-2": "released"}


def test_an_invoice_counts_with_its_latest_judgement_before_the_trial_began(desk, begin):
    invoice = billed_at(desk, "R-1", "5.40")
    allow(desk, "10")

    begin()
    desk.receive("0", order="PO-R-1", number="GR-late")
    reconcile.judge([invoice])
    trials.work()

    tried = TriedInvoice.objects.get()
    assert tried.decision == MatchDecision.objects.order_by("pk").first()


def test_money_let_through_is_counted_once_a_line_and_by_vendor_and_rule(desk, begin):
    billed_at(desk, "R-1", "5.05")
    billed_at(desk, "R-2", "5.40")
    billed_at(desk, "R-3", "5.08", vendor="V20")
    allow(desk, "10")

    begin()
    trials.work()

    rows = LetThrough.objects.order_by("pk").values_list(
        "vendor_number", "check_name", "scope", "then", "as_tried"
    )
    assert list(rows) == [
        ("V10", "price", "the company", Decimal("0.5"), Decimal("0.5")),
        ("V10", "price", "the company", Decimal("0"), Decimal("4")),
        ("V20", "price", "the company", Decimal("0.8"), Decimal("0.8")),
    ]


def test_a_stopped_trial_goes_on_where_it_was(desk, begin, frida, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    for number in range(1, 6):
        billed_at(desk, f"R-{number}", "5.40", judge=False)
    reconcile.match_due()
    allow(desk, "10")
    trial = begin()

    jobs._next_chunk()
    trials.stop(trial, by=frida)
    assert trials.work() == 0
    trial.refresh_from_db()
    assert (trial.state, trial.stopped_by, trial.judged, trial.percent) == ("stopped", "frida", 2, 40)
    trials.go_on(trial)
    trials.work()

    trial.refresh_from_db()
    assert (trial.state, trial.judged) == ("done", 5)
    assert changes() == {f"R-{number}": "released" for number in range(1, 6)}


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_cut_off_leaves_nothing_behind_and_the_next_goes_on(desk, begin):
    for number in range(1, 4):
        billed_at(desk, f"R-{number}", "5.40", judge=False)
    reconcile.match_due()
    allow(desk, "10")
    trial = begin()

    def turn() -> None:
        with pytest.raises(OperationalError):
            trials.work()
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE reconciliation_letthrough IN EXCLUSIVE MODE")
            cut_off = pool.submit(turn)
            while not _ended_who_waits(cursor):
                pass
        cut_off.result()
    assert TriedInvoice.objects.count() == 0
    trial.refresh_from_db()
    assert (trial.state, trial.judged) == ("running", 0)
    trials.work()

    trial.refresh_from_db()
    assert (trial.state, trial.judged, TriedInvoice.objects.count()) == ("done", 3, 3)


def _ended_who_waits(cursor) -> int:
    cursor.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_locks JOIN pg_class ON oid = relation"
        " WHERE NOT granted AND relname = 'reconciliation_letthrough'"
    )
    return cursor.fetchone()[0]


def test_a_trial_that_fails_says_so_and_can_go_on(desk, begin):
    billed_at(desk, "R-1", "5.40")
    allow(desk, "10")
    trial = begin()

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reconciliation_letthrough ADD CONSTRAINT none CHECK (false)")
        trials.work()
        cursor.execute("ALTER TABLE reconciliation_letthrough DROP CONSTRAINT none")
    trial.refresh_from_db()
    assert (trial.state, trial.judged, TriedInvoice.objects.count()) == ("failed", 0, 0)
    assert "Let the trial go on" in trial.trouble
    trials.go_on(trial)
    trials.work()

    trial.refresh_from_db()
    assert (trial.state, trial.trouble, trial.judged) == ("done", "", 1)


def test_a_question_that_cannot_be_read_is_counted_and_stops_nothing(desk, begin):
    invoice = billed_at(desk, "R-1", "5.40")
    billed_at(desk, "R-2", "5.40")
    first = MatchDecision.objects.get(invoice=invoice)
    MatchDecision.objects.create(
        invoice=invoice,
        engine=first.engine,
        outcome=first.outcome,
        question={"invoice": {"type": "no such kind"}},
        answer=first.answer,
        question_hash=b"",
    )
    allow(desk, "10")

    trial = begin()
    trials.work()

    trial.refresh_from_db()
    assert (trial.state, trial.judged, trial.unreadable) == ("done", 2, 1)
    assert changes() == {"R-2": "released"}


def test_one_trial_at_a_time(desk, begin):
    billed_at(desk, "R-1", "5.40")
    begin()

    with pytest.raises(trials.TrialRefused, match="A trial is running already"):
        begin()


def test_days_without_a_judged_invoice_are_refused(desk, begin):
    with pytest.raises(trials.TrialRefused, match="Choose a longer time"):
        begin()


def test_old_trials_are_forgotten(desk, begin):
    billed_at(desk, "R-1", "5.40")
    for _ in range(jobs.KEPT + 1):
        begin()
        trials.work()

    assert RulesTrial.objects.count() == jobs.KEPT


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_a_trial_without_doing_an_invoice_twice(desk, begin, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 1)
    for number in range(1, 7):
        billed_at(desk, f"R-{number}", "5.40", judge=False)
    reconcile.match_due()
    allow(desk, "10")
    trial = begin()

    def turn() -> None:
        while RulesTrial.objects.filter(state="running").exists():
            trials.work()
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: turn(), range(2)))

    trial.refresh_from_db()
    assert (trial.judged, TriedInvoice.objects.count()) == (6, 6)


def test_an_answer_of_an_older_engine_is_worked_out_anew(desk, begin):
    invoice = billed_at(desk, "R-1", "5.40")
    first = MatchDecision.objects.get(invoice=invoice)
    MatchDecision.objects.create(
        invoice=invoice,
        engine="0",
        outcome="clean",
        question=first.question,
        answer={**first.answer, "outcome": "clean", "findings": []},
        question_hash=b"",
    )

    begin()
    trials.work()

    assert changes() == {}


def test_the_rules_in_force_can_be_tried_too(desk, begin, company):
    billed_at(desk, "R-1", "5.05")
    allow(desk, "0")
    version = policies.RulesOfTheDay(company)
    invoice = SupplierInvoice.objects.get()

    begin(version.policy_for(invoice))
    trials.work()

    assert changes() == {"R-1": "same"}
    assert LetThrough.objects.get().as_tried == Decimal("0.5")
