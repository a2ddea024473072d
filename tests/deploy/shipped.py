"""Web, workers and beat as the shipped files start them, in production mode, on the servers of the tests.

The commands are the Dockerfile's and Compose's own, word by word; added is what belongs to the place: where
to listen, and the certificate that a proxy would hold.
"""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import yaml
from django.conf import settings

from integration.sandbox import tls
from tests import workers

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 180


def commands() -> Iterator[tuple[str, list[str]]]:
    """Give each process as it is shipped: the image's own command is the web's."""
    image = re.findall(r"^CMD (\[.+\])$", (ROOT / "deploy" / "Dockerfile").read_text(), re.M)[-1]
    yield "web", json.loads(image)
    for name, each in yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"].items():
        if name.startswith(("worker", "beat")):
            yield name, each["command"]


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """Start all of them and give the web's address; they end with the block."""
    environment = _environment(folder)
    manage = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(manage, cwd=ROOT, env=environment, check=True)
    port = _free_port()
    tls.server_context(folder)  # writes the certificate
    running: list[subprocess.Popen[bytes]] = []
    with ExitStack() as stack:
        for name, command in commands():
            command = [*command, *_of_the_place(name, folder)]
            command = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in command]
            running.append(stack.enter_context(_process(name, command, environment, folder)))
        stack.callback(
            lambda: [each.terminate() for each in running]
        )  # all at once, before each is waited for
        address = f"https://localhost:{port}"
        _until_it_answers(address, folder)
        yield address


def _environment(folder: Path) -> dict[str, str]:
    """Production's settings, at the servers of this test; a second factor is a test of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    told = workers.environment()
    servers = {name: each for name, each in told.items() if name.startswith(("BC_", "DATABASE", "REDIS"))}
    return {
        **kept,
        **servers,
        "PATH": f"{Path(sys.executable).parent}:{kept.get('PATH', '')}",
        "TIEOUT_MODE": "production",
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "localhost",
        "SECOND_FACTOR_REQUIRED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _of_the_place(name: str, folder: Path) -> list[str]:
    if name == "web":
        return ["--certfile", str(folder / tls.CERTIFICATE_FILE), "--keyfile", str(folder / tls.KEY_FILE)]
    return ["--schedule", str(folder / "schedule")] if name == "beat" else []


@contextmanager
def _process(
    name: str, command: list[str], environment: dict[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until_it_answers(address: str, folder: Path) -> None:
    trusted = ssl.create_default_context(cafile=str(folder / tls.CA_FILE))
    for _turn in range(WAIT_SECONDS * 2):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5, context=trusted):
                return
        except OSError:
            Event().wait(0.5)
    raise AssertionError(f"The web did not answer: {(folder / 'web.log').read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
