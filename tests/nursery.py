"""A nursery: it has loaded Tieout once, and forks the programs that are asked for, each a real process.

Loading takes seconds of processor time, and whoever kills programs starts them again and again. What comes
from here runs as what `spawn` of config/local/processes.py starts: under a guard, in a session of its own,
gone with its starter. Nothing is open before the fork, no connection and no thread.
"""

from __future__ import annotations

import json
import math
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
LOG_TAIL = 2000
LINE = 32  # bytes; all that the nursery tells has this length, so that one read takes one line
PAUSE = 0.1


class Child:
    """One program from the nursery; to its starter the same as a `Tethered`."""

    def __init__(self, nursery: Nursery, pid: int, log: Path) -> None:
        self.nursery = nursery
        self.pid = pid  # the guard's
        self.log = log

    @property
    def exit_code(self) -> int | None:
        return self.nursery.exit_code(self.pid)

    def ask_to_stop(self) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGTERM)

    def stop(self) -> None:
        """Stop in good order and wait; the guard uses force when its grace is over. Safe to call twice."""
        self.ask_to_stop()
        self.wait()

    def kill(self) -> None:
        """End the program as a crash would, and wait."""
        for pid in children(self.pid) if self.exit_code is None else []:
            os.kill(pid, signal.SIGKILL)
        self.wait()

    def wait(self, seconds: float | None = None) -> int:
        """Wait for the end and give the exit code; raises TimeoutError."""
        end = math.inf if seconds is None else time.monotonic() + seconds
        while (code := self.exit_code) is None:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"The program still runs after {seconds} seconds: {self.log_tail()}")
            self.nursery.rest(min(left, PAUSE))
        return code

    def log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-LOG_TAIL:] if self.log.exists() else ""


class Nursery:
    """Programs that run with one environment. It is for one thread, and ends with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursing", str(os.getpid())],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._ended: dict[int, int] = {}

    def start(self, command: Sequence[str], *, log: Path, stop: str = "TERM", grace: float = 8.0) -> Child:
        """Start a command of Python, as `spawn` does: [sys.executable, "-m" or "-c" or a file, …]."""
        asked = {"arguments": [*command[1:]], "log": str(log), "stop": stop, "grace": grace}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        while (pid := self._hear()) is None:
            pass
        return Child(self, pid, log)

    def exit_code(self, pid: int) -> int | None:
        """Give what a guard ended with; None while it runs."""
        while pid not in self._ended and self.rest(0):
            self._hear()
        return self._ended.get(pid)

    def rest(self, seconds: float) -> bool:
        """Wait so long at most for news; tells whether there are any."""
        return bool(select.select([self._process.stdout], [], [], seconds)[0])

    def close(self) -> None:
        """End it; its programs go with it."""
        self._process.terminate()
        self._process.communicate()

    def _hear(self) -> int | None:
        """Take in one line: a start gives the guard's process id, an end is kept."""
        assert self._process.stdout is not None
        line = os.read(self._process.stdout.fileno(), LINE)
        if not line:
            raise EOFError(f"The nursery has ended with {self._process.wait()}; its standard error says why.")
        told, pid, *code = line.split()
        if told == b"started":
            return int(pid)
        self._ended[int(pid)] = int(code[0])
        return None

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def children(pid: int) -> list[int]:
    """Give the ids of a process's children."""
    if sys.platform != "linux":
        found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout
    else:
        try:
            found = "".join(each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/children"))
        except OSError:  # it has just gone
            found = ""
    return [int(each) for each in found.split()]
