"""`manage.py reconcile` and `replay`: what they tell, and when they leave with an error."""

from __future__ import annotations

import io
import json
import threading

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from reconciliation import reconcile
from reconciliation.grounds import question_hash
from reconciliation.matching import ENGINE_VERSION
from reconciliation.models import ExceptionCase, MatchDecision, SupplierInvoice

from .desk import billed

AGREED = {"engine": ENGINE_VERSION, "differing": 0, "differences": []}


def run(*arguments: str) -> tuple[dict, int]:
    """Give what the command tells, and its exit code."""
    out, code = io.StringIO(), 0
    try:
        call_command(*arguments, "--json", stdout=out)
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    return json.loads(out.getvalue()), code


def test_reconcile_judges_all_that_is_due(desk):
    desk.order()
    desk.receive(10)
    desk.invoice("R-1")
    desk.invoice("R-2")

    assert run("reconcile") == ({"judged": 2, "still_due": 0, "open_cases": 1}, 0)
    assert run("reconcile") == ({"judged": 0, "still_due": 0, "open_cases": 1}, 0)


@pytest.mark.django_db(transaction=True)
def test_reconcile_says_so_when_something_had_to_stay(transactional_db, desk):
    desk.order()
    desk.invoice()
    reconcile.match_due()
    desk.receive(10)
    told = []

    def work() -> None:
        try:
            told.append(run("reconcile"))
        finally:
            connections.close_all()

    with transaction.atomic():
        ExceptionCase.objects.select_for_update().get()  # a person decides it just now
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()

    assert told == [({"judged": 0, "still_due": 1, "open_cases": 1}, 1)]


def test_every_stored_decision_comes_out_the_same_again(desk):
    desk.order(currency="USD")
    desk.invoice("R-1", billed(price="7.00"), currency="USD")
    reconcile.match_due()
    desk.receive(8, rejected=2)
    desk.invoice("R-2", billed(quantity="3"), vendor="V20")
    reconcile.match_due()

    told, code = run("replay")

    decided_by = {ENGINE_VERSION: {"replayed": 3, "differing": 0}}
    assert (told, code) == (AGREED | {"replayed": 3, "decided_by": decided_by}, 0)


def test_a_decision_that_comes_out_differently_is_named(desk):
    desk.order()
    desk.receive(10)
    desk.invoice("R-1")
    desk.invoice("R-2", billed(quantity="1"))
    reconcile.match_due()
    record = MatchDecision.objects.get(invoice__number="R-1")
    record.pk, record.kept_question["receipts"] = None, []
    record.question_hash = question_hash(record.kept_question, record.ground)
    record.save()

    told, code = run("replay")

    assert (told["replayed"], told["differing"], code) == (3, 1, 1)
    [difference] = told["differences"]
    assert {"place": "outcome", "was": "clean", "now": "blocked"} in difference.pop("figures")
    assert difference == {
        "decision": record.pk,
        "invoice": "R-1",
        "engine": ENGINE_VERSION,
        "replayed_by": ENGINE_VERSION,
        "kept": [],
        "fields": ["findings", "lines", "outcome"],
        "was": "clean",
        "now": "blocked",
    }
    alone = {"replayed": 1, "decided_by": {ENGINE_VERSION: {"replayed": 1, "differing": 0}}}
    assert run("replay", "--invoice", "R-2") == (AGREED | alone, 0)


def test_rules_that_were_changed_behind_the_databases_back_are_told(desk):
    """The question names other rules now, though the answer may be the same."""
    desk.order()
    desk.receive(10)
    desk.invoice("R-1")
    reconcile.match_due()
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica; UPDATE reconciliation_matchground "
            "SET content = jsonb_set(content, '{policy,options,near_duplicate_days}', '5');"
            "SET LOCAL session_replication_role = DEFAULT"
        )

    told, code = run("replay")

    assert ([row["kept"] for row in told["differences"]], code) == ([["rules as kept"]], 1)


def test_a_stored_question_that_cannot_be_read_any_more_is_a_difference(desk):
    desk.order()
    desk.receive(10)
    desk.invoice()
    reconcile.match_due()
    record = MatchDecision.objects.get()
    record.pk, record.question = None, {"orders": []}
    record.save()

    told, code = run("replay")

    assert (told["differences"][0]["now"], code) == ("not readable", 1)


def test_one_invoice_that_cannot_be_judged_holds_up_no_other(desk, caplog):
    desk.order()
    desk.receive(10)
    good = desk.invoice("R-1")
    broken = desk.invoice("R-2", billed(quantity="1"))
    with connection.cursor() as cursor:  # past Django, which refuses it
        cursor.execute("UPDATE reconciliation_supplierinvoice SET total = 'NaN' WHERE id = %s", [broken.pk])

    assert reconcile.match_due() == 1

    assert SupplierInvoice.objects.get(pk=good.pk).status == SupplierInvoice.Status.READY
    assert SupplierInvoice.objects.get(pk=broken.pk).match_due
    assert f"Matching invoice {broken.pk} failed; it stays due" in caplog.text
