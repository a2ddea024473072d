"""Private servers for the whole run, a BC sandbox for each process of it, and the reference data.

The process that starts the run starts PostgreSQL and Valkey once, before Django reads its settings, with a
copy of the schema that is kept between runs; its xdist workers find them in the environment. Each has a test
database, a Redis database and a key prefix of its own. With DATABASE_URL or REDIS_URL set, those servers are
used.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

from config.local import servers

from . import emptying, template

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
WORKERS = 8
# They start programs that fill the machine, or share what they begin with; none leaves the tables empty.
WHOLE_FILES = {"tests/local/test_demo.py", "tests/desk/test_paging.py", "tests/demo/test_load.py"}
PREFIX = "tieout-test-"
LEFT_OVER_SECONDS = 600
RUNNING = pytest.StashKey[tuple[servers.Servers, Path]]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Prepare the environment, then read the settings."""
    os.environ["TIEOUT_MODE"] = "test"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        _divide(int(worker.removeprefix("gw")))
    elif not (config.option.collectonly or config.option.help):
        _start(config)
    else:
        os.environ.setdefault("DATABASE_URL", "postgresql:///none?host=/nowhere")
        os.environ.setdefault("REDIS_URL", "unix:///nowhere?db=0")
    settings.DATABASES  # noqa: B018 - pytest-django, which comes next, starts Django only when settings were read


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the workers, which start now, come here before Django reads its settings."""
    if session.config.getoption("dist", "no") != "no":
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    started = config.stash.get(RUNNING, None)
    if started is not None:
        running, folder = started
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def pytest_xdist_auto_num_workers() -> int:
    """Three workers for two cores, since a test often waits for a browser or another program.

    Not more than the servers have connections for.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(max(3, cores * 3 // 2), WORKERS)


class WholeFiles(LoadScopeScheduling):
    """Hand out single tests, but these files as a whole, and first.

    The marker `xdist_group` of xdist 3.8 does nothing under pytest 9.2, which makes a test's id itself.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in WHOLE_FILES else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles | None:
    return WholeFiles(config, log) if config.getvalue("dist") == "loadgroup" else None


def _start(config: pytest.Config) -> None:
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)  # the account that root lends the servers to has to pass
    has_schema = template.lay_for_run(folder, PREFIX)
    running = servers.start(folder, durable=False)
    config.stash[RUNNING] = running, folder
    if has_schema:
        os.environ["TIEOUT_TEST_SCHEMA"] = "kept"
        template.copy_for(len(config.option.tx), running.database_url)
    if not os.environ.get("REDIS_URL"):
        os.environ["TIEOUT_TEST_REDIS"] = running.redis_url.partition("?")[0]
    os.environ.update(running.environment)
    os.environ["REDIS_PREFIX"] = "tieout-test"


def _divide(number: int) -> None:
    """Give one worker its Redis database; on a server that is not ours only the prefix divides."""
    os.environ["REDIS_PREFIX"] = f"tieout-test-{number}"
    if address := os.environ.get("TIEOUT_TEST_REDIS"):
        os.environ["REDIS_URL"] = f"{address}?db={number + 1}"


def _sweep() -> None:
    """Remove what runs left behind that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        lock = folder / "servers.lock"
        old = lock.exists() and time.time() - lock.stat().st_mtime > LEFT_OVER_SECONDS
        if old and os.access(folder, os.W_OK) and servers.are_free(folder):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let a test that commits be followed by an emptying that is quick, and that no book refuses.

    The groups of the roles are there as after the installation: making them is most of making a person.
    """
    from django.core.management import call_command
    from django.core.management.commands import flush
    from django.db import connection

    from reconciliation import roles

    from . import mappings

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        roles.apply_roles()
        cursor.execute("SELECT current_setting('is_superuser')::bool")
        if cursor.fetchone()[0]:
            emptying.keep(cursor)
            mappings.keep(cursor)
            # On the class: beside Playwright's loop a test has another connection than this one.
            type(connection.ops).sql_flush = emptying.by_deleting
            flush.emit_post_migrate_signal = emptying.all_stays
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Iterator[None]:
    """Look for the static files once: every test client makes the middleware anew, and they stay the same."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add(middleware: WhiteNoiseMiddleware) -> None:
        asked = (middleware.static_prefix, middleware.max_age, str(settings.STATICFILES_DIRS))
        if asked not in found:
            look(middleware)
            found[asked] = dict(middleware.files)
        middleware.files.update(found[asked])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add)
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly() -> Iterator[None]:
    """Spare each person of each test a fifth of a second."""
    with override_settings(PASSWORD_HASHERS=["tests.hashing.QuickHasher"]):
        yield


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """Take the database that is there where it is a copy of the kept one: it goes with its server."""
    return django_db_keepdb or "TIEOUT_TEST_SCHEMA" in os.environ


@pytest.fixture(scope="module")
def db_of_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Keep what a fixture of a whole file writes for each of its tests; the end of the file takes it back."""
    from django.db import transaction

    around = transaction.atomic()
    around._from_testcase = True  # `durable` blocks take the tests' own transactions for none
    with django_db_blocker.unblock(), around:
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def no_language_left_behind() -> Iterator[None]:
    """Let no test read in the language that a person of the test before it chose: a request leaves it on."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """One BC sandbox for this process of the run, started when a test first asks."""
    from integration.sandbox import launch

    with launch.start(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process, settings, monkeypatch: pytest.MonkeyPatch):
    """The BC sandbox, emptied, with the BC_* settings and variables pointing at it."""
    from config.local import business_central
    from integration import connections

    sandbox_process.control.reset()
    for name, value in business_central.environment(sandbox_process.connection).items():
        setattr(settings, name, value)
        monkeypatch.setenv(name, value)
    connections.circuit().forget()
    return sandbox_process


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The reference data beside the repository; tests that need them are skipped without."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the reference data are not at {SHARED_DATA}")
    return SHARED_DATA
