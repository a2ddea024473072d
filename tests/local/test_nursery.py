"""A program from the nursery is a process as any other: its own output and end, and gone with its starter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.local.processes import is_alive, wait_until
from tests.nursery import ROOT, Nursery, children

SLEEP = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
STARTER = f"""
import os, sys, time
from pathlib import Path
from tests.nursery import Nursery
nursery = Nursery(os.environ)
nursery.start([sys.executable, "-c", {SLEEP!r}], log=Path(sys.argv[1]))
time.sleep(60)
"""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery(os.environ) as running:
        yield running


def pid_in(log: Path) -> int:
    assert wait_until(lambda: log.exists() and log.read_text().strip() != "", seconds=60)
    return int(log.read_text())


@pytest.mark.parametrize(
    ("code", "exit_code", "told"),
    [
        ("import sys; print(sys.argv); sys.exit(3)", 3, "['-c', 'more']"),
        ("raise SystemExit('No.')", 1, "No."),
        ("1 / 0", 1, "ZeroDivisionError: division by zero"),
        ("import atexit; atexit.register(print, 'the end')", 0, "the end"),
    ],
)
def test_it_ends_as_python_ends(nursery, tmp_path, code, exit_code, told):
    child = nursery.start([sys.executable, "-c", code, "more"], log=tmp_path / "log")

    assert child.wait(60) == exit_code
    assert told in child.log_tail()


def test_a_command_of_ours_runs(nursery, tmp_path):
    child = nursery.start([sys.executable, "manage.py", "--version"], log=tmp_path / "log")

    assert child.wait(60) == 0
    assert child.log_tail().startswith("Tieout ")


def test_a_kill_is_a_kill(nursery, tmp_path):
    child = nursery.start([sys.executable, "-c", SLEEP], log=tmp_path / "log")
    program = pid_in(child.log)

    assert children(child.pid) == [program]
    assert child.exit_code is None
    child.kill()

    assert child.exit_code == 128 + signal.SIGKILL
    assert not is_alive(program)


def test_it_goes_with_its_starter(tmp_path):
    log = tmp_path / "log"
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(log)], cwd=ROOT)
    program = pid_in(log)

    starter.kill()
    starter.wait()

    assert wait_until(lambda: not is_alive(program), seconds=10)
