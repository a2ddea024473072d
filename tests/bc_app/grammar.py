"""The grammar of AL for tree-sitter.

Its wheel asks for Python 3.12, from where `make` installs it with the rest. The library in it is made for the
stable interface of Python 3 and uses nothing that 3.11 lacks; there it is fetched once, by the hash in
requirements/dev.txt, and unpacked below .test/.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import tree_sitter

ROOT = Path(__file__).resolve().parents[2]
NAME = "tree-sitter-al"
FOLDER = ROOT / ".test" / "al-grammar"


class NoGrammarError(RuntimeError):
    """The grammar is not installed and cannot be fetched."""


def parser() -> tree_sitter.Parser:
    """Give a parser of AL; raises NoGrammarError."""
    if importlib.util.find_spec("tree_sitter_al") is None:
        _make_findable()
    import tree_sitter_al

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_al.language()))


def _make_findable() -> None:
    version, hashes = _locked()
    folder = FOLDER / version
    if not (folder / "tree_sitter_al").is_dir():
        _fetch(version, hashes, folder)
    sys.path.append(str(folder))


def _locked() -> tuple[str, list[str]]:
    """Read the version and the hashes that the lock file allows."""
    lock = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{NAME}==([\w.]+).*\n((?:    --hash=.*\n)+)", lock, re.MULTILINE)
    assert found, f"{NAME} is not in requirements/dev.txt"
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
            raise NoGrammarError(answer.stderr.strip())
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
