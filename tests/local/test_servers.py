"""Private servers start, serve, die with their starter, and start again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.local import programs, servers
from config.local.accounts import Account
from config.local.errors import LocalError
from config.local.processes import wait_until
from config.local.programs import Search

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
NOTHING_GIVEN: dict[str, str] = {}
# Starts servers in argv[1], says where they are, and stays until it is killed.
STARTER = """
import sys, time
from pathlib import Path
from config.local import programs, servers
running = servers.start(Path(sys.argv[1]), durable=False, environment={})
print(running.database_url, running.redis_url, flush=True)
time.sleep(60)
"""


@pytest.fixture
def directory() -> Iterator[Path]:
    """A folder with a short name: pytest's own are too long for a socket's address."""
    with tempfile.TemporaryDirectory(prefix="t-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def start(directory: Path, **options: bool) -> servers.Servers:
    return servers.start(directory, durable=False, environment=NOTHING_GIVEN, **options)


def answers(running: servers.Servers) -> bool:
    with psycopg.connect(running.database_url) as connection:
        counted = connection.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'").fetchone()
    with redis.Redis.from_url(running.redis_url) as client:
        return counted == (1,) and bool(client.ping())


def python_for(account: Account) -> str:
    """An interpreter that the account can reach, together with our files; the guard needs no more."""
    for name in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        if account.can_run(Path(name)) and account.can_reach(ROOT):
            return name
    pytest.skip("no Python here that a plain user could run")


def processes_of(directory: Path) -> list[str]:
    """Every process that names the directory on its command line; each server does."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_text(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if str(directory) in line and int(entry.parent.name) != os.getpid():
            found.append(line)
    return found


@pytest.mark.parametrize("source", ["machine", "wheels"])
def test_servers_start_from_either_source(directory, source):
    try:
        running = start(directory, machine=source == "machine", wheels=source == "wheels")
    except LocalError as error:
        pytest.skip(f"not on this machine: {str(error).splitlines()[0]}")

    with running:
        assert running.are_ours
        assert answers(running)

    assert processes_of(directory) == []


def test_servers_keep_their_data(directory):
    with start(directory) as running, psycopg.connect(running.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    with start(directory) as running, psycopg.connect(running.database_url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_second_start_uses_the_running_servers_and_leaves_them(directory):
    with start(directory) as first:
        with start(directory) as second:
            assert not second.are_ours
            assert second.environment == first.environment

        assert answers(first)


def test_nobody_else_may_open_the_folders(directory):
    with start(directory) as running:
        assert running.postgres is not None
        closed = [running.postgres.home, running.postgres.data, running.postgres.sockets]

        assert [oct(folder.stat().st_mode & 0o777) for folder in closed] == ["0o700"] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_kill_of_the_starter_leaves_nothing_and_the_next_start_works(directory):
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(directory)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    assert starter.stdout.readline().startswith("postgresql://")
    assert len(processes_of(directory)) > 2

    starter.kill()
    starter.wait()
    starter.stdout.close()

    with start(directory) as running:  # at once: it waits for those on their way out
        assert running.are_ours
        assert answers(running)
    assert wait_until(lambda: processes_of(directory) == [], seconds=10), processes_of(directory)


def test_kill_of_postgres_itself_does_not_stop_the_next_start(directory):
    running = start(directory)
    assert running.postgres is not None
    postmaster = int((running.postgres.data / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    running.stop()

    with start(directory) as again:
        assert answers(again)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to lend the servers to an account")
def test_root_lends_the_servers_where_the_account_cannot_go(directory):
    closed = directory / "closed"
    closed.mkdir(mode=0o700)

    with start(closed / "state") as running:
        assert running.postgres is not None
        assert not running.postgres.home.is_relative_to(directory)
        assert answers(running)

    assert oct(closed.stat().st_mode & 0o777) == "0o700"
    servers.places.forget(closed / "state")
    assert not running.postgres.home.exists()


def test_copied_programs_bring_their_libraries(directory):
    found = [
        *programs.postgres_programs(Search(), machine=False),
        *programs.redis_programs(Search(), machine=False),
    ]
    assert found, "the wheels of requirements/demo.txt are not installed"

    for program in found:
        copied = program.copied_to(directory).path

        assert copied.is_relative_to(directory)
        for name in {copied.name, *({"initdb"} if copied.name == "postgres" else set())}:
            answer = subprocess.run([copied.with_name(name), "--version"], capture_output=True, text=True)
            assert answer.returncode == 0, answer.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a plain user")
def test_servers_start_as_a_plain_user(directory, monkeypatch):
    monkeypatch.setattr(sys, "executable", python_for(Account("nobody", NOBODY, NOBODY)))
    os.chown(directory, NOBODY, NOBODY)
    child = os.fork()
    if child == 0:  # a fork, since the plain user may not be able to run this interpreter anew
        os._exit(_start_as(NOBODY, directory))
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert (directory / "servers" / "postgres").stat().st_uid == NOBODY


def _start_as(uid: int, directory: Path) -> int:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    os.chdir("/")
    try:
        with start(directory) as running:
            return 0 if answers(running) else 1
    except Exception as error:  # noqa: BLE001 - the edge of a process
        sys.stderr.write(f"{error}\n")
        return 1


def test_long_paths_get_a_short_socket_folder(directory):
    deep = directory / ("with space " + "x" * 90)

    with start(deep) as running:
        assert running.postgres is not None
        assert len(str(running.postgres.sockets)) < 75
        assert answers(running)


def test_given_addresses_are_used_and_nothing_is_started(directory):
    given = {"DATABASE_URL": "postgresql://u:p@db.example/x", "REDIS_URL": "redis://cache.example/3"}

    with servers.start(directory, environment=given) as running:
        assert running.environment == given
        assert not running.are_ours

    assert list(directory.iterdir()) == []


def test_each_address_is_given_for_itself(directory):
    given = {"DATABASE_URL": "postgresql://u:p@db.example/x"}

    with servers.start(directory, durable=False, environment=given) as running:
        assert running.database_url == given["DATABASE_URL"]
        assert running.postgres is None
        assert redis.Redis.from_url(running.redis_url).ping()
        assert running.broker_url.startswith("redis+socket:///")


def test_error_says_what_was_tried_and_what_helps(directory):
    with pytest.raises(LocalError) as caught:
        start(directory, machine=False, wheels=False)

    text = str(caught.value)
    assert "PostgreSQL 15 or newer" in text
    assert "apt-get install postgresql" in text
    assert "requirements/demo.txt" in text
    assert "DATABASE_URL=" in text
    assert processes_of(directory) == []
