"""Workers as they run in production: processes of their own on the test's database, which may be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from tests.nursery import Child, Nursery

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 20


def environment() -> dict[str, str]:
    """Give the variables that point a process at this test's database, Redis and sandbox."""
    here = connection.settings_dict
    query = {"host": here["HOST"], "user": here["USER"], "port": here["PORT"]}
    told = urlencode({name: value for name, value in query.items() if value}, quote_via=quote)
    bc = {
        name: str(value)
        for name in dir(settings)
        if name.startswith("BC_") and (value := getattr(settings, name))
    }
    return {
        **os.environ,
        **bc,
        "TIEOUT_MODE": "test",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"postgresql:///{here['NAME']}?{told}",
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_PREFIX": settings.REDIS_PREFIX,
        "OUTBOX_PACE": str(settings.OUTBOX_PACE),
        "OUTBOX_HANDS": str(settings.OUTBOX_HANDS),
        "OUTBOX_LEASE_SECONDS": str(settings.OUTBOX_LEASE_SECONDS),
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def drain(count: int, log: Path, *, hands: int = 1) -> Iterator[list[Child]]:
    """Run workers that empty the outbox and end by themselves; whatever happens, none is left behind."""
    running = [start(log, hands=hands) for _ in range(count)]
    try:
        yield running
    finally:
        for child in running:
            child.kill()


def start(log: Path, *, hands: int = 1) -> Child:
    """Start one worker."""
    return _nursery().start([sys.executable, *_drain(hands)], log=log)


@contextmanager
def drain_afresh(log: Path, *, hands: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run one that loads the program itself, for whoever counts its processor time."""
    process = start_afresh(log, *_drain(hands))
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def start_afresh(log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start Python with these arguments."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def _drain(hands: int) -> list[str]:
    return ["manage.py", "drain", "--until-idle", "--hands", str(hands)]


def _nursery() -> Nursery:
    """Give the nursery for what the settings are now; the next test is content with the same, mostly."""
    wanted = {name: value for name, value in environment().items() if name != "PYTEST_CURRENT_TEST"}
    for nursery in [each for each in _nurseries if each.environment != wanted]:
        _nurseries.remove(nursery)
        nursery.close()
    if not _nurseries:
        _nurseries.append(Nursery(wanted))
    return _nurseries[0]


_nurseries: list[Nursery] = []
