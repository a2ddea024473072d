"""Who runs the servers: PostgreSQL refuses root, so root lends them to an account that exists already."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.local.errors import LocalError

LENT = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The account that owns the servers' files and processes."""

    name: str
    uid: int
    gid: int

    @property
    def is_us(self) -> bool:
        return self.uid == os.geteuid()

    def lend(self) -> dict[str, Any]:
        """Give the keywords that make `subprocess` run as this account."""
        if self.is_us:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_run(self, program: Path) -> bool:
        """Tell whether this account can execute a program, shared libraries and all."""
        try:
            answer = subprocess.run(
                [program, "--version"], capture_output=True, cwd="/", timeout=20, **self.lend()
            )
        except OSError:
            return False
        return answer.returncode == 0

    def can_reach(self, folder: Path) -> bool:
        """Tell whether this account can enter a folder; asked by trying, since modes do not tell all."""
        try:
            answer = subprocess.run(
                ["/bin/sh", "-c", 'cd "$0"', folder], capture_output=True, cwd="/", **self.lend()
            )
        except OSError:
            return False
        return answer.returncode == 0

    def take(self, path: Path) -> None:
        """Make this account the owner of one path."""
        if not self.is_us:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def choose() -> Account:
    """Give ourselves, or for root the first account that PostgreSQL accepts.

    Raises LocalError when root has nobody to lend to.
    """
    if os.geteuid() != 0:
        return Account(_own_name(), os.geteuid(), os.getegid())
    for name in LENT:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise LocalError(
        "PostgreSQL refuses to run as root, and this machine has no account "
        f"named {' or '.join(LENT)}. Create one (useradd --system postgres), run as a plain user, "
        "or set DATABASE_URL and REDIS_URL to servers that exist."
    )


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # containers run under numbers that have no name
        return str(os.geteuid())
