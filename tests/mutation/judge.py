"""Run the tables of cases against one mutant after another, in one process: pytest collects them once.

A pytest run for each of thousands of mutants takes hours; the cases themselves take a second. Started by
`tests.mutation` in the folder that holds the mutants: `judge.py RESULTS WORKER WORKERS NAMES_FILE`.
"""

from __future__ import annotations

import inspect
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SECONDS = 20
UNDER_TEST = "MUTANT_UNDER_TEST"
FOUND = "{name}\t{status}\n"


class TookTooLongError(BaseException):
    """A mutant that never ends is noticed as well."""


class Judge:
    """Takes the place of pytest's loop: every item against every mutant, until one fails."""

    def __init__(self, names: list[str], results: Path) -> None:
        self.names = names
        self.results = results

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        tests = [item for item in session.items if isinstance(item, pytest.Function) and _is_plain(item)]
        failing = [item.nodeid for item in tests if _fails(item)]
        if failing:
            raise pytest.UsageError(f"without a mutant these fail already: {failing[:5]}")
        signal.signal(signal.SIGALRM, _ring)
        with self.results.open("a") as told:
            for name in self.names:
                told.write(FOUND.format(name=name, status=_status(name, tests)))
                told.flush()
        return True


def _status(name: str, tests: list[pytest.Function]) -> str:
    """Try the tests on a mutant; the one that kills it goes to the front, for it may kill the next."""
    os.environ[UNDER_TEST] = name
    signal.alarm(SECONDS)
    try:
        for place, item in enumerate(tests):
            if _fails(item):
                tests.insert(0, tests.pop(place))
                return "killed"
    except TookTooLongError:
        return "timeout"
    finally:
        signal.alarm(0)
        os.environ[UNDER_TEST] = ""
    return "survived"


def _is_plain(item: pytest.Function) -> bool:
    """Tell whether a test takes nothing but its row of the table."""
    return set(inspect.signature(item.function).parameters) <= set(_row(item))


def _row(item: pytest.Function) -> dict[str, Any]:
    return item.callspec.params if hasattr(item, "callspec") else {}


def _fails(item: pytest.Function) -> bool:
    try:
        item.function(**_row(item))
    except TookTooLongError:
        raise
    except BaseException:  # noqa: BLE001 - whatever a mutant does, a test that ends otherwise noticed it
        return True
    return False


def _ring(*_: object) -> None:
    raise TookTooLongError


def _share(names: Path, worker: int, workers: int) -> Iterator[str]:
    yield from names.read_text().split()[worker::workers]


def main(results: str, worker: str, workers: str, names: str) -> int:
    os.environ[UNDER_TEST] = ""
    judge = Judge(list(_share(Path(names), int(worker), int(workers))), Path(results))
    quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:django", "-p", "no:xdist", "tests/matching"]
    return int(pytest.main(quiet, plugins=[judge]))


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    sys.exit(main(*sys.argv[1:]))
