"""Run the tables of cases against one mutant after another, in one process: pytest collects them once.

A pytest run for each of thousands of mutants takes hours; the cases themselves take a second. Started by
`tests.mutation` in the folder of the mutants: `judge.py RESULTS WORKER WORKERS NAMES [PYTEST_ARGUMENTS]`.
"""

from __future__ import annotations

import inspect
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from mutmut.mutation import trampoline

SECONDS = 20  # of its own, so that a busy machine kills no mutant
FOUND = "{name}\t{status}\n"


class TookTooLongError(BaseException):
    """A mutant that never ends is noticed as well."""


class Switch:
    """A function of the engine with its mutants, of which one may be in force."""

    everywhere: list[Switch] = []

    def __init__(self, function: Callable[..., Any], mutants: dict[str, Callable[..., Any]]) -> None:
        self.function = self.in_force = function
        self.mutants = mutants
        self.everywhere.append(self)

    def turn(self, name: str) -> None:
        self.in_force = self.mutants.get(name) or self.function


def install(mutants: dict[str, Callable[..., Any]], is_classmethod: bool = False) -> Callable[..., Any]:
    """Take the place of mutmut's own switch, which looks at the environment at every call."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        switch = Switch(function, mutants)

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            return switch.in_force(*args, **kwargs)

        return call

    return decorate


@contextmanager
def in_force(name: str) -> Iterator[None]:
    """Put one mutant in force; its name is that of its module and its function."""
    module, _, function = name.rpartition(".")
    theirs = [switch for switch in Switch.everywhere if switch.function.__module__ == module]
    for switch in theirs:
        switch.turn(function)
    try:
        yield
    finally:
        for switch in theirs:
            switch.turn("")


class Judge:
    """Takes the place of pytest's loop: every item against every mutant, until one fails."""

    def __init__(self, names: list[str], results: Path) -> None:
        self.names = names
        self.results = results

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise pytest.UsageError("not all tests of the engine could be collected without Django")
        tests = [item for item in session.items if isinstance(item, pytest.Function) and _is_plain(item)]
        failing = [item.nodeid for item in tests if _fails(item)]
        if failing:
            raise pytest.UsageError(f"without a mutant these fail already: {failing[:5]}")
        signal.signal(signal.SIGVTALRM, _ring)
        with self.results.open("a") as told:
            for name in self.names:
                told.write(FOUND.format(name=name, status=_status(name, tests)))
                told.flush()
        return True


def _status(name: str, tests: list[pytest.Function]) -> str:
    """Try the tests on a mutant; the one that kills it goes to the front, for it may kill the next."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        with in_force(name):
            killer = next((place for place, item in enumerate(tests) if _fails(item)), None)
    except TookTooLongError:
        return "timeout"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if killer is None:
        return "survived"
    tests.insert(0, tests.pop(killer))
    return "killed"


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


def main(results: str, worker: str, workers: str, names: str, *chosen: str) -> int:
    trampoline.wrap_in_trampoline = install
    judge = Judge(list(_share(Path(names), int(worker), int(workers))), Path(results))
    quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:django", "-p", "no:xdist", *chosen, "tests/matching"]
    return int(pytest.main(quiet, plugins=[judge]))


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    sys.exit(main(*sys.argv[1:]))
