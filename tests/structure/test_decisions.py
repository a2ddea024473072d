"""Decisions are found by their number: each has its own, and whatever names one names one that is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "integration", "masterdata", "reconciliation", "tests", "docs")
NUMBERS = [each.name[:4] for each in (ROOT / "docs" / "decisions").glob("*.md")]


def test_each_decision_has_a_number_of_its_own() -> None:
    assert [number for number, times in Counter(NUMBERS).items() if times > 1] == []


def test_each_decision_names_its_number_in_its_heading() -> None:
    for file in (ROOT / "docs" / "decisions").glob("*.md"):
        assert file.read_text().startswith(f"# {file.name[:4]} "), file.name


def test_a_decision_that_is_named_is_there() -> None:
    named = [
        (str(file.relative_to(ROOT)), number)
        for room in ROOMS
        for file in (ROOT / room).rglob("*")
        if file.suffix in {".py", ".md"}
        for number in re.findall(r"docs/decisions/(\d{4})", file.read_text())
    ]

    assert len(named) > 1
    assert [each for each in named if each[1] not in NUMBERS] == []
