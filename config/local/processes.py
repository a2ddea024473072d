"""Start programs that die with us, and end them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from config.local.accounts import Account

TETHER = Path(__file__).with_name("tether.py")
LOG_TAIL = 2000


class Tethered:
    """One program under a guard: it ends when we stop it, and when we are gone."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def pid(self) -> int:
        """The guard's process id."""
        return self.process.pid

    @property
    def exit_code(self) -> int | None:
        return self.process.poll()

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Stop in good order and wait; the guard uses force when its grace is over. Safe to call twice."""
        self.ask_to_stop()
        self.process.wait()

    def log_tail(self) -> str:
        try:
            return self.log.read_text(errors="replace")[-LOG_TAIL:]
        except OSError:
            return ""


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    account: Account | None = None,
    stop: str = "TERM",
    grace: float = 8.0,
    folder: Path | str = "/",
) -> Tethered:
    """Start a program under a guard; `stop` is the signal that ends it in good order.

    Call it from a thread that lives as long as the program should (see tether.py).
    """
    guard = [sys.executable, "-E", "-S", str(TETHER), "--parent", str(os.getpid())]
    guard += ["--stop", stop, "--grace", str(grace)]
    if account is not None and not account.is_us:
        guard += ["--uid", str(account.uid), "--gid", str(account.gid)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*guard, "--", *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,  # Ctrl-C in the terminal is for the starter, which then stops us in order
        )
    return Tethered(process, log)


def wait_until(check: Callable[[], bool], *, seconds: float, pause: float = 0.02) -> bool:
    """Ask again and again; tells whether the answer was yes in time."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def is_alive(pid: int) -> bool:
    """Tell whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def belongs_to(pid: int, folder: Path) -> bool:
    """Tell whether a process names a folder on its command line: a stale number may be anybody's."""
    return str(folder) in _command_line(pid)


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        pass
    if Path("/proc/self").exists():
        return ""
    answer = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return answer.stdout
