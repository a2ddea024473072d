"""The grammar of AL for tree-sitter, with which the tests read the AL app.

Its wheel asks for Python 3.12, from where `make` installs it with the rest. The library in it is made for the
stable interface of Python 3 and uses nothing that 3.11 lacks; there it is fetched once, by the hash in
requirements/dev.txt, and unpacked below .test/.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from config.local.errors import LocalError

ROOT = Path(__file__).resolve().parents[2]
NAME = "tree-sitter-al"
FOLDER = ROOT / ".test" / "al-grammar"


def ensure() -> Path | None:
    """Make sure of the grammar; returns the folder to import it from, None when Python finds it by itself."""
    if importlib.util.find_spec("tree_sitter_al") is not None:
        return None
    version, hashes = _locked()
    folder = FOLDER / version
    if not (folder / "tree_sitter_al").is_dir():
        _fetch(version, hashes, folder)
    return folder


def fetched() -> Path | None:
    """Give the folder that `ensure` has filled; None when there is none."""
    folder = FOLDER / _locked()[0]
    return folder if (folder / "tree_sitter_al").is_dir() else None


def _locked() -> tuple[str, list[str]]:
    """Read the version and the hashes that the lock file allows."""
    lock = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{NAME}==([\w.]+).*\n((?:    --hash=.*\n)+)", lock, re.MULTILINE)
    if found is None:
        raise LocalError(f"{NAME} is not in requirements/dev.txt")
    return found[1], re.findall(r"--hash=(\S+)", found[2])


def _fetch(version: str, hashes: list[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        wanted = Path(temporary, "wanted.txt")
        wanted.write_text(f"{NAME}=={version} " + " ".join(f"--hash={each}" for each in hashes))
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
        command += ["--require-hashes", "--only-binary=:all:", "--python-version=3.12"]
        command += ["--dest", temporary, "--requirement", str(wanted)]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        wheels = list(Path(temporary).glob("*.whl"))
        if answer.returncode or not wheels:
            raise LocalError(f"the grammar of AL could not be fetched: {answer.stderr.strip()[-400:]}")
        folder.parent.mkdir(parents=True, exist_ok=True)
        unpacked = Path(tempfile.mkdtemp(dir=folder.parent))
        with zipfile.ZipFile(wheels[0]) as wheel:
            wheel.extractall(unpacked)
        try:
            unpacked.rename(folder)
        except OSError:  # another worker was quicker
            shutil.rmtree(unpacked)
            if not folder.is_dir():
                raise


def main() -> int:
    """Fetch it where it is missing; without it only CI fails, since nobody reads its log for skips."""
    try:
        ensure()
    except LocalError as error:
        print(f"\n*** {error}. The tests that parse the AL app will be SKIPPED. ***\n", file=sys.stderr)
        return 1 if os.environ.get("CI") else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
