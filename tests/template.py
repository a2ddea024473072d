"""A database with the schema in it, kept between runs of the tests; each run begins with a copy.

Making the schema takes longer than most runs of a single file. It is made anew when a migration, a model or a
package changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from config.local import accounts, places, servers

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "test_tieout"
SOURCES = (
    "tests/template.py",
    "*/migrations/*.py",
    "*/models/**/*.py",
    "*/models.py",
    "requirements/*.txt",
    "config/settings/*.py",
)
KEPT = 12
PREFIX = "tieout-schema-"


def lay_for_run(folder: Path, prefix: str, *, durable: bool = False) -> bool:
    """Lay the cluster of a run of tests; False where a server was given, whose data are not ours."""
    if os.environ.get("DATABASE_URL"):
        return False
    lay(folder, prefix, durable=durable)
    return True


def lay(folder: Path, prefix: str, *, durable: bool = False) -> None:
    """Put a cluster with the schema where a folder's servers look for theirs, the demo's too."""
    kept = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getuid()}" / state(ROOT)
    if not kept.is_dir():
        _make(kept, prefix)
        _forget_older(kept.parent)
    kept.touch()
    home = places.home(folder, accounts.choose(), durable=durable)
    _copy(kept, home / "postgres")


def state(root: Path) -> str:
    """Name the state of everything that the schema is made from."""
    told = hashlib.sha256(sys.version.encode())
    for source in SOURCES:
        for path in sorted(root.glob(source)):
            told.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return told.hexdigest()[:20]


def copy_for(count: int, address: str) -> None:
    """Give each of so many processes of a run a copy of the database."""
    with psycopg.connect(address, dbname="postgres", autocommit=True) as connection:
        for number in range(count):
            names = sql.Identifier(f"{DATABASE}_gw{number}"), sql.Identifier(DATABASE)
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))


def _make(kept: Path, prefix: str) -> None:
    """Migrate in a run's servers of its own, and keep the stopped cluster."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o711)
    try:
        with servers.start(folder, durable=False) as running:
            here = {"TIEOUT_MODE": "test", "REDIS_PREFIX": folder.name, **running.environment}
            migrate = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"]
            subprocess.run(migrate, cwd=ROOT, env={**os.environ, **here}, check=True)
            with psycopg.connect(running.database_url, dbname="postgres", autocommit=True) as connection:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE tieout").format(sql.Identifier(DATABASE))
                )
        home = places.home(folder, accounts.choose(), durable=False)
        _keep(home / "postgres", kept)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep(cluster: Path, kept: Path) -> None:
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    mine = kept.with_suffix(f".{os.getpid()}")
    _copy(cluster, mine)
    try:
        mine.rename(kept)
    except OSError:  # another run was quicker
        shutil.rmtree(mine)


def _copy(cluster: Path, to: Path) -> None:
    """Copy a stopped cluster; it stays the account's, which may be another than ours."""
    subprocess.run(["cp", "-a", cluster, to], check=True)
    (to / "postmaster.pid").unlink(missing_ok=True)


def _forget_older(folder: Path) -> None:
    for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
