"""Mutate the matching engine, and see that a test notices: `python -m tests.mutation [names]`.

mutmut works in a folder of its own, `.mutation/`, with the engine and its pure tests alone: no Django, no
servers. A second run goes on where the first one stopped. `survivors.txt` names the mutants that are allowed
to live, each with its reason; any other survivor fails the run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".mutation"
ENGINE, TESTS = Path("reconciliation/matching"), Path("tests/matching")
SURVIVORS = Path(__file__).with_name("survivors.txt")
# Properties draw for seconds, the command needs Django, scenarios count cases: a mutant has to fall to the tables.
LEFT_OUT = ("test_command.py", "test_scenarios.py", "test_properties.py", "drawn.py")
WANTED = 90  # percent
CONFIG = f"""
[tool.mutmut]
source_paths = ["{ENGINE}"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:django", "-p", "no:randomly", "-q"]
pytest_add_cli_args_test_selection = ["{TESTS}"]
use_git_change_detection = false

[tool.pytest.ini_options]
markers = ["shared: needs the shared reference data beside the repository"]
"""


def main(names: list[str]) -> int:
    _lay_out()
    workers = os.environ.get("WORKERS", "2")
    subprocess.run([sys.executable, "-m", "mutmut", "run", "--max-children", workers, *names], cwd=FOLDER)
    return _report(dict(_results()))


def _lay_out() -> None:
    """Copy the engine and its pure tests; what did not change keeps its time, and its results."""
    FOLDER.mkdir(exist_ok=True)
    _write(FOLDER / "pyproject.toml", CONFIG)
    for folder in (ENGINE, TESTS):
        kept = set(_files(ROOT / folder))
        for path in kept:
            _write(FOLDER / path.relative_to(ROOT), path.read_text())
        for copy in (FOLDER, FOLDER / "mutants"):
            for path in [*(copy / folder).rglob("*.py"), *(copy / folder).rglob("*.yaml")]:
                if ROOT / path.relative_to(copy) not in kept:
                    path.unlink()
    for package in (ENGINE.parent, TESTS.parent):
        _write(FOLDER / package / "__init__.py", "")


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.suffix in (".py", ".yaml") and path.name not in LEFT_OUT:
            yield path


def _write(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _results() -> Iterator[tuple[str, str]]:
    told = subprocess.run(
        [sys.executable, "-m", "mutmut", "results", "--all", "true"], cwd=FOLDER, capture_output=True, text=True
    )
    for line in told.stdout.splitlines():
        name, found, status = line.strip().rpartition(": ")
        if found:
            yield name, status


def _report(results: dict[str, str]) -> int:
    counts = Counter(results.values())
    killed = counts["killed"] + counts["timeout"] + counts["caught by type check"]
    judged = len(results) - counts["not checked"]
    share = 100 * killed / judged if judged else 0.0
    sys.stdout.write(f"{killed} of {judged} mutants killed, {share:.1f} %: {dict(counts)}\n")
    explained = _explained()
    alive = [name for name, status in results.items() if status in ("survived", "no tests", "suspicious")]
    for name in alive:
        sys.stdout.write(f"  {name}: {explained.get(name, 'NOT EXPLAINED')}\n")
    return 0 if share >= WANTED else 1


def _explained() -> dict[str, str]:
    if not SURVIVORS.is_file():
        return {}
    rows = (line.partition(": ") for line in SURVIVORS.read_text().splitlines() if not line.startswith("#"))
    return {name: reason for name, _, reason in rows if reason}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
