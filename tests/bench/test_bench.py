"""The benchmarks still find what they measure; how fast it is, no test says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bench import draining, house, intake, mapping, measuring, paths
from tests.bench.masters import dlt_rival, memory, pulls

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_path_runs_and_is_compared(sandbox: Any, settings: Any, monkeypatch: Any) -> None:
    for name, few in {
        "DOCUMENTS": 20,
        "CASES": 3,
        "EVENTS": 2,
        "PULLED": 9,
        "LINES": 600,
        "LOOPED": 9,
    }.items():
        monkeypatch.setattr(paths, name, few)
    for name, few in {"ITEMS": 300, "ORM_ITEMS": 100, "ROUNDS": 1, "ORM_ROUNDS": 1, "FETCHES": 1}.items():
        monkeypatch.setattr(pulls, name, few)
    monkeypatch.setattr(mapping, "ORDERS", 9)
    for name, few in {"SIZE": 4, "ROUNDS": 1, "ARRIVALS": 10.0}.items():
        monkeypatch.setattr(draining, name, few)
    monkeypatch.setattr(intake, "SERVED", 4)
    monkeypatch.setattr(intake, "ROUNDS", 1)
    monkeypatch.setattr(memory, "SHORT", 300)
    monkeypatch.setattr(memory, "LONG", 600)
    monkeypatch.setattr(dlt_rival, "PYTHON", Path("/nowhere"))
    monkeypatch.setitem(measuring.compare.__kwdefaults__, "runs", 1)
    settings.BC_REQUESTS_PER_SECOND = settings.BC_CONCURRENCY = 1000
    company = house.House(sandbox.control)

    results = [result for path in paths.PATHS for result in path(company)]

    assert [result.name for result in results] == [
        "drain_share_of_limit",
        "arrivals_in_a_backlog_p95",
        "intake_vs_bare_view",
        "intake_vs_usual_view",
        "intake_duplicates_vs_new",
        "intake_vs_nothing",
        "match_vs_sql",
        "match_vs_orm_loop",
        "match_plain_vs_orm_loop",
        "match_engine_vs_arithmetic",
        "map_vs_hand",
        "pull_vs_raw",
        "sync_fetch_vs_http",
        "sync_full_vs_sql_with_history",
        "sync_full_vs_copy",
        "sync_all_changed_vs_sql_with_history",
        "sync_nochange_vs_hash",
        "sync_percent_vs_hash",
        "sync_full_vs_update_or_create",
        "sync_nochange_rows_written",
        "sync_percent_rows_written",
        "sync_vs_dlt",
        "sync_peak_memory_short",
        "sync_peak_memory_long",
    ]
    *measured, without_change, percent, no_dlt, short, long = results
    assert all(result.value > 0 and result.ratio > 0 for result in [*measured, short, long])
    assert without_change.value == percent.value == 0
    assert no_dlt.against == "dlt is not installed. make bench installs it, from the package registry."
