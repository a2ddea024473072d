"""What `make demo` and `manage.py` say when they are started wrongly: one sentence, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import django
import pytest

from config.local import reaching

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "PORT", "TIEOUT_MODE", "DJANGO_SETTINGS_MODULE")


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a clean environment with these variables."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return subprocess.run(
        [sys.executable, *command],
        env=inherited | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("port", ["abc", "70000", "-5", "0", "", "8_0", "²"])
def test_a_port_that_is_none_is_told_in_a_sentence(tmp_path: Path, port: str) -> None:
    answer = run("-m", "config.local.demo", "--folder", tmp_path, PORT=port)

    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr == (
        f"PORT is {port!r}. Use a number from 1 to 65535, such as make demo PORT=8123.\n"
    )


def test_a_negative_port_from_make_is_read_as_a_port(tmp_path: Path) -> None:
    answer = run("-m", "config.local.demo", "--folder", tmp_path, "--port", "-5")

    assert (answer.returncode, answer.stderr[:12]) == (2, "PORT is '-5'")


@pytest.mark.parametrize(
    ("name", "address", "said"),
    [
        (
            "DATABASE_URL",
            "postgresql://me:secret@127.0.0.1:1/b",
            "Using PostgreSQL at 127.0.0.1:1/b from DATABASE_URL; unset DATABASE_URL for a private one.\n",
        ),
        (
            "REDIS_URL",
            "redis://:secret@127.0.0.1:1/3",
            "Using Redis at 127.0.0.1:1/3 from REDIS_URL; unset REDIS_URL for a private one.\n",
        ),
    ],
)
def test_a_server_of_the_shell_is_named_and_missed_in_a_sentence(
    tmp_path: Path, name: str, address: str, said: str
) -> None:
    answer = run("-m", "config.local.demo", "--folder", tmp_path, PORT="8499", **{name: address})

    assert answer.returncode == 1
    assert answer.stdout == said
    assert answer.stderr.strip().startswith(f"{name} names a server that cannot be used: ")
    assert answer.stderr.strip().count("\n") == 0
    assert "secret" not in answer.stderr


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("postgresql://me:secret@db.example:5433/b", "db.example:5433/b"),
        ("postgresql:///b?host=/run/postgresql", "/run/postgresql/b"),
        ("unix:///run/redis.sock?db=2", "/run/redis.sock"),
        ("redis://[::1", "an address that cannot be read"),
    ],
)
def test_a_place_is_written_without_its_password(address: str, place: str) -> None:
    assert reaching.place(address) == place


def test_manage_without_an_environment_says_what_to_read_in() -> None:
    answer = run("manage.py", "showmigrations")

    assert answer.returncode == 2
    assert answer.stderr == (
        "DATABASE_URL is not set. While the demo runs: . .demo/env && .venv/bin/python manage.py … "
        "Else set it; see .env.example.\n"
    )


def test_manage_tells_which_tieout_it_is_without_any_environment() -> None:
    answer = run("manage.py", "--version")

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == f"Tieout {project['version']} (Django {django.get_version()})\n"


@pytest.mark.parametrize("command", ["check_contract", "probe_tenant", "set_up"])
def test_a_secret_that_cannot_be_read_is_told_in_a_sentence_and_to_programs(command: str) -> None:
    answer = run("manage.py", command, "--json", BC_CLIENT_SECRET_FILE="/nowhere/secret")

    sentence = "BC_CLIENT_SECRET_FILE names /nowhere/secret, which cannot be read: No such file or directory."
    assert answer.returncode == 2
    assert answer.stderr.strip() == sentence
    assert json.loads(answer.stdout) == {"ok": False, "error": sentence}


@pytest.mark.django_db
def test_a_database_without_tables_is_told_in_a_sentence() -> None:
    empty = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    answer = run("manage.py", "create_api_key", "--json", "--source", "/x", "key", DATABASE_URL=empty)

    sentence = "The database lacks tables of this version. Run manage.py migrate, then try again."
    assert (answer.returncode, answer.stderr.strip()) == (2, sentence)
    assert json.loads(answer.stdout) == {"ok": False, "error": sentence}
