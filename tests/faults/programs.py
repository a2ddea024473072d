"""Programs of Tieout that a test may hurt: the web server, workers, a broker."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from config import env
from config.celery import app
from config.local import servers
from config.local.processes import Tethered, spawn, wait_until
from config.local.valkey import Valkey
from integration.cafm import auth
from integration.tasks import deliver_outbox
from masterdata.models import Company
from tests import workers
from tests.nursery import children
from tests.ports import free_port

SECONDS = 120.0  # for what takes a few
SOURCE = "/cafm/faults"


@dataclass
class Broker:
    """A Redis that may be frozen and killed."""

    valkey: Valkey

    @property
    def url(self) -> str:
        return self.valkey.url

    def freeze(self) -> None:
        """Let it take connections and answer nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a crash would."""
        assert self.valkey.process is not None
        self._send(signal.SIGKILL)
        self.valkey.process.process.wait()

    def start(self) -> None:
        self.valkey.start()

    def _send(self, number: signal.Signals) -> None:
        assert self.valkey.process is not None
        for pid in children(self.valkey.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


@contextmanager
def private_broker(folder: Path) -> Iterator[Broker]:
    """Run a Redis beside the PostgreSQL that the tests share."""
    told = {"DATABASE_URL": os.environ["DATABASE_URL"]}
    with servers.start(folder / "broker", environment=told) as running:
        assert running.valkey is not None
        yield Broker(running.valkey)


def call(broker: Broker) -> None:
    """Call the workers, as the clock does every five seconds."""
    with app.connection_for_write(url=env.broker(broker.url)) as connection:
        deliver_outbox.apply_async(connection=connection, retry=False)


@dataclass
class Web:
    """A web server with one process behind it."""

    url: str
    secret: str
    process: Tethered

    def send(self, event: Mapping[str, Any]) -> requests.Response:
        """Send an event; raises requests.ConnectionError when the server dies over it."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        with requests.Session() as session:
            session.trust_env = False
            return session.post(f"{self.url}/api/v1/events", json=event, headers=headers, timeout=SECONDS)

    def kill(self) -> None:
        """Kill the process that serves; the server starts another one."""
        (master,) = children(self.process.pid)
        for pid in children(master):
            os.kill(pid, signal.SIGKILL)

    def answers(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/healthz", timeout=5).status_code == requests.codes.ok
        return False


@contextmanager
def served(company: Company, folder: Path, *, root: Path = workers.ROOT, **variables: str) -> Iterator[Web]:
    """Run the web server for a company, of the code at `root`."""
    port = free_port()
    _key, secret = auth.issue(company, "CAFM", ["events"], [SOURCE])
    bind = ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--workers", "1", "--threads", "4"]
    process = spawn(
        [sys.executable, "-m", "gunicorn", "config.wsgi", *bind],
        log=folder / "web.log",
        environment=workers.environment() | variables,
        folder=root,
        grace=1.0,
    )
    running = Web(f"http://127.0.0.1:{port}", secret, process)
    try:
        assert wait_until(running.answers, seconds=SECONDS), process.log_tail()
        yield running
    finally:
        process.stop()


@contextmanager
def celery(folder: Path, *, processes: int = 1, root: Path = workers.ROOT) -> Iterator[Tethered]:
    """Run a worker of deliveries as production does."""
    name = f"worker-{len(list(folder.glob('worker-*.log'))) + 1}"
    queues = ["--queues", "realtime", "--concurrency", str(processes), "--hostname", f"{name}@test"]
    process = spawn(
        [sys.executable, "-m", "celery", "-A", "config", "worker", *queues],
        log=folder / f"{name}.log",
        environment=workers.environment(),
        folder=root,
        stop="QUIT",
        grace=30.0,
    )
    try:
        yield process
    finally:
        process.stop()


def order(number: str) -> dict[str, Any]:
    """Tell an approved order of ten filters."""
    line = {"line": 1, "kind": "item", "item": "FILTER", "description": "Air filter"}
    data = {
        "number": number,
        "vendor": "V1",
        "currency": "EUR",
        "order_date": "2026-11-02",
        "location": "MAIN",
        "approved_by": "head of maintenance",
        "lines": [line | {"quantity": "10", "unit": "PCS", "unit_price": "12.5"}],
    }
    told = {"specversion": "1.0", "id": f"order/{number}", "source": SOURCE}
    return told | {"type": "purchase_order.approved.v1", "data": data}
