"""A pull of any length runs in the same memory: whoever keeps all rows, or all ids, fails here."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.bench.masters.memory import peak

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 10_000  # two pages
MEGABYTES = 6  # 50,000 more rows would be 100 as dicts, 5 as ids of 100 bytes


@pytest.mark.skipif(sys.platform != "linux", reason="reads its memory from /proc")
def test_six_times_the_rows_need_no_more_memory(sandbox: Any, settings: Any) -> None:
    settings.BC_REQUESTS_PER_SECOND = settings.BC_CONCURRENCY = 1000

    # Both lists are longer than those of which all hashes are kept, as 500,000 rows are in the benchmark.
    short, long = (peak(rows, most_kept=0) for rows in (ROWS, 6 * ROWS))

    assert long - short < MEGABYTES
    print(f"{ROWS:,} rows: {short:.0f} MB, {6 * ROWS:,} rows: {long:.0f} MB")  # noqa: T201
