"""A short chaos run: what `make chaos` does at length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chaos import blind, shaking, verdict, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("seed", [7])
def test_faults_and_killed_workers_neither_lose_nor_double_a_document(
    seed: int, sandbox: Any, settings: Any, tmp_path: Path
) -> None:
    for name, value in shaking.SETTINGS.items():
        setattr(settings, name, value)

    run = shaking.shake(
        sandbox.control, tmp_path / "workers.log", documents=16, faults=0.25, seed=seed, kills=2, hands=2
    )

    assert run.verdict == verdict.Verdict(lost=(), duplicates=(), unexplained=())
    assert run.documents == 16
    assert run.kills == 2
    assert run.faults > 0


def test_workers_that_do_not_look_first_are_found_out(sandbox: Any, settings: Any, tmp_path: Path) -> None:
    for name, value in shaking.SETTINGS.items():
        setattr(settings, name, value)
    lost_answers = {"fault": "commit_then_drop", "method": "POST", "path": "/purchaseOrders", "times": 2}

    run = shaking.shake(
        sandbox.control,
        tmp_path / "workers.log",
        documents=16,
        faults=0.1,
        seed=7,
        kills=0,
        hands=2,
        worker=blind.MODULE,
        sure=[lost_answers],
    )

    assert run.verdict.duplicates != ()
    assert not run.verdict.is_good


def test_the_verdict_sees_what_is_missing_and_what_is_there_twice(sandbox: Any, settings: Any) -> None:
    settings.BC_REQUESTS_PER_SECOND = 1000
    planned = work.plan(4, seed=1)
    uses = (("IC-1", work.ITEMS[0], 2), ("IC-2", work.ITEMS[0], 3))
    sandbox.control.seed(work.masters())
    for _ in range(2):
        row = {"itemNumber": work.ITEMS[0], "documentNumber": "IC-1", "quantity": -2}
        sandbox.control.seed({"itemLedgerEntries": [row]})

    found = verdict.judge(work.Work((), uses), sandbox.control)

    assert found.duplicates == ("IC-1",)
    assert found.lost == ("IC-2",)
    assert planned.documents == 4
