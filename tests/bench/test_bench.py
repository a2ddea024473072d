"""The benchmarks still find what they measure; how fast it is, no test says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench import house, measuring, paths

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_path_runs_and_is_compared(sandbox: Any, settings: Any, monkeypatch: Any) -> None:
    for name, few in {"DOCUMENTS": 20, "CASES": 3, "EVENTS": 2, "DELIVERIES": 2, "PULLED": 9}.items():
        monkeypatch.setattr(paths, name, few)
    monkeypatch.setitem(measuring.compare.__kwdefaults__, "runs", 1)
    settings.BC_REQUESTS_PER_SECOND = settings.BC_CONCURRENCY = 1000
    company = house.House(sandbox.control)

    results = [result for path in paths.PATHS for result in path(company)]

    assert [result.name for result in results] == [
        "drain_share_of_limit",
        "intake_vs_bare_view",
        "match_vs_sql",
        "match_vs_orm_loop",
        "match_engine_vs_arithmetic",
        "pull_vs_raw",
    ]
    assert all(result.value > 0 and result.ratio > 0 for result in results)
