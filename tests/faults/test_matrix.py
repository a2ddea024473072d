"""The fault matrix does not lie: 34 rows, and each test that it names is there."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.faults.matrix import MATRIX, Fault
from tests.pages import fault_matrix

TESTS = Path(__file__).resolve().parents[1]
IDS = [f"{fault.number} {fault.fault}" for fault in MATRIX]


def test_all_faults_are_accounted_for() -> None:
    assert [fault.number for fault in MATRIX] == list(range(1, 35))
    assert all(fault.tests or fault.gaps for fault in MATRIX)


@pytest.mark.parametrize("fault", MATRIX, ids=IDS)
def test_each_test_that_is_named_is_there_and_runs(fault: Fault) -> None:
    missing = [name for name in fault.tests if not _runs(name)]

    assert missing == []


@pytest.mark.parametrize("fault", MATRIX, ids=IDS)
def test_a_gap_is_filled_once_its_tests_are_there(fault: Fault) -> None:
    there = [name for name in fault.opens if (TESTS / name).exists()]

    assert there == [], f"Name the tests of {there} in row {fault.number} of tests/faults/matrix.py."


def test_the_page_shows_the_matrix() -> None:
    assert fault_matrix.PAGE.read_text() == fault_matrix.text(), "Run: python -m tests.pages"


def _runs(name: str) -> bool:
    path, _, function = name.partition("::")
    return Path(path).name.startswith("test_") and function.startswith("test_") and function in _tests(path)


@cache
def _tests(path: str) -> frozenset[str]:
    """Name the tests of a file that no mark skips."""
    if not (TESTS / path).exists():
        return frozenset()
    body = ast.parse((TESTS / path).read_text()).body
    found = [node for node in body if isinstance(node, ast.FunctionDef)]
    return frozenset(
        node.name for node in found if "skip" not in "".join(map(ast.unparse, node.decorator_list))
    )
