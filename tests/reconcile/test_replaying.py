"""A replay says which engine decided and which replays, and whether outcome and every figure agree.

`earlier_engine.jsonl` holds questions with the answers that an earlier engine gave: it kept fewer than none
where more went back than came.
"""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from reconciliation import reconcile, replaying
from reconciliation.models import MatchDecision, SupplierInvoice

EARLIER = Path(__file__).with_name("earlier_engine.jsonl")

pytestmark = pytest.mark.django_db


def decided_before(desk, *, engine: str = "0") -> list[MatchDecision]:
    """Keep what an earlier engine decided: one that today's judges otherwise, and one alike."""
    told = [json.loads(line) for line in EARLIER.read_text().splitlines()]
    return [_kept(desk.invoice(f"R-{number}"), row, engine) for number, row in enumerate(told, start=1)]


def _kept(invoice: SupplierInvoice, told: dict[str, Any], engine: str) -> MatchDecision:
    return MatchDecision.objects.create(
        invoice=invoice,
        engine=engine,
        outcome=told["answer"]["outcome"],
        kept_question=told["question"],
        kept_answer=told["answer"] | {"engine": engine},
        question_hash=b"",
    )


def said(*arguments: str) -> list[str]:
    out = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("replay", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_a_decision_of_an_earlier_engine_is_held_against_todays_figure_by_figure(desk):
    otherwise, alike = decided_before(desk)

    result = replaying.replay()

    [difference] = result.differences
    assert (difference.decision, difference.engine, difference.replayed_by) == (otherwise.pk, "0", "1")
    assert (difference.was, difference.now, difference.kept) == ("blocked", "blocked", [])
    assert {(each.place, each.was, each.now) for each in difference.figures} == {
        ("findings/OVER_RECEIVED 1/base", "-2", "0"),
        ("findings/OVER_RECEIVED 1/variance", "12", "10"),
        ("findings/OVER_RECEIVED 1/percent", "600", "nothing"),
        ("findings/OVER_RECEIVED 1/amount", "90.00", "75.00"),
        (
            "findings/OVER_RECEIVED 1/sentence",
            "Billed 10 PCS, received and kept -2: 12 PCS (90.00 EUR) more than the limit of 0 % allows.",
            "Billed 10 PCS, received and kept 0: 10 PCS (75.00 EUR) more than the limit of 0 % allows.",
        ),
    }
    assert replaying.compare(alike).agrees


def test_a_difference_between_engines_is_told_as_one_and_not_as_a_change_of_the_record(desk):
    otherwise, _ = decided_before(desk)

    first, *_, by_engine, total = said()

    assert first.startswith(
        f"Decision {otherwise.pk} on invoice R-1, decided by engine 0 and replayed by engine 1: "
        "outcome blocked in both. Different: findings/OVER_RECEIVED 1/base was -2, is 0; "
    )
    assert first.endswith("The two engines judge this otherwise; the decision of engine 0 stands.")
    assert "Audit" not in first
    assert by_engine == (
        "Of 2 decisions of engine 0, 1 come out otherwise with engine 1; "
        "the others agree in outcome and every figure."
    )
    assert total == "2 decisions replayed by engine 1, 1 differ."


def test_that_an_earlier_decision_agrees_is_said_of_the_invoice_that_is_asked_for(desk):
    _, alike = decided_before(desk)

    assert said("--invoice", "R-2")[0] == (
        f"Decision {alike.pk} on invoice R-2, decided by engine 0 and replayed by engine 1: "
        "outcome blocked in both. Outcome and every figure agree."
    )


def test_the_same_engine_has_no_right_to_another_answer(desk):
    decided_before(desk, engine="1")

    first = said()[0]

    assert "decided and replayed by engine 1" in first
    assert first.endswith(
        "The same engine answers otherwise: its program or the record was changed. See under Audit."
    )


def test_a_question_that_was_changed_is_told_whichever_engine_decided(desk):
    desk.order()
    desk.receive(10)
    desk.invoice("R-1")
    reconcile.match_due()
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica; UPDATE reconciliation_matchdecision "
            "SET question = jsonb_set(question, '{invoice,file_sha256}', '\"ab\"');"
            "SET LOCAL session_replication_role = DEFAULT"
        )

    [difference] = replaying.replay().differences

    assert (difference.kept, difference.figures) == (["question as kept"], [])
    assert "The record is not as it was written: question as kept. See under Audit." in str(difference)


@pytest.mark.parametrize("told", [{"outcome": "clean"}, {"engine": "7"}])
def test_an_answer_that_contradicts_its_own_record_is_told(desk, told):
    [before, _] = decided_before(desk)
    before.pk, before.kept_answer = None, before.kept_answer | told
    before.save()

    assert replaying.compare(before).kept == ["answer as kept"]


def test_a_reason_that_only_one_engine_gives_is_told_once(desk):
    _, alike = decided_before(desk)
    alike.pk, alike.kept_answer = None, alike.kept_answer | {"findings": []}
    alike.save()

    comparison = replaying.compare(alike)

    assert len(comparison.figures) > 5
    assert "Different: findings/OVER_RECEIVED 1 is new." in str(comparison)
