"""dlt, the usual tool for such loads: installed in an environment of its own, and run as a process."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from django.db import connection

from . import page_server

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".bench" / "dlt"
PYTHON = VENV / "bin" / "python"
LOCKED = ROOT / "requirements" / "bench.txt"
STRATEGIES = ("upsert", "delete-insert")


class NotThere(Exception):  # noqa: N818 - the benchmark goes on without
    """dlt is not installed; the message says why."""


def install() -> None:
    """Put the locked dlt into an environment of its own; raises NotThere."""
    stamp = VENV / "installed.txt"
    if stamp.exists() and stamp.read_bytes() == LOCKED.read_bytes():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    uv = [sys.executable, "-m", "uv"]
    wheels = ["--require-hashes", "--only-binary", ":all:"]
    for command in (
        [*uv, "venv", "--quiet", "--python", sys.executable, str(VENV)],
        [*uv, "pip", "install", "--quiet", *wheels, "--python", str(PYTHON), "-r", str(LOCKED)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotThere(f"dlt could not be installed: {done.stderr.strip()[-300:]}")
    stamp.write_bytes(LOCKED.read_bytes())


class Dlt:
    """A dlt pipeline that merges by id, with csv files, which PostgreSQL copies."""

    def __init__(self, process: subprocess.Popen[str], root: str, strategy: str) -> None:
        self.process = process
        self.root = root
        self.strategy = strategy
        self.dataset = f"dlt_{strategy.replace('-', '_')}"

    def empty(self) -> None:
        """Forget what it loaded; it finds out by itself."""
        self.drop()

    def drop(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {self.dataset} CASCADE")
            cursor.execute(f"DROP SCHEMA IF EXISTS {self.dataset}_staging CASCADE")

    def pull(self, version: str) -> float:
        """Pull, and return the seconds without the start of the process."""
        base_url = page_server.base_url(self.root, version)
        told = {"base_url": base_url, "dataset": self.dataset, "strategy": self.strategy}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        return float(_answer(self.process)["seconds"])

    def rows(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self.dataset}.items")
            return int(cursor.fetchone()[0])


@contextmanager
def start(root: str, ca_bundle: str, folder: Path) -> Iterator[list[Dlt]]:
    """Run dlt beside us; raises NotThere when it is not installed."""
    if not PYTHON.exists():
        raise NotThere("dlt is not installed. make bench installs it, from the package registry.")
    command = [str(PYTHON), str(Path(__file__).with_name("dlt_worker.py")), _credentials(), str(folder)]
    environment = {"REQUESTS_CA_BUNDLE": ca_bundle, "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            _answer(process)
            yield [Dlt(process, root, strategy) for strategy in STRATEGIES]
        finally:
            process.terminate()


def _answer(process: subprocess.Popen[str]) -> dict[str, float]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise NotThere("dlt stopped; its words stand above.")
    answer: dict[str, float] = json.loads(line)
    return answer


def _credentials() -> str:
    """Write the test database's address as dlt wants it: with a host and a password, needed or not."""
    here = connection.settings_dict
    query = {"host": here["HOST"], "port": here["PORT"]}
    told = urlencode({name: value for name, value in query.items() if value}, quote_via=quote)
    account = f"{quote(here['USER'])}:{quote(here['PASSWORD'] or 'none')}"
    return f"postgresql://{account}@localhost/{here['NAME']}?{told}"
