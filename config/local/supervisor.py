"""Keep a handful of programs running: start them, start them again when they die, stop them in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.local.processes import Tethered, spawn

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # before the first, second … restart in a row
GRACE_SECONDS = 3.0  # force loses nothing: what a worker had in hand is found again by its lease
STEADY_SECONDS = 60.0  # who ran this long starts again from the first pause


@dataclass
class Child:
    """One program to keep running. `once` means that an end with exit code 0 is an end."""

    name: str
    command: Sequence[str]
    stop: str = "TERM"
    once: bool = False
    process: Tethered | None = None
    started_at: float = 0.0
    restarts: int = 0
    due_at: float | None = None


@dataclass
class Supervisor:
    """The programs, in the order of their start."""

    environment: Mapping[str, str]
    logs: Path
    folder: Path
    say: Callable[[str], None] = print
    children: list[Child] = field(default_factory=list)

    def start(self, child: Child) -> None:
        """Start a program and look after it from now on."""
        self.children.append(child)
        self._spawn(child)

    def look(self, now: float) -> None:
        """Start again what died, after a pause that grows with each death in a row."""
        for child in self.children:
            if child.due_at is not None:
                if now >= child.due_at:
                    self._spawn(child)
            elif child.process is not None and child.process.exit_code is not None:
                self._mourn(child, now)

    def stop(self) -> None:
        """Stop the programs, all at once; each has its grace before force is used."""
        running = [child.process for child in reversed(self.children) if child.process is not None]
        for process in running:
            process.ask_to_stop()
        for process in running:
            process.stop()
        self.children.clear()

    def _spawn(self, child: Child) -> None:
        child.due_at = None
        child.started_at = time.monotonic()
        child.process = spawn(
            child.command,
            log=self.logs / f"{child.name}.log",
            environment=self.environment,
            stop=child.stop,
            grace=GRACE_SECONDS,
            folder=self.folder,
        )

    def _mourn(self, child: Child, now: float) -> None:
        process = child.process
        child.process = None
        if process is None or (child.once and process.exit_code == 0):
            return
        if now - child.started_at > STEADY_SECONDS:
            child.restarts = 0
        pause = PAUSES[min(child.restarts, len(PAUSES) - 1)]
        child.restarts += 1
        child.due_at = now + pause
        self.say(
            f"{child.name} ended (exit code {process.exit_code}, see {process.log}); again in {pause:.0f} s"
        )
