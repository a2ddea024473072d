"""PostgreSQL and Valkey for the demo and the tests: those the environment names, else private ones.

    with servers.start(Path(".demo")) as running:
        os.environ |= running.environment

`DATABASE_URL` and `REDIS_URL`, each for itself, mean "use that server"; nothing is started for it. Otherwise
the machine's own programs run in `directory`, or those of the wheels in requirements/demo.txt. They listen on
unix sockets in closed folders, and end with the process that started them. A second start for the same
directory gives the running ones and leaves them alone when it stops.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from config.env import broker
from config.local import accounts, places
from config.local.errors import LocalError
from config.local.postgres import Postgres
from config.local.processes import wait_until
from config.local.valkey import Valkey

NEIGHBOUR_SECONDS = 30.0


class Servers:
    """Addresses of the servers, and the means to stop those that were started here."""

    def __init__(
        self,
        postgres: Postgres | None,
        valkey: Valkey | None,
        given: Mapping[str, str],
        lock: IO[str] | None = None,
    ) -> None:
        self.postgres = postgres
        self.valkey = valkey
        self.database_url = given.get("DATABASE_URL") or (postgres.url if postgres else "")
        self.redis_url = given.get("REDIS_URL") or (valkey.url if valkey else "")
        self._lock = lock

    @property
    def broker_url(self) -> str:
        """The Redis address as Celery spells it."""
        return broker(self.redis_url)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point Tieout's settings here."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}

    @property
    def are_ours(self) -> bool:
        """Tell whether stop() ends servers: not when they were given or run for someone else."""
        return self._lock is not None

    def stop(self) -> None:
        """Stop what was started here, both at once; safe to call twice."""
        started = [server for server in (self.postgres, self.valkey) if server is not None]
        for server in started:
            if server.process is not None:
                server.process.ask_to_stop()
        for server in started:
            server.stop()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    directory: Path | str,
    *,
    durable: bool = True,
    machine: bool = True,
    wheels: bool = True,
    environment: Mapping[str, str] | None = None,
) -> Servers:
    """Give running servers for a directory; `durable=False` trades safety on power loss for speed.

    `machine` and `wheels` say which programs may be used. Call it from the main thread: the servers end
    with the thread that started them. Raises LocalError with what was tried and what to install.
    """
    given = os.environ if environment is None else environment
    needs_postgres, needs_valkey = not given.get("DATABASE_URL"), not given.get("REDIS_URL")
    if not (needs_postgres or needs_valkey):
        return Servers(None, None, given)
    directory = Path(directory).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    account = accounts.choose()
    home = places.home(directory, account, durable=durable)
    sockets = places.sockets(directory, home, account)
    postgres = Postgres(home, sockets, account, durable, machine, wheels) if needs_postgres else None
    valkey = Valkey(home, sockets, account, durable, machine, wheels) if needs_valkey else None
    lock = _own(directory)
    servers = Servers(postgres, valkey, given, lock)
    if lock is None:
        _wait_for_neighbour(servers, directory)
    else:
        _start(servers)
    return servers


def are_free(directory: Path) -> bool:
    """Tell whether no process holds the servers of a directory."""
    lock = _own(directory)
    if lock is not None:
        lock.close()
    return lock is not None


def _own(directory: Path) -> IO[str] | None:
    """Take the directory's lock, which ends with our process; None when another process holds it."""
    lock = (directory / "servers.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _start(servers: Servers) -> None:
    try:
        if servers.postgres is not None:
            servers.postgres.start()
        if servers.valkey is not None:
            servers.valkey.start()
    except BaseException:
        servers.stop()
        raise


def _wait_for_neighbour(servers: Servers, directory: Path) -> None:
    wanted = [server for server in (servers.postgres, servers.valkey) if server is not None]
    if not wait_until(lambda: all(server.answers() for server in wanted), seconds=NEIGHBOUR_SECONDS):
        raise LocalError(
            f"Another process holds the servers of {directory}, but they do not answer. Stop it first."
        )
