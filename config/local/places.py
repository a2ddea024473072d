"""Where the servers' files lie: beside the state, or elsewhere when the account cannot get there."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from config.local.accounts import Account
from config.local.errors import LocalError

# A socket's address holds 104 bytes on macOS and 108 on Linux; the name in the folder needs some of them.
LONGEST_SOCKET_FOLDER = 75
# Addresses are URLs, and their readers disagree on escapes: other letters than these are avoided.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
POINTERS = ("servers.path", "sockets.path")


def home(directory: Path, account: Account, *, durable: bool) -> Path:
    """Give the folder for data and logs, owned by the account and closed to all others."""
    inside = directory / "servers"
    if inside.is_dir() or account.can_reach(directory):
        return _owned(inside, account)
    return _elsewhere(directory / POINTERS[0], account, _temporary_folders(survive_restart=durable))


def sockets(directory: Path, home: Path, account: Account) -> Path:
    """Give the folder for sockets: in `home`, or where the path is short enough for an address."""
    inside = home / "sockets"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER and PLAIN_PATH.fullmatch(str(inside)):
        return _owned(inside, account)
    return _elsewhere(directory / POINTERS[1], account, _temporary_folders(survive_restart=False))


def forget(directory: Path) -> None:
    """Remove a state directory and whatever it points to elsewhere."""
    for name in POINTERS:
        pointer = directory / name
        if pointer.is_file():
            shutil.rmtree(pointer.read_text().strip(), ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=False)


def _owned(folder: Path, account: Account) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    account.take(folder)
    return folder


def _elsewhere(pointer: Path, account: Account, candidates: list[Path]) -> Path:
    known = Path(pointer.read_text().strip()) if pointer.is_file() else None
    if known is not None and known.is_dir() and known.stat().st_uid == account.uid:
        return known
    for parent in candidates:
        if account.can_reach(parent) and os.access(parent, os.W_OK):
            folder = Path(tempfile.mkdtemp(prefix="tieout-", dir=parent))
            account.take(folder)
            pointer.write_text(f"{folder}\n")
            return folder
    tried = ", ".join(str(parent) for parent in candidates)
    raise LocalError(
        f"The account {account.name} cannot reach {pointer.parent}, nor any of {tried}. "
        "Set TMPDIR to a folder that all accounts may enter, or clone the repository outside a closed home."
    )


def _temporary_folders(*, survive_restart: bool) -> list[Path]:
    lasting, passing = Path("/var/tmp"), Path("/tmp")  # noqa: S108 - mkdtemp makes a closed folder in it
    usual = Path(tempfile.gettempdir())
    return [lasting, usual, passing] if survive_restart else [passing, usual, lasting]
