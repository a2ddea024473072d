"""The decision record: what was asked, by which rules and engine, what was answered; and it stays so."""

from __future__ import annotations

import pytest
from django.db import InternalError, ProgrammingError, transaction

from reconciliation import reconcile
from reconciliation.matching import ENGINE_VERSION, answer, case_from, match
from reconciliation.models import MatchDecision, PolicyVersion

from .desk import billed

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


def test_the_same_facts_are_not_kept_twice(decision):
    reconcile.judge([decision.invoice])

    assert MatchDecision.objects.count() == 1
