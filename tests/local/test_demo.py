"""The demo comes up, dies as a whole with its main process, and goes on where it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.local import places
from config.local.processes import wait_until
from tests import template
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240  # for what takes half a minute on a quiet machine
GRACE_SECONDS = 30  # three times what a program has to end in good order
# The demo's own surroundings: nothing that points at the tests' servers.
SURROUNDINGS = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for the state, with the schema in it, since that was made as the demo makes it.

    The name is short: pytest's own are too long for a socket's address.
    """
    path = Path(tempfile.mkdtemp(prefix="t-"))
    path.chmod(0o711)
    template.lay(path, "t-", durable=True)
    yield path
    places.forget(path)


@contextmanager
def demo(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Start the demo and give it when it says that it runs; whatever happens, leave nothing of it behind."""
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.local.demo", "--port", str(port), "--folder", str(folder)],
            cwd=ROOT,
            env=SURROUNDINGS,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        assert wait_until(
            lambda: process.poll() is not None or "Tieout runs:" in output.read_text(),
            seconds=START_SECONDS,
            pause=0.1,
        ), output.read_text()
        assert process.poll() is None, output.read_text()
        yield process
    finally:
        process.kill()
        process.wait()
        assert wait_until(lambda: processes_of(folder) == [], seconds=GRACE_SECONDS), processes_of(folder)


def processes_of(folder: Path) -> list[str]:
    """Every process that names the folder on its command line or in its environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
            named = os.fsencode(folder) in line + (entry / "environ").read_bytes()
        except OSError:  # it has just ended, or is somebody else's
            continue
        if named and line:
            found.append(f"{entry.name} {line.decode(errors='replace')}")
    return found


def get(port: int, path: str, key: str = "") -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        return answer.status, answer.read().decode()


def kept(folder: Path, port: int) -> tuple[str, str, list[str]]:
    """What a second start should still know: the logins, the CAFM's key and the items it may read."""
    key = (folder / "cafm-api-key").read_text().strip()
    status, body = get(port, "/api/v1/items", key)
    assert status == 200
    items = [item["number"] for item in json.loads(body)["results"]]
    return (folder / "logins.json").read_text(), key, items


def test_kill_of_the_demo_leaves_nothing_and_the_next_start_goes_on_with_its_data(folder: Path) -> None:
    port = free_port()
    with demo(folder, port) as first:
        ready, _said = get(port, "/readyz")
        before = kept(folder, port)
        running = processes_of(folder)

        first.kill()

        assert wait_until(lambda: processes_of(folder) == [], seconds=GRACE_SECONDS), processes_of(folder)
    with demo(folder, port) as second:
        again, _said = get(port, "/readyz")
        after = kept(folder, port)

        second.send_signal(signal.SIGTERM)
        stopped = second.wait(GRACE_SECONDS)

    assert (ready, again, stopped) == (200, 200, 0)
    assert len(running) > 10
    assert len(before[2]) > 10
    assert after == before
