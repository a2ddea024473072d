"""A run over many invoices that is killed goes on where it was; several at once share the invoices."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection

from reconciliation import bulk, policies, replaying, tasks
from reconciliation.models import ExceptionCase, MatchDecision, SupplierInvoice
from tests import workers
from tests.bench import history
from tests.reconcile.desk import open_company

if TYPE_CHECKING:
    from masterdata.models import Company

pytestmark = pytest.mark.django_db(transaction=True)
INVOICES, CHUNK = 600, 50
DEAR = INVOICES // 20

RUN = f"""
import django
django.setup()
from django.core.management import call_command
from reconciliation import bulk
bulk.CHUNK = {CHUNK}
call_command("reconcile")
"""


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company with hundreds of invoices, of which one in twenty is too dear."""
    monkeypatch.setattr(bulk, "CHUNK", CHUNK)
    company = open_company()
    policies.install_defaults(company)
    history.fill(company, INVOICES * history.LINES)
    return company


def kill_after_chunks(chunks: int) -> list[str]:
    """Start a run and kill it when it has told of so many chunks; gives what it told."""
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(
        command, cwd=workers.ROOT, env=workers.environment(), stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        told = [running.stdout.readline() for _ in range(chunks)]
        running.kill()
    assert running.returncode == -signal.SIGKILL, "it had ended by itself"
    return told


def check_that_all_are_judged_once() -> None:
    """Each invoice has one decision and a status by it, and those that are held back a case."""
    outcomes = dict(MatchDecision.objects.values_list("invoice", "outcome"))
    held = {pk for pk, outcome in outcomes.items() if outcome == "blocked"}
    assert MatchDecision.objects.count() == len(outcomes) == INVOICES
    assert 0 < len(held) <= DEAR
    assert not SupplierInvoice.objects.due_for_matching().exists()
    assert set(SupplierInvoice.objects.filter(status="blocked").values_list("pk", flat=True)) == held
    assert set(ExceptionCase.objects.open().values_list("invoice_id", flat=True)) == held


def test_a_run_that_is_killed_goes_on_at_its_chunk(many):
    told = kill_after_chunks(3)
    before = dict(MatchDecision.objects.values_list("pk", "invoice_id"))
    ready = set(SupplierInvoice.objects.filter(status="ready").values_list("pk", flat=True))

    call_command("reconcile", stdout=io.StringIO())

    assert told[0].startswith(f"Looked at {CHUNK} of {INVOICES} invoices: ")
    assert told[2].startswith(f"Looked at {3 * CHUNK} of {INVOICES} invoices: ")
    assert 2 * CHUNK < len(before) < INVOICES - DEAR
    assert set(before.values()) == ready  # whole chunks only: none is kept and not cleared
    after = dict(MatchDecision.objects.values_list("pk", "invoice_id"))
    assert before.items() <= after.items()
    check_that_all_are_judged_once()


def test_several_workers_share_the_invoices(many, monkeypatch):
    monkeypatch.setattr(tasks, "LIMIT", 20)

    def work(_: int) -> int:
        try:
            return sum(iter(tasks.match_a_share, 0))
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        judged = list(pool.map(work, range(3)))

    assert sum(judged) == INVOICES
    check_that_all_are_judged_once()


@pytest.mark.parametrize(("limit", "helpers"), [(300, 0), (30, 0), (29, 1), (15, 1), (10, 2), (7, 3), (1, 3)])
def test_other_workers_are_called_for_what_is_more_than_a_share(many, monkeypatch, limit, helpers):
    monkeypatch.setattr(tasks, "LIMIT", limit)

    assert tasks._helpers() == helpers


def test_what_was_judged_in_many_chunks_can_be_replayed(many):
    assert bulk.match_plain() == INVOICES - DEAR

    assert replaying.replay().differences == []
