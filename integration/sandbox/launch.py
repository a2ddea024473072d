"""Start, stop and restart a sandbox process from tests, the demo and other programs."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import urlsplit

from integration.sandbox.connection import CompanyName, Connection, from_json
from integration.sandbox.control_client import ControlClient

START_SECONDS = 30.0
STOP_SECONDS = 10.0
PROJECT_ROOT = Path(__file__).resolve().parents[2]
LOG_NAME = "sandbox.log"


class StartError(RuntimeError):
    """The sandbox process ended, or stayed silent, before it was ready."""


@dataclass
class Running:
    """One sandbox process and everything a client needs to reach it."""

    connection: Connection
    process: subprocess.Popen[str]
    data_dir: Path
    options: tuple[str, ...]

    base_url = property(lambda self: self.connection.base_url)
    app_url = property(lambda self: self.connection.app_url)
    authority = property(lambda self: self.connection.authority)
    tenant = property(lambda self: self.connection.tenant)
    client_id = property(lambda self: self.connection.client_id)
    client_secret = property(lambda self: self.connection.client_secret)
    ca_bundle = property(lambda self: self.connection.ca_bundle)
    control_url = property(lambda self: self.connection.control_url)
    control_token = property(lambda self: self.connection.control_token)

    @property
    def companies(self) -> tuple[CompanyName, ...]:
        return self.connection.companies

    @property
    def company_id(self) -> str:
        return self.connection.companies[0].id

    @property
    def port(self) -> int:
        return urlsplit(self.connection.control_url).port or 443

    @property
    def control(self) -> ControlClient:
        """Seed rows, set faults and read counts."""
        return ControlClient(
            url=self.connection.control_url,
            token=self.connection.control_token,
            ca_bundle=self.connection.ca_bundle,
        )

    def stop(self) -> None:
        """End the process in good order; safe to call twice."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        _close(self.process.stdout)

    def kill(self) -> None:
        """End the process as a crash would."""
        self.process.kill()
        self.process.wait()
        _close(self.process.stdout)

    def restart(self) -> None:
        """Start again on the same port and data; stops first if it still runs."""
        port = self.port
        self.stop()
        self.process = _spawn(_command(self.data_dir, port, self.options), self.data_dir)
        self.connection = _wait_until_ready(self.process, self.data_dir)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    data_dir: Path | str,
    *,
    port: int = 0,
    level: str = "app",
    version: str = "28.4",
    limits: bool = False,
    faults: Path | str | Sequence[dict[str, Any]] | None = None,
    company_id: str | None = None,
) -> Running:
    """Start a sandbox and return when it answers; `faults` is a file, or a list of rules to set at once.

    Raises StartError with the end of its log when it does not come up.
    """
    data_dir = Path(data_dir).resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    file = faults if isinstance(faults, (str, Path)) else None
    options = ("--level", level, "--bc-version", version, *(("--limits",) if limits else ()))
    options += ("--company-id", company_id) if company_id else ()
    once = () if file is None else ("--faults", str(file))
    process = _spawn(_command(data_dir, port, (*options, *once)), data_dir)
    running = Running(_wait_until_ready(process, data_dir), process, data_dir, options)
    if faults is not None and file is None:
        running.control.set_faults(list(faults))  # type: ignore[arg-type]
    return running


def _command(data_dir: Path, port: int, options: Sequence[str]) -> list[str]:
    command = [sys.executable, "-m", "integration.sandbox", "--data", str(data_dir), "--port", str(port)]
    return [*command, *options, "--parent-pid", str(os.getpid())]


def _spawn(command: list[str], data_dir: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    with (data_dir / LOG_NAME).open("a") as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
            cwd=PROJECT_ROOT,
            start_new_session=True,  # Ctrl-C in a terminal reaches the demo first, which stops us in order
        )


def _wait_until_ready(process: subprocess.Popen[str], data_dir: Path) -> Connection:
    line = _first_line(process.stdout, deadline=time.monotonic() + START_SECONDS)
    if not line:
        process.kill()
        process.wait()
        tail = (data_dir / LOG_NAME).read_text()[-2000:]
        raise StartError(
            f"The BC sandbox did not start (exit code {process.returncode}). Its log ends:\n{tail}"
        )
    return from_json(line)


def _first_line(stream: IO[str] | None, *, deadline: float) -> str:
    if stream is None:
        return ""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        ready = selector.select(max(0.0, deadline - time.monotonic()))
    return stream.readline() if ready else ""


def _close(stream: IO[str] | None) -> None:
    if stream is not None:
        stream.close()
