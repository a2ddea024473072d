"""A Tieout of its own for a program that is no test: private servers, an empty database, a BC sandbox."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import django

from config.local import business_central, servers
from integration.sandbox import launch
from tests import template

PREFIX = "tieout-test-"  # the next test run sweeps up what a killed run left behind


@contextmanager
def prepare(**variables: str) -> Iterator[launch.Running]:
    """Start everything, set Django up with these variables, give the sandbox; leave nothing behind."""
    with _place(variables, durable=False) as (sandbox, _running):
        yield sandbox


@contextmanager
def prepare_durably(**variables: str) -> Iterator[tuple[launch.Running, servers.Servers]]:
    """The same with servers that lose nothing when they are killed, which the caller may do."""
    with _place(variables, durable=True) as place:
        yield place


@contextmanager
def _place(
    variables: Mapping[str, str], *, durable: bool
) -> Iterator[tuple[launch.Running, servers.Servers]]:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)  # the account that root lends the servers to has to pass
    try:
        has_schema = template.lay_for_run(folder, PREFIX, durable=durable)
        with servers.start(folder, durable=durable) as running, launch.start(folder / "sandbox") as sandbox:
            os.environ |= {"TIEOUT_MODE": "test", "DJANGO_SETTINGS_MODULE": "config.settings"}
            os.environ |= running.environment | business_central.environment(sandbox.connection)
            os.environ |= {"REDIS_PREFIX": folder.name, "LOG_LEVEL": "CRITICAL", **variables}
            django.setup()
            with _database(has_schema=has_schema):
                yield sandbox, running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(*, has_schema: bool) -> Iterator[None]:
    """Work in a database made for this run, also on a server that was given."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=has_schema)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
