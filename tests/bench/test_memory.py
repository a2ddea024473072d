"""A pull of any length runs in the same memory: whoever keeps all rows, or all ids, fails here."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.bench.masters.memory import peak

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 30_000  # six pages: by then all that is loaded once is loaded
MEGABYTES = 4  # 60,000 more rows would be 120 as dicts, 6 as ids of 100 bytes


@pytest.mark.skipif(sys.platform != "linux", reason="reads its memory from /proc")
def test_three_times_the_rows_need_no_more_memory(sandbox: Any, settings: Any) -> None:
    settings.BC_REQUESTS_PER_SECOND = settings.BC_CONCURRENCY = 1000

    # Both lists are longer than those of which all hashes are kept, as 500,000 rows are in the benchmark.
    short, long = (peak(rows, most_kept=0) for rows in (ROWS, 3 * ROWS))

    assert long - short < MEGABYTES
    print(f"{ROWS:,} rows: {short:.0f} MB, {3 * ROWS:,} rows: {long:.0f} MB")  # noqa: T201
