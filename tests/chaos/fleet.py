"""The programs of Tieout as they run in production, and the bad wire: started, killed, started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.nursery import Child, Nursery, children
from tests.workers import ROOT

WORKER, HOUSEKEEPING, WEB, BEAT = "worker", "housekeeping", "web", "beat"


@dataclass
class Program:
    """One program; `restarts` counts how often it had to be started again."""

    name: str
    command: list[str]
    stop: str = "TERM"
    process: Child | None = None
    restarts: int = -1


@dataclass
class Fleet:
    """Web, workers, clock; whoever ends is started again when `tend` looks."""

    environment: dict[str, str]
    logs: Path
    port: int
    hands: int
    application: str = "config"
    programs: dict[str, Program] = field(default_factory=dict)
    nurseries: list[Nursery] = field(default_factory=list)
    """For the web server, which has settings of its own, and for all others."""

    @property
    def events(self) -> str:
        """The address that the CAFM sends events to."""
        return f"http://127.0.0.1:{self.port}/api/v1/events"

    def start(self) -> None:
        """Start all programs."""
        self.nurseries = [Nursery(self.environment | more) for more in ({"TIEOUT_PROCESS": "web"}, {})]
        for program in self._commands():
            self.programs[program.name] = program
        self.tend()

    def tend(self) -> None:
        """Start again what has ended."""
        for program in self.programs.values():
            if program.process is None or program.process.exit_code is not None:
                program.restarts += 1
                program.process = self.nurseries[program.name != WEB].start(
                    program.command, log=self.logs / f"{program.name}.log", stop=program.stop, grace=3.0
                )

    def stop(self) -> None:
        """Stop all programs."""
        running = [program.process for program in self.programs.values() if program.process is not None]
        for process in running:
            process.ask_to_stop()
        for process in running:
            process.stop()
        for nursery in self.nurseries:
            nursery.close()

    def pid(self, name: str) -> int | None:
        """Give the process id of a program; None while it is down."""
        process = self.programs[name].process
        return next(iter(children(process.pid)), None) if process is not None else None

    def children(self, name: str) -> list[int]:
        """Give the process ids of a program's children: of a worker's pool, of the web server's workers."""
        pid = self.pid(name)
        return children(pid) if pid is not None else []

    def _commands(self) -> Iterator[Program]:
        bind = ["--bind", f"127.0.0.1:{self.port}", "--no-control-socket"]
        web = ["-m", "gunicorn", "config.wsgi", *bind, "--workers", "1", "--threads", "4"]
        yield Program(WEB, [sys.executable, *web])
        celery = [sys.executable, "-m", "celery", "-A", self.application]
        for name, queue, pool in ((WORKER, "realtime", self.hands), (HOUSEKEEPING, "housekeeping", 1)):
            options = ["--concurrency", str(pool), "--hostname", f"{name}@chaos", "--loglevel", "WARNING"]
            yield Program(name, [*celery, "worker", "--queues", queue, *options], stop="QUIT")
        yield Program(BEAT, [*celery, "beat", "--pidfile=", "--loglevel", "WARNING"])


def send(pid: int, number: signal.Signals) -> bool:
    """Send a signal; False when the process is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def bad_wire(port: int, *, rate: float, seed: int) -> Iterator[tuple[int, dict[str, int]]]:
    """Run the proxy before a port; gives its own port, and after the end what it did. It ends with us."""
    options = ["--to", str(port), "--rate", str(rate), "--seed", str(seed), "--parent", str(os.getpid())]
    command = [sys.executable, "-m", "tests.chaos.proxy", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    seen: dict[str, int] = {}
    try:
        yield int(process.stdout.readline()), seen
    finally:
        process.terminate()
        told, _ = process.communicate()
        seen.update(json.loads(told or "{}"))
