"""Business Central's date formulas, as payment terms use them."""

from __future__ import annotations

import datetime

import pytest

from reconciliation.terms import day_after

START = datetime.date(2026, 1, 30)  # a Friday


@pytest.mark.parametrize(
    ("formula", "day"),
    [
        ("0D", "2026-01-30"),
        ("8D", "2026-02-07"),
        ("2W", "2026-02-13"),
        ("1M", "2026-02-28"),
        ("1Q", "2026-04-30"),
        ("1Y", "2027-01-30"),
        ("CM", "2026-01-31"),
        ("-CM", "2026-01-01"),
        ("CM+14D", "2026-02-14"),
        ("1M+CM", "2026-02-28"),
        ("CM+1D-1D", "2026-01-31"),
        ("<CQ>", "2026-03-31"),
        ("CY", "2026-12-31"),
        ("CW", "2026-02-01"),
        ("-CW", "2026-01-26"),
        ("D10", "2026-02-10"),
        ("D30", "2026-03-30"),
        ("-D30", "2025-12-30"),
        ("WD1", "2026-02-02"),
        ("WD5", "2026-02-06"),
        ("-WD5", "2026-01-23"),
        ("cm + 1m", "2026-02-28"),
        ("-1D", "2026-01-29"),
    ],
)
def test_a_formula_names_a_day(formula, day):
    assert day_after(formula, START) == datetime.date.fromisoformat(day)


@pytest.mark.parametrize("formula", ["", "soon", "30", "30X", "WD8", "D32", "9999Y", "30D!", "1T+CM"])
def test_what_is_no_formula_names_no_day(formula):
    assert day_after(formula, START) is None
