"""Take the pictures of docs/screens: `make screens`, or `python -m tests.screens worklist case`.

Starts a demo of its own, signs in as those who work on each screen, goes to it as they would, and keeps a
picture of it wide and narrow, and of some in the dark. Of every one it asks axe, in the light and in the
dark. With `--beside .demo` it looks at a demo that runs already. The exit code is 1 when a screen cannot be
reached, when one breaks a rule of accessibility, or when all pictures together are too large.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.local.demo import ROOT
from config.local.errors import LocalError
from config.local.places import forget
from config.local.state import State
from tests.ports import free_port

from .camera import Camera
from .export import rehearsed
from .walk import SCREENS, Screen

PICTURES = ROOT / "docs" / "screens"
MOST_BYTES = 6_000_000
START_SECONDS = 600.0
LOOK_SECONDS = 0.5
STARTED = "Tieout runs:"


def main() -> int:
    options = _options()
    screens = [screen for screen in SCREENS if not options.names or screen.name in options.names]
    options.to.mkdir(parents=True, exist_ok=True)
    if not options.names:  # a screen that is no more leaves no picture
        for old in options.to.glob(f"*.{options.format}"):
            old.unlink()
    try:
        with _demo(options.beside) as state:
            _rehearse(state)
            missed = _walk(state, screens, options.to, options.format)
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in options.to.glob(f"*.{options.format}"))
    print(f"{len(screens) - len(missed)} screens, {size / 1e6:.1f} MB in {options.to}")
    for name in missed:
        print(f"Not seen: {name}.", file=sys.stderr)
    if size > MOST_BYTES:
        print(f"More than {MOST_BYTES / 1e6:.0f} MB: leave out what shows nothing new.", file=sys.stderr)
    return 1 if missed or size > MOST_BYTES else 0


def _walk(state: State, screens: list[Screen], folder: Path, form: str) -> list[str]:
    """Take every screen; gives the names of those that could not be reached or break a rule."""
    missed = []
    with Camera(state, _address(state), folder, form) as camera:
        for screen in screens:
            try:
                owed = camera.take(screen)
            except camera.failures as error:
                missed.append(screen.name)
                print(f"{screen.name}: {str(error).splitlines()[0]}", file=sys.stderr)
                continue
            if owed:
                missed.append(f"{screen.name} as it should be")
                print("\n".join(f"{screen.name}: {each}" for each in owed), file=sys.stderr)
    return missed


def _address(state: State) -> str:
    """Read where the demo answers from what it keeps for manage.py."""
    address = _variables(state).get("TIEOUT_URL")
    if address is None:
        raise LocalError(f"{state.env} names no TIEOUT_URL. Start the demo once, then take the pictures.")
    return address


def _variables(state: State) -> dict[str, str]:
    lines = (line.removeprefix("export ").partition("=") for line in state.env.read_text().splitlines())
    return {name: (shlex.split(value) or [""])[0] for name, _, value in lines}


def _rehearse(state: State) -> None:
    """Rehearse the cutover once, so that its pages have something to show."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as export:
        export.writelines(f"{json.dumps(event)}\n" for event in rehearsed())
        export.flush()
        subprocess.run(
            [sys.executable, "manage.py", "rehearse", export.name],
            cwd=ROOT,
            env={**os.environ, **_variables(state)},
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def _demo(beside: Path | None) -> Iterator[State]:
    """Give a demo that runs: the one that was named, else a new one that is forgotten afterwards."""
    if beside is not None:
        yield State(beside.resolve())
        return
    folder = Path(tempfile.mkdtemp(prefix="tieout-screens-"))
    folder.chmod(0o711)  # the account that root lends the servers to has to pass
    log = folder / "demo.log"
    command = [sys.executable, "-m", "config.local.demo", "--with-parent", "--port", str(free_port())]
    with log.open("w") as out:
        demo = subprocess.Popen(
            [*command, "--folder", str(folder)], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _wait(demo, log)
        yield State(folder)
    finally:
        demo.terminate()
        demo.wait()
        if folder.exists():
            forget(folder)
            shutil.rmtree(folder, ignore_errors=True)


def _wait(demo: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while STARTED not in log.read_text():
        if demo.poll() is not None or time.monotonic() > deadline:
            raise LocalError(f"The demo did not start:\n{log.read_text()[-2000:]}")
        time.sleep(LOOK_SECONDS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.screens", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="screen", help="only these; all when none is named")
    parser.add_argument("--beside", type=Path, help="the folder of a demo that runs already, such as .demo")
    parser.add_argument("--to", type=Path, default=PICTURES, help="where the pictures go")
    parser.add_argument("--format", choices=("webp", "png"), default="webp")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
