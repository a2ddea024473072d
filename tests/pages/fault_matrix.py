"""docs/fault-matrix.md, from the table of faults."""

from __future__ import annotations

from pathlib import Path

from tests.faults.matrix import MATRIX, Fault

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fault-matrix.md"
HEAD = """# What may break, and which test shows what comes of it

Written from `tests/faults/matrix.py` by `python -m tests.pages`. A test checks that each test named here is
there and is not skipped. What is not shown, or not wholly, says so in the last column.

| # | Fault | What has to come of it | Shown by, in `tests/` | Not shown |
|---|---|---|---|---|
"""


def text() -> str:
    """Give the page as it should be."""
    return HEAD + "".join(_row(fault) for fault in MATRIX)


def _row(fault: Fault) -> str:
    shown = "<br>".join(f"`{name}`" for name in fault.tests)
    return f"| {fault.number} | {fault.fault} | {fault.outcome} | {shown} | {fault.gaps} |\n"
