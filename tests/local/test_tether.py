"""A tethered program may not outlive its starter, nor leave children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.local.processes import is_alive, spawn, wait_until

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
# Ignores TERM, has a child that ignores it too, and tells both process ids.
STUBBORN = (
    "trap '' TERM; (trap '' TERM; echo $$ > child; sleep 60) & echo $$ > parent; while :; do sleep 1; done"
)
STARTER = """
import sys, time
from pathlib import Path
from config.local.processes import spawn
folder = Path(sys.argv[1])
spawn(["sh", "-c", sys.argv[2]], log=folder / "log", environment={"PATH": "/usr/bin:/bin"}, folder=folder)
time.sleep(60)
"""


def pid_in(file: Path) -> int:
    assert wait_until(lambda: file.exists() and file.read_text().strip() != "", seconds=10)
    return int(file.read_text())


@pytest.mark.parametrize("code", [0, 3])
def test_exit_code_comes_through(tmp_path, code):
    tethered = spawn(["sh", "-c", f"exit {code}"], log=tmp_path / "log", environment=ENVIRONMENT)

    assert tethered.process.wait(10) == code


def test_unknown_program_says_so_in_the_log(tmp_path):
    tethered = spawn(["/no/such/program"], log=tmp_path / "log", environment=ENVIRONMENT)

    assert tethered.process.wait(10) == 127
    assert "Cannot run /no/such/program" in tethered.log_tail()


def test_stop_uses_force_after_the_grace_and_takes_the_group(tmp_path):
    tethered = spawn(
        ["sh", "-c", STUBBORN], log=tmp_path / "log", environment=ENVIRONMENT, grace=0.2, folder=tmp_path
    )
    pids = [pid_in(tmp_path / "parent"), pid_in(tmp_path / "child")]

    tethered.stop()

    assert wait_until(lambda: not any(map(is_alive, pids)), seconds=5)


@pytest.mark.parametrize("victim", ["starter", "guard"])
def test_kill_leaves_no_program(tmp_path, victim):
    tell = "echo $$ > parent; echo $PPID > guard; exec sleep 60"
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path), tell], cwd=ROOT)
    program, guard = pid_in(tmp_path / "parent"), pid_in(tmp_path / "guard")

    if victim == "starter":
        starter.kill()
    else:
        os.kill(guard, signal.SIGKILL)

    assert wait_until(lambda: not is_alive(program), seconds=5)
    starter.kill()
    starter.wait()
