"""Run the Dockerfile's steps without an engine, in a clean folder, then start what it ships: `make image`.

The folder gets what .dockerignore lets through, and nothing else. Web, workers and beat run with the image's
own commands, in production mode, on private servers; the web has to answer, a worker has to work.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from config.local import servers

ROOT = Path(__file__).resolve().parents[2]

HOME = "/opt/tieout"
PORT = 18765
WAIT_SECONDS = 120
NEEDED = re.compile(r"ready\.|Scheduler: Sending due task")


def main() -> int:
    """Build, start, ask; 0 when all of it answered."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tieout-image-")))
        home = folder / "image"
        build(home)
        (folder / "servers").mkdir(mode=0o755)
        folder.chmod(0o711)
        running = servers.start(folder / "servers", durable=False)
        stack.callback(running.stop)
        environment = production(home, running.environment)
        for line in prepare():
            say(f"prepare: {line}")
            subprocess.run(line, shell=True, cwd=home, env=environment, check=True)
        for name, command in processes():
            stack.enter_context(process(name, command, home, environment, folder))
        ask(folder)
    say("Built, started, answered.")
    return 0


def build(home: Path) -> None:
    """Do the steps of the first stage, in their order."""
    home.mkdir()
    steps = re.sub(r"\\\n\s*", " ", (ROOT / "deploy" / "Dockerfile").read_text())
    first = steps.split("\nFROM ")[1]
    for line in first.splitlines():
        word, _, rest = line.partition(" ")
        if word == "COPY":
            source, target = rest.split()
            copy(source, home / target)
        elif word == "RUN":
            say(f"run: {rest[:90]}")
            subprocess.run(rest, shell=True, cwd=home, env=bare(), check=True)


def copy(source: str, target: Path) -> None:
    """Copy a file, or of the whole context what .dockerignore lets through."""
    if source != ".":
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source, target)
        return
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(is_let_through, listed.splitlines()):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)


def is_let_through(name: str) -> bool:
    """Apply the rules in their order: the last that fits decides."""
    kept = True
    for rule in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = rule.lstrip("!")
        if pattern and not rule.startswith("#") and _fits(name, pattern):
            kept = rule.startswith("!")
    return kept


def _fits(name: str, pattern: str) -> bool:
    loose = pattern.replace("**/", "*").replace("**", "*")
    return fnmatch.fnmatchcase(name, loose) or fnmatch.fnmatchcase(name, f"{loose}/*")


def bare() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


def production(home: Path, of_servers: dict[str, str]) -> dict[str, str]:
    """Give the settings of a house that is not connected to Business Central yet."""
    return {
        **bare(),
        **of_servers,
        "PATH": f"{home}/.venv/bin:{os.environ['PATH']}",
        "TIEOUT_MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "tieout.example",
        "BEHIND_TLS_PROXY": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LOG_FORMAT": "json",
    }


def prepare() -> Iterator[str]:
    yield from yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]["prepare"][
        "command"
    ][2].split(" && ")


def processes() -> Iterator[tuple[str, list[str]]]:
    """Give each process as it is shipped; only the port is ours."""
    image = re.findall(r"^CMD (\[.+\])$", (ROOT / "deploy" / "Dockerfile").read_text(), re.M)[-1]
    yield "web", [word.replace("0.0.0.0:8000", f"127.0.0.1:{PORT}") for word in json.loads(image)]
    for name, each in yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"].items():
        if name.startswith(("worker", "beat")):
            yield name, each["command"]


@contextmanager
def process(
    name: str, command: list[str], home: Path, environment: dict[str, str], folder: Path
) -> Iterator[None]:
    """Run one process while the block runs; its log lies beside it."""
    say(f"start: {name}")
    with (folder / f"{name}.log").open("wb") as log:
        started = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            started.terminate()
            started.wait(60)


def ask(folder: Path) -> None:
    """Ask the web what a proxy would, and wait for what workers and beat say."""
    until(lambda: answer("/healthz")[0] == 200, "the web to answer")
    status, page, headers = answer("/sign-in/")
    assert status == 200, page
    assert "__Host-csrftoken" in headers.get("Set-Cookie", ""), headers
    style = re.findall(r'href="(/static/desk/desk\.[0-9a-f]+\.css)"', page)
    assert style, "the sign-in page names no hashed style sheet"
    assert answer(style[0])[0] == 200
    for name in ("worker-realtime", "worker-bulk", "worker-housekeeping", "beat"):
        until(lambda log=folder / f"{name}.log": NEEDED.search(log.read_text()), f"{name} to be at work")
    until(lambda: "succeeded" in (folder / "worker-housekeeping.log").read_text(), "a task to be done")
    until(lambda: answer("/readyz")[0] == 200, "everything to be ready")


def answer(path: str) -> tuple[int, str, dict[str, str]]:
    headers = {"Host": "tieout.example", "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, reply.read().decode(), dict(reply.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)
    except OSError as error:
        return 0, str(error), {}


def until(is_so, what: str) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + WAIT_SECONDS
    while not is_so():
        if time.monotonic() > end:
            raise SystemExit(f"Waited {WAIT_SECONDS} s for {what}, in vain.")
        time.sleep(0.5)
    say(f"seen: {what}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
