"""Break the matching engine on purpose, and see that a case notices: `make mutation ARGS="rules.price"`.

mutmut makes the mutants, in `.mutation/`, from the engine and its pure tests alone: no Django, no servers.
`judge.py` then tries the tests on each, file by file. A second run goes on where one was stopped, and tries
again only what lived or changed since; WORKERS=1 leaves a core to others.
`survivors.txt` says why those that live may; fewer than 90 % killed fails the run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".mutation"
MUTANTS, RESULTS = FOLDER / "mutants", FOLDER / "results.json"
ENGINE, TESTS = Path("reconciliation/matching"), Path("tests/matching")
JUDGE, SURVIVORS = Path(__file__).with_name("judge.py"), Path(__file__).with_name("survivors.txt")
# Properties draw for seconds, the command needs Django, scenarios count cases: a mutant has to fall to
# the tables of cases.
LEFT_OUT = ("test_command.py", "test_scenarios.py", "test_properties.py", "drawn.py")
WANTED = 90  # percent
WORKERS = int(os.environ.get("WORKERS", "2"))
CONFIG = f"""
[tool.mutmut]
source_paths = ["{ENGINE}"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:django", "-q"]
pytest_add_cli_args_test_selection = ["{TESTS}/test_tolerances.py"]
use_git_change_detection = false

[tool.pytest.ini_options]
markers = ["shared: needs the shared reference data beside the repository"]
"""


def main(parts: list[str]) -> int:
    """Judge the mutants whose names contain one of the parts; without parts, all of them."""
    _lay_out()
    known: dict[str, list[str]] = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    prints = {name: _fingerprint(name) for name in _mutants()}
    known = {name: row for name, row in known.items() if name in prints}
    asked = [name for name in prints if not parts or any(part in name for part in parts)]
    due = [name for name in asked if known.get(name) != ["killed", prints[name]]]
    for stage in _stages(due):
        for name, status in _judge(stage):
            known[name] = [status, prints[name]]
        RESULTS.write_text(json.dumps(known, indent=0, sort_keys=True))
    return _report({name: known[name][0] for name in asked if name in known})


def _lay_out() -> None:
    """Copy the engine and its pure tests, and let mutmut make the mutants."""
    shutil.rmtree(MUTANTS, ignore_errors=True)
    for folder in (ENGINE, TESTS):
        shutil.rmtree(FOLDER / folder, ignore_errors=True)
        shutil.copytree(ROOT / folder, FOLDER / folder, ignore=shutil.ignore_patterns("*.pyc", *LEFT_OUT))
        (FOLDER / folder.parent / "__init__.py").touch()
    (FOLDER / "pyproject.toml").write_text(CONFIG)
    # mutmut has no command that only makes them: it is asked for one that is soon judged
    one = f"{'.'.join(ENGINE.parts)}.exact.x_to_cents__mutmut_1"
    subprocess.run([sys.executable, "-m", "mutmut", "run", one], cwd=FOLDER, check=True, capture_output=True)


def _mutants() -> Iterator[str]:
    told = subprocess.run(
        [sys.executable, "-m", "mutmut", "results", "--all", "true"],
        cwd=FOLDER,
        check=True,
        capture_output=True,
        text=True,
    )
    for line in told.stdout.splitlines():
        name, found, _ = line.strip().rpartition(": ")
        if found and "__mutmut_" in name:
            yield name


def _fingerprint(name: str) -> str:
    """Tell whether the function of a mutant is still the same: a killed one stays killed as long."""
    module = name.rpartition(".")[0].replace(".", "/")
    path = MUTANTS / f"{module}.py"
    if not path.is_file():
        path = MUTANTS / module / "__init__.py"
    return hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()


def _stages(names: Iterable[str]) -> Iterator[list[str]]:
    """Go file by file: what was judged is kept, and a run that was stopped goes on from there."""
    for _, stage in groupby(sorted(names), key=lambda name: name.rpartition(".")[0]):
        yield list(stage)


def _judge(names: list[str]) -> Iterator[tuple[str, str]]:
    """Share the mutants out to processes; what each found stands in a file of its own."""
    asked = FOLDER / "asked.txt"
    asked.write_text("\n".join(names))
    found = [FOLDER / f"found-{worker}.txt" for worker in range(WORKERS if names else 0)]
    for path in found:
        path.unlink(missing_ok=True)
    running = [
        subprocess.Popen(
            [sys.executable, JUDGE, path, str(worker), str(WORKERS), asked],
            cwd=MUTANTS,
            stdout=subprocess.DEVNULL,
        )
        for worker, path in enumerate(found)
    ]
    for process in running:
        if process.wait():
            sys.exit(f"{' '.join(map(str, process.args))} came to no judgement: run it to see why.")  # type: ignore[arg-type]
    for path in found:
        for line in path.read_text().splitlines():
            name, _, status = line.partition("\t")
            yield name, status


def _report(results: dict[str, str]) -> int:
    counts = Counter(results.values())
    share = 100 * (counts["killed"] + counts["timeout"]) / max(1, len(results))
    explained = list(_explained(SURVIVORS.read_text().splitlines()))
    alive = sorted(name for name, status in results.items() if status == "survived")
    for name in alive:
        why = next((reason for start, reason in explained if name.startswith(start)), "not explained")
        sys.stdout.write(f"{name}: {why}\n")
    sys.stdout.write(f"{len(results) - len(alive)} of {len(results)} mutants killed: {share:.1f} %.\n")
    return 0 if share >= WANTED else 1


def _explained(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _, reason = line.partition(": ")
        if not line.startswith("#") and reason:
            yield name, reason


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
