"""The benchmarks still find what they measure; how fast it is, no test says."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.bench import (
    batches,
    desk,
    draining,
    house,
    intake,
    mapping,
    matching,
    measuring,
    paths,
    rematching,
)
from tests.bench.masters import dlt_rival, memory, pulls
from tests.reconcile.desk import open_company

pytestmark = pytest.mark.django_db(transaction=True)

RESULTS = [
    "drain_share_of_limit",
    "arrivals_in_a_backlog_p95",
    "batch_share_of_limit",
    "batch_vs_line_by_line",
    "intake_vs_bare_view",
    "intake_vs_usual_view",
    "intake_p99_vs_usual_view",
    "intake_duplicates_vs_new",
    "intake_vs_nothing",
    "match_vs_sql_1k",
    "match_vs_sql_1k_processor",
    "match_plain_vs_sql_1k_processor",
    "match_by_two_vs_sql_1k",
    "match_by_two_vs_orm_loop_1k",
    "match_vs_orm_loop_1k",
    "match_vs_orm_loop_1k_processor",
    "match_memory_1k",
    "match_touched_vs_sql_100",
    "match_touched_vs_sql_100_processor",
    "match_one_receipt_p50",
    "match_one_receipt_p95",
    "match_one_receipt_processor_p50",
    "match_one_receipt_processor_p95",
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


FEW: dict[ModuleType, dict[str, Any]] = {
    paths: {"DOCUMENTS": 20, "CASES": 3, "EVENTS": 2, "PULLED": 9},
    pulls: {"ITEMS": 300, "ORM_ITEMS": 100, "ROUNDS": 1, "ORM_ROUNDS": 1, "FETCHES": 1},
    mapping: {"ORDERS": 9},
    matching: {"SIZES": [1000], "ROUNDS": 1, "LOOPED": 9},
    rematching: {"LINES": 100, "ROUNDS": 1, "ONES": 3},
    batches: {"SIZE": 2, "BATCHES": 1, "SINGLES": 1, "ROUNDS": 1},
    draining: {"SIZE": 4, "ROUNDS": 1, "ARRIVALS": 10.0},
    intake: {"SERVED": 4, "ROUNDS": 1},
    memory: {"SHORT": 300, "LONG": 600},
}


@pytest.fixture
def few(monkeypatch: Any) -> None:
    """Let each path measure little, once."""
    for module, sizes in FEW.items():
        for name, size in sizes.items():
            monkeypatch.setattr(module, name, size)
    monkeypatch.setattr(dlt_rival, "PYTHON", Path("/nowhere"))
    monkeypatch.setitem(measuring.compare.__kwdefaults__, "runs", 1)


def test_every_path_runs_and_is_compared(sandbox: Any, settings: Any, few: None) -> None:
    settings.BC_REQUESTS_PER_SECOND = settings.BC_CONCURRENCY = 1000
    company = house.House(sandbox.control)

    results = [result for path in paths.PATHS for result in path(company)]

    assert [result.name for result in results] == RESULTS
    *measured, without_change, percent, no_dlt, short, long = results
    assert all(result.value > 0 and result.ratio > 0 for result in [*measured, short, long])
    assert without_change.value == percent.value == 0
    assert no_dlt.against == "dlt is not installed. make bench installs it, from the package registry."


def test_the_desk_is_compared_page_by_page(monkeypatch: Any) -> None:
    monkeypatch.setattr(desk, "CASES", 600)
    monkeypatch.setattr(desk, "ROUNDS", 1)

    results = desk.desk(SimpleNamespace(company=open_company()))  # type: ignore[arg-type]

    names = [result.name for result in results]
    assert len(names) == len(set(names)) == 28
    assert {"worklist_first_page_vs_stock", "worklist_search_number_sql_vs_raw", "bulk_preview"} <= set(names)
    assert all(result.value > 0 and result.ratio > 0 for result in results)
