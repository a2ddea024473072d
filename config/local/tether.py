"""Run one program that may not outlive its starter: `tether.py --parent PID [--stop INT] -- program …`.

A small guard between the two. When the starter goes away, by kill -9 even, the guard stops the program in
good order, then by force, and the whole process group with it. It needs nothing but the standard library
and is run by path, so that it starts in a few milliseconds.

On Linux the kernel tells the guard (PR_SET_PDEATHSIG); elsewhere it looks twice a second. The kernel's signal
comes when the *thread* that started the guard ends: start from a thread that lives as long as the program.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 0.5


def main() -> int:
    """Run the program and give its exit code; a signal N gives 128 + N, as in a shell."""
    options = _options()
    return keep(
        lambda: _become(options), parent=options.parent, stop=_signal(options.stop), grace=options.grace
    )


def keep(become: Callable[[], NoReturn], *, parent: int, stop: signal.Signals, grace: float) -> int:
    """Guard a child that becomes the program, until it ends; gives its exit code."""
    follow(parent, signal.SIGTERM)
    child = os.fork()
    if child == 0:
        become()
    guard = Guard(child, parent, stop, grace)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, guard.stop)
    if sys.platform != "linux":
        signal.signal(signal.SIGALRM, guard.look)
        signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)
    guard.look()
    return guard.wait()


class Guard:
    """Waits for one program and stops it when told, or when the starter is gone."""

    def __init__(self, child: int, parent: int, stop: signal.Signals, grace: float) -> None:
        self.child = child
        self.parent = parent
        self.signal = stop
        self.grace = grace

    def wait(self) -> int:
        _, status = os.waitpid(self.child, 0)
        self._end_group()  # what the program left behind goes with it
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else 128 - code

    def look(self, *_: Any) -> None:
        if os.getppid() != self.parent:
            self.stop()

    def stop(self, *_: Any) -> None:
        """Stop the program in good order; after the grace by force. Does not come back."""
        _quietly(os.kill, self.child, self.signal)
        deadline = time.monotonic() + self.grace
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.child, os.WNOHANG)
            if pid:
                self._end_group()
                code = os.waitstatus_to_exitcode(status)
                os._exit(code if code >= 0 else 128 - code)
            time.sleep(0.02)
        self._end_group()
        os._exit(128 + signal.SIGKILL)

    def _end_group(self) -> None:
        _quietly(os.killpg, self.child, signal.SIGKILL)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True, help="process id of the starter")
    parser.add_argument("--stop", default="TERM", help="the signal that stops the program in good order")
    parser.add_argument("--grace", type=float, default=8.0, help="seconds from that signal to SIGKILL")
    parser.add_argument("--uid", type=int, help="run the program as this user")
    parser.add_argument("--gid", type=int, help="run the program as this group")
    parser.add_argument("program", nargs="+")
    return parser.parse_args()


def _become(options: argparse.Namespace) -> NoReturn:
    """Turn the forked child into the program. The order matters: a change of user clears the death signal."""
    guard = os.getppid()
    os.setpgid(0, 0)
    try:
        if options.uid is not None:
            os.setgroups([])
            os.setgid(options.gid)
            os.setuid(options.uid)
        follow(guard, _signal(options.stop))
        os.execvp(options.program[0], options.program)  # noqa: S606
    except OSError as error:
        print(f"Cannot run {options.program[0]}: {error}", file=sys.stderr)
        os._exit(127)


def _signal(name: str) -> signal.Signals:
    return signal.Signals[f"SIG{name}"]


def follow(parent: int, number: signal.Signals) -> None:
    """Ask the kernel for a signal when the parent is gone; end at once if it is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number))
    if os.getppid() != parent:
        os._exit(128 + signal.SIGTERM)


def _quietly(call: Any, *arguments: Any) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        call(*arguments)


if __name__ == "__main__":
    sys.exit(main())
