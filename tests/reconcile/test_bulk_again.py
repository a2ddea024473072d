"""What was judged before is judged again in bulk as by the engine: its case closes with the same words."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from reconciliation import bulk, cases, documents, reconcile, replaying
from reconciliation.models import (
    ExceptionCase,
    Finding,
    MatchDecision,
    SupplierInvoice,
    Tolerance,
)

from .desk import billed, ordered, publish
from .test_bulk import DAY, plain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few_are_worth_it(monkeypatch):
    monkeypatch.setattr(bulk, "WORTH_IT", 0)


def left_behind() -> list[Any]:
    """Tell all that a judgement leaves behind, but for keys and times."""
    shown = [
        (case.status, case.cleared_by, case.wait_until, case.closed_at is not None, case.decision.outcome,
         case.decision.question, case.decision.answer, case.code, case.amount)
        for case in ExceptionCase.objects.order_by("pk").select_related("decision__ground")
    ]  # fmt: skip
    told = ("status", "cleared_by", "amount", "history_type", "history_user", "history_change_reason")
    return [
        shown,
        list(ExceptionCase.history.order_by("pk").values_list(*told)),
        list(
            Finding.objects.order_by("case", "position").values_list("code", "effect", "amount", "sentence")
        ),
        list(SupplierInvoice.objects.order_by("pk").values_list("number", "status", "match_due")),
        [row.answer for row in MatchDecision.objects.order_by("invoice", "pk")],
    ]


def as_the_engine_leaves_it() -> list[Any]:
    """Let the engine judge what is due, see, and take it back."""
    with transaction.atomic():
        reconcile.match_due()
        seen = left_behind()
        transaction.set_rollback(True)
    return seen


def goods_come(desk):
    desk.order()
    desk.invoice("R-1")
    yield
    desk.receive(4, number="GR-7")
    desk.receive(6, number="GR-8")


def goods_come_for_a_taxed_one(desk):
    desk.order()
    desk.invoice("R-1", billed(tax=Decimal("9.50")), tax=Decimal("9.50"))
    yield
    desk.receive(10, number="GR-7")


def the_invoice_is_corrected(desk):
    key = uuid.uuid4()
    desk.order()
    desk.receive(10)
    desk.invoice("R-1", billed(price="6.00"), bc_id=key)
    yield
    desk.invoice("R-1", billed(), bc_id=key)


def it_was_cleared_and_is_corrected(desk):
    key = uuid.uuid4()
    desk.order("PO-1", ordered(quantity="20"))
    desk.receive(10)
    desk.invoice("R-1", billed(), bc_id=key)
    bulk.match_plain()
    yield
    desk.invoice("R-1", billed(description="corrected words"), bc_id=key)


def another_invoice_goes(desk):
    desk.order()
    desk.receive(10)
    first = desk.invoice("R-0")
    desk.invoice("R-1", billed(price="5.00"))
    yield
    documents.mark_rejected(first)


def rules_and_goods_come(desk):
    desk.order()
    desk.invoice("R-1")
    yield
    Tolerance.objects.filter(check_name="price", code="").update(upper_percent=7)
    publish(desk.company)
    desk.receive(10, number="GR-9")


EVENTS = [
    goods_come,
    goods_come_for_a_taxed_one,
    the_invoice_is_corrected,
    it_was_cleared_and_is_corrected,
    another_invoice_goes,
    rules_and_goods_come,
]


@pytest.mark.parametrize("happening", EVENTS, ids=lambda each: each.__name__)
def test_a_case_clears_in_bulk_as_by_the_engine(desk, happening):
    story = happening(desk)
    next(story)
    reconcile.match_due()
    next(story, None)
    expected = as_the_engine_leaves_it()
    questions = MatchDecision.objects.count()

    assert bulk.match_plain() == 1

    assert left_behind() == expected
    assert MatchDecision.objects.count() == questions + 1
    assert not ExceptionCase.objects.open().exists()
    assert replaying.replay().differences == []


def released(clerk):
    cases.release(ExceptionCase.objects.get(), by=clerk, reason="The rest comes on Monday")


def waits(clerk):
    cases.wait(
        ExceptionCase.objects.get(),
        by=clerk,
        until=timezone.localdate() + DAY,
        reason="The rest comes on Monday",
    )


@pytest.mark.parametrize("word", [released, waits], ids=lambda each: each.__name__)
def test_what_a_person_decided_on_is_left_to_the_engine(desk, clerk, word):
    desk.order()
    desk.receive(8)
    desk.invoice()
    reconcile.match_due()
    word(clerk)
    desk.receive(2)
    SupplierInvoice.objects.update(match_due=True)

    assert bulk.match_plain() == 0
    assert SupplierInvoice.objects.due_for_matching().count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_case_that_somebody_has_in_hand_is_left_alone(desk):
    desk.order()
    desk.invoice()
    reconcile.match_due()
    desk.receive(10)
    other = connection.copy()
    with other.cursor() as theirs:
        theirs.execute("BEGIN")
        theirs.execute("SELECT id FROM reconciliation_exceptioncase FOR UPDATE")

        assert bulk.match_plain() == 0

        theirs.execute("ROLLBACK")
    other.close()
    assert bulk.match_plain() == 1
    assert ExceptionCase.objects.get().status == "cleared"


def test_the_same_figures_are_not_kept_twice(desk):
    plain(desk, "1", lines=3)
    bulk.match_plain()
    SupplierInvoice.objects.update(match_due=True)

    assert bulk.match_plain() == 1

    assert MatchDecision.objects.count() == 1
    assert not SupplierInvoice.objects.due_for_matching().exists()


def test_other_rules_make_another_judgement_of_the_same_figures(desk, company):
    plain(desk, "1")
    bulk.match_plain()
    Tolerance.objects.filter(check_name="price", code="").update(upper_percent=7)
    version = publish(company)
    SupplierInvoice.objects.update(match_due=True, judged_by=version)

    assert bulk.match_plain() == 1

    first, second = MatchDecision.objects.order_by("pk")
    assert first.figures == second.figures
    assert first.ground != second.ground


def test_what_the_engine_cleared_it_judges_again(desk):
    plain(desk, "1")
    reconcile.match_due()
    SupplierInvoice.objects.update(match_due=True)

    assert bulk.match_plain() == 0
