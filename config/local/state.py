"""What the demo keeps between two starts, all under one folder: its secret, its addresses, its logins."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.local.errors import LocalError


@dataclass(frozen=True)
class Login:
    """Someone who can sign in to the demo."""

    role: str
    username: str
    password: str


@dataclass(frozen=True)
class State:
    """The demo's folder."""

    folder: Path

    @property
    def api_key(self) -> Path:
        """The CAFM's key; `manage.py load_demo` writes it."""
        return self.folder / "cafm-api-key"

    @property
    def env(self) -> Path:
        """The variables that point manage.py at the demo: `. .demo/env`."""
        return self.folder / "env"

    @property
    def logs(self) -> Path:
        return self.folder / "log"

    def take(self) -> IO[str]:
        """Make the folder and hold it. Raises LocalError while another demo runs on it."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # others may pass to the servers' folders, which are closed themselves
        self.logs.chmod(0o700)
        lock = (self.folder / "demo.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            lock.close()
            where = f" ({holder})" if holder else ""
            raise LocalError(f"The demo runs already{where}. Stop it there with Ctrl-C.") from None
        return lock

    def secret_key(self) -> str:
        """Give the key that signs sessions: made once, so that a restart signs nobody out."""
        path = self.folder / "secret-key"
        if not path.exists():
            write_closed(path, secrets.token_urlsafe(48))
        return path.read_text().strip()

    def save_environment(self, variables: Mapping[str, str]) -> None:
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(variables.items())]
        write_closed(self.env, "".join(lines))

    def logins(self) -> list[Login]:
        """Give one login per role, as `manage.py load_demo` wrote them."""
        path = self.folder / "logins.json"
        if not path.exists():
            return []
        path.chmod(0o600)
        rows = json.loads(path.read_text())
        return [Login(row["role"], row["username"], row["password"]) for row in rows]


def write_closed(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
