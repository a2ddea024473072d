"""The decision record: what was asked, by which rules and engine, what was answered; and it stays so."""

from __future__ import annotations

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from reconciliation import bulk, reconcile
from reconciliation.matching import ENGINE_VERSION, answer, case_from, match
from reconciliation.models import ExceptionCase, MatchDecision, MatchGround, PolicyVersion

from .desk import billed, ordered

pytestmark = pytest.mark.django_db
Refused = (InternalError, ProgrammingError)


@pytest.fixture
def decision(desk) -> MatchDecision:
    """A judgement that holds an invoice: eight of ten filters came, at a price above the order's."""
    desk.order()
    desk.receive(8)
    desk.invoice("R-1", billed(price="6.00"))
    reconcile.match_due()
    return MatchDecision.objects.get()


def test_a_decision_keeps_question_rules_engine_findings_and_outcome(decision, company):
    assert (decision.engine, decision.outcome) == (ENGINE_VERSION, "blocked")
    assert decision.policy_version == PolicyVersion.objects.get(company=company, number=1)
    assert [row["number"] for row in decision.question["orders"]] == ["PO-1"]
    assert {finding["code"] for finding in decision.answer["findings"]} >= {"OVER_RECEIVED", "PRICE_OVER"}
    price = next(each for each in decision.answer["findings"] if each["code"] == "PRICE_OVER")
    assert (price["base"], price["actual"], price["variance"]) == ("5.00", "6.00", "1.00")
    assert {limit["rule"] for limit in price["broken"]} == {"company"}


def test_the_stored_question_gives_the_stored_answer(decision):
    assert answer(match(case_from(decision.question))) == decision.answer


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "clean"},
        {"kept_question": {}},
        {"kept_answer": {}},
        {"engine": "0"},
        {"policy_version": None},
    ],
)
def test_the_database_lets_nobody_change_a_decision(decision, change):
    with pytest.raises(Refused, match="only ever added to"), transaction.atomic():
        MatchDecision.objects.filter(pk=decision.pk).update(**change)

    decision.refresh_from_db()
    assert decision.outcome == "blocked"


def test_the_database_lets_nobody_delete_a_decision(decision):
    with pytest.raises(Refused, match="only ever added to"), transaction.atomic():
        MatchDecision.objects.filter(pk=decision.pk)._raw_delete("default")

    assert MatchDecision.objects.exists()


def test_a_question_is_kept_without_the_rules_that_many_share(decision, desk):
    desk.order("PO-2")
    desk.invoice("R-2", order_number="PO-2")
    reconcile.match_due()

    kept = MatchDecision.objects.order_by("pk")
    assert [row.ground for row in kept] == [MatchGround.objects.get()] * 2
    assert "policy" not in decision.kept_question
    assert decision.question["policy"] == decision.ground.content["policy"]


def test_questions_and_answers_are_read_without_asking_the_database_for_each(decision, desk, monkeypatch):
    monkeypatch.setattr(bulk, "WORTH_IT", 0)
    for number in range(2, 5):
        desk.order(f"PO-{number}", ordered(price=f"{number}.00"))
        desk.receive("10", order=f"PO-{number}")
        desk.invoice(f"R-{number}", billed(price=f"{number}.00"), order_number=f"PO-{number}")
    assert bulk.match_plain() == 3

    with CaptureQueriesContext(connection) as asked:
        told = [(row.question["invoice"]["number"], row.answer) for row in MatchDecision.objects.all()]
        case = ExceptionCase.objects.select_related("decision__ground").get()
        assert case.decision.question["policy"]

    assert (len(told), len(asked)) == (4, 2)


def test_what_was_left_out_is_read_when_it_is_asked_for(decision):
    light = MatchDecision.objects.select_related(None).defer("kept_question", "kept_answer").get()

    assert (light.question, light.answer) == (decision.question, decision.answer)


def test_the_same_facts_are_not_kept_twice(decision):
    reconcile.judge([decision.invoice])

    assert MatchDecision.objects.count() == 1
