"""Run what reviewers want green, all of it, and say what is not: `make check`."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
MANAGE = (PYTHON, "-W", "ignore::RuntimeWarning", "manage.py")  # no database is asked, which Django regrets
SETTINGS = "DJANGO_SETTINGS_MODULE"  # set by importing config; tests start their servers before they read it
NAMES_OF_SERVERS = {
    "DATABASE_URL": "postgresql://tieout@database.example/tieout",
    "REDIS_URL": "redis://redis.example:6379/0",
}


@dataclass(frozen=True)
class Step:
    """One command that must end well."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    talks: bool = False


def steps() -> Iterator[Step]:
    """Give the steps, the quick ones first."""
    quiet = {"TIEOUT_MODE": "test", **NAMES_OF_SERVERS}
    yield Step("format", (PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."))
    yield Step("lint", (PYTHON, "-m", "ruff", "check", "--quiet", "."))
    yield Step("types", (PYTHON, "-m", "mypy", "--no-error-summary", "."), quiet)
    if order := sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/**/test_*import*.py")):
        pytest = (PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "DJANGO_SETTINGS_MODULE=")
        yield Step("import order", (*pytest, *order))
    yield Step("migrations in step", (*MANAGE, "makemigrations", "--check", "--dry-run"), quiet)
    deploy = ("check", "--deploy", "--fail-level", "WARNING")
    yield Step("deployment", (PYTHON, "manage.py", *deploy), _production())
    yield Step("licences", (PYTHON, "-m", "config.local.licences"), talks=True)
    yield Step("audit", (PYTHON, "-m", "config.local.audit"), talks=True)


def main() -> int:
    """Run every step; 1 when any failed."""
    failed = [step.name for step in steps() if not _passes(step)]
    print(f"Not green: {', '.join(failed)}." if failed else "All green.")
    return 1 if failed else 0


def _passes(step: Step) -> bool:
    began = time.monotonic()
    answer = subprocess.run(
        step.command,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != SETTINGS} | step.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    passed = answer.returncode == 0
    print(f"{'ok' if passed else 'FAILED':<7} {step.name} ({time.monotonic() - began:.1f} s)", flush=True)
    if step.talks or not passed:
        print(answer.stdout.rstrip() or "(no output)", flush=True)
    return passed


def _production() -> dict[str, str]:
    """Give the settings of a production house that does not exist."""
    return {
        "TIEOUT_MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "tieout.example",
        **NAMES_OF_SERVERS,
    }


if __name__ == "__main__":
    sys.exit(main())
