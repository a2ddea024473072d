"""The process behind tests/nursery.py: it loads Tieout, then forks a program for each line that it reads."""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import sys
import threading
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from config.local import tether
from tests.nursery import LINE

PROGRAMS = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.worker.consumer",
    "config.urls",
    "django_celery_beat.schedulers",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "kombu.transport.redis",
)
OURS = ("integration", "masterdata", "reconciliation")
NOT_LOADED = ("demo", "migrations", "sandbox")


@dataclass
class Born(BaseException):
    """Leads a new process out of all that the nursery was at, to be its program."""

    arguments: list[str]


def main() -> None:
    """Load everything, then fork what is asked for until the standard input ends."""
    tether.follow(int(sys.argv[1]), signal.SIGTERM)
    load()
    try:
        serve()
    except Born as born:
        become(born.arguments)


def load() -> None:
    """Import all that the programs import sooner or later, and see that nothing is open after it."""
    import django

    django.setup()
    for name in PROGRAMS:
        importlib.import_module(name)
    for name in OURS:
        _load_package(name)
    from django.db import connection

    assert connection.connection is None, "loading has opened the database"
    assert threading.active_count() == 1, "loading has started a thread"
    gc.collect()
    gc.freeze()  # what is loaded stays in memory that all of them share


def serve() -> None:
    """Fork for each line of the standard input, and tell of every end."""
    hear, call = os.pipe()
    os.set_blocking(call, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(call)
    while True:
        ready, _, _ = select.select([0, hear], [], [])
        if hear in ready:
            os.read(hear, LINE)
            _tell_the_ended()
        if 0 in ready:
            line = _line()
            if not line:
                return
            _tell("started", _fork(json.loads(line)))


def become(arguments: list[str]) -> None:
    """Run what Python would run when it were started with these arguments."""
    first, *rest = arguments
    if first == "-m":
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv = ["-c", *rest[1:]]
        exec(rest[0], {"__name__": "__main__"})
    else:
        sys.argv = arguments
        runpy.run_path(first, run_name="__main__")


def _load_package(name: str) -> None:
    package = importlib.import_module(name)
    for found in pkgutil.iter_modules(package.__path__, f"{name}."):
        if found.name.rpartition(".")[2] in NOT_LOADED:
            continue
        if found.ispkg:
            _load_package(found.name)
        else:
            importlib.import_module(found.name)


def _fork(asked: dict[str, Any]) -> int:
    """Fork a guard; from the program that the guard forks nothing comes back but Born."""
    nursery = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    _leave(asked["log"])
    stop = signal.Signals[f"SIG{asked['stop']}"]
    program = partial(_be_born, asked["arguments"], stop)
    os._exit(tether.keep(program, parent=nursery, stop=stop, grace=asked["grace"]))


def _be_born(arguments: list[str], stop: signal.Signals) -> NoReturn:
    guard = os.getppid()
    os.setpgid(0, 0)
    tether.follow(guard, stop)
    raise Born(arguments)


def _leave(log: str) -> None:
    """Give up the nursery's signals, session and talk; the log is the output from now on."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for source, stream in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, stream)
    os.closerange(3, max(nothing, output) + 1)  # those two, and the pipe of `serve`


def _tell_the_ended() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _tell("ended", pid, os.waitstatus_to_exitcode(status))


def _tell(*words: object) -> None:
    os.write(1, " ".join(map(str, words)).encode().ljust(LINE))


def _line() -> bytes:
    """Read a line and not a byte more: `select` does not see what Python keeps."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return b""
        line += byte
    return line


if __name__ == "__main__":
    main()
