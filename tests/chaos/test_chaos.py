"""A short chaos run: what `make chaos` does at length."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from integration.models import DocumentKind
from tests.chaos import verdict, work
from tests.workers import ROOT

SECONDS = 600  # for what takes one or two minutes
ENOUGH = 5  # strikes: a quick machine is done after a few, a slow one after eighty
FOLDER = ROOT / ".bench"


def shake(seed: int, *options: str) -> tuple[int, dict[str, Any]]:
    """Run it as a program of its own: it kills its servers, which are not to be those of the tests."""
    told = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    result = FOLDER / f"chaos-{seed}.json"
    result.unlink(missing_ok=True)
    ended = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--seed", str(seed), *options],
        cwd=ROOT,
        env=told,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert result.exists(), ended.stdout + ended.stderr
    return ended.returncode, json.loads(result.read_text())


def test_faults_and_killed_programs_neither_lose_nor_double_a_document() -> None:
    code, told = shake(907, "--docs", "60", "--faults", "0.25", "--kill-every", "0.5")

    assert (told["lost"], told["duplicates"], told["unexplained"]) == (0, 0, 0)
    assert code == 0
    assert sum(told["strikes"].values()) >= ENOUGH
    assert sum(told["faults"].values()) > 0
    # A change that comes before its order is sent goes with it, and needs no message of its own.
    assert set(told["kinds"]) | {"order_change"} == set(DocumentKind.values)


def test_workers_that_do_not_look_first_are_found_out() -> None:
    code, told = shake(908, "--docs", "20", "--faults", "0", "--kill-every", "0", "--blind")

    assert code == 1
    assert told["duplicates"] > 0


@pytest.mark.django_db(transaction=True)
def test_the_verdict_sees_what_is_missing_and_what_is_there_twice(sandbox: Any) -> None:
    planned = work.plan(50, seed=1)
    used = tuple(work.Movement(number, "consumed", work.ITEMS[0], 2) for number in ("IC-1", "IC-2"))
    sandbox.control.seed(work.masters())
    for _ in range(2):
        row = {"itemNumber": work.ITEMS[0], "documentNumber": "IC-1", "quantity": -2}
        sandbox.control.seed({"itemLedgerEntries": [row]})

    found = verdict.judge(work.Work((), used), sandbox.control)

    assert found.duplicates == ("IC-1",)
    assert found.lost == ("IC-2",)
    assert 50 <= planned.documents <= 55
