"""A short soak, to its end and ended early: what `make soak` does for hours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.local.processes import wait_until
from tests.soak.judging import GOOD, STOPPED
from tests.workers import ROOT

SECONDS = 600  # for what takes a minute


@contextmanager
def begun(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Start it as a program of its own, with a latency that a laden machine keeps; it ends with the block."""
    told = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    slow = ("--seconds-median", "120", "--seconds-p95", "240")
    soak = subprocess.Popen(
        [sys.executable, "-m", "tests.soak", "--to", str(folder), "--every", "1", *slow, *options],
        cwd=ROOT,
        env=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield soak
    finally:
        soak.kill()  # what it started ends with it; nothing is left to do where it ended in time
        soak.communicate()


def test_it_ends_with_a_verdict_on_each_figure(tmp_path: Path) -> None:
    with begun(tmp_path, "--hours", "0.01", "--a-second", "1", "--faults", "0.05") as soak:
        said, _ = soak.communicate(timeout=SECONDS)

    told = json.loads((tmp_path / "soak-1.json").read_text())
    assert soak.returncode == GOOD, said
    assert said.splitlines()[-1] == told["verdict"]
    assert told["verdict"].startswith("Good: no document lost or twice")
    assert (told["lost"], told["duplicates"], told["documents"]) == (0, 0, 36)
    assert {check["name"] for check in told["checks"]} > {
        "seconds_median",
        "seconds_p95",
        "backlog, documents an hour",
        *(f"memory of {name}, MB an hour" for name in told["memory_mb"]),
    }
    assert all(held > 0 for held in told["memory_mb"].values())


def test_one_that_is_ended_early_tells_what_it_saw(tmp_path: Path) -> None:
    looks = tmp_path / "soak-1.jsonl"

    with begun(tmp_path, "--hours", "2") as soak:
        has_looked = wait_until(lambda: looks.exists() or soak.poll() is not None, seconds=SECONDS)
        soak.send_signal(signal.SIGTERM)
        said, _ = soak.communicate(timeout=SECONDS)

    assert has_looked
    assert soak.returncode == STOPPED, said
    assert said.splitlines()[-1].startswith("Stopped before its end: nothing wrong so far")
    assert json.loads((tmp_path / "soak-1.json").read_text())["samples"] >= 1
