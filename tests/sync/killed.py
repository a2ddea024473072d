"""Pulls in processes of their own, each of which may be killed at any moment.

One process loads the program once and forks for each pull, since loading takes longer than pulling.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from types import TracebackType
from typing import IO

from tests import workers

FORK = """
import os, sys
import django
django.setup()
from integration import sync
from integration.sync import masters
masters.PAGE_SIZE = {page_size}
for entity in sys.stdin:
    child = os.fork()
    if not child:
        os.close(1)
        sync.pull_entity(entity.strip(), full=True)
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print("killed" if os.WIFSIGNALED(status) else "ended", flush=True)
"""


class Pull:
    """One pull under way."""

    def __init__(self, pid: int, told: IO[bytes]) -> None:
        self.pid = pid
        self.told = told
        self._end = b""

    def ends_within(self, seconds: float) -> bool:
        """Wait so long at most; tells whether it has ended by then."""
        if not self._end and select.select([self.told], [], [], seconds)[0]:
            self._end = self.told.readline()
        return bool(self._end)

    def kill(self) -> bool:
        """End it without a word; returns whether it was still under way."""
        if not self.ends_within(0):
            os.kill(self.pid, signal.SIGKILL)
        assert self.ends_within(60), "the pull is still there"
        return self._end.strip() == b"killed"


class Nursery:
    """Where pulls come from."""

    def __init__(self, *, page_size: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", FORK.format(page_size=page_size)],
            cwd=workers.ROOT,
            env=workers.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )

    def pull(self, entity: str) -> Pull:
        """Begin a full pull; one at a time."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{entity}\n".encode())
        return Pull(int(self._process.stdout.readline()), self._process.stdout)

    def __enter__(self) -> Nursery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
