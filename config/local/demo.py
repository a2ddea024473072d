"""Run all of Tieout on this machine: `make demo`, or `python -m config.local.demo`.

Private PostgreSQL and Valkey, the BC sandbox over TLS, migrations, web, workers, schedules, demo data and a
small stream of CAFM events. State stays in .demo/; the next start continues with it. Whatever ends this
process, kill -9 included, ends all of it.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import IO

import certifi

from config.local import business_central, places, reaching, servers
from config.local.errors import LocalError
from config.local.processes import spawn, wait_until
from config.local.state import State
from config.local.supervisor import Child, Supervisor
from integration.sandbox import launch

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".demo"
SETTLE_SECONDS = 120.0
PORT_SECONDS = 3.0
HIGHEST_PORT = 65535
LOOK_SECONDS = 0.3
PR_SET_PDEATHSIG = 1
QUEUES = {
    "worker-realtime": ("realtime", 2),
    "worker-bulk": ("bulk", 1),
    "worker-housekeeping": ("housekeeping", 1),  # apart: a long pull must not keep the sweep waiting
}


class Stopped(BaseException):
    """Someone pressed Ctrl-C or sent SIGTERM; not an Exception, so that nobody takes it for a failure."""


def main() -> int:
    """Run until told to stop; 1 when something cannot start."""
    try:
        options = _options()
    except LocalError as error:
        print(error, file=sys.stderr)
        return 2
    state = State(options.folder.resolve())
    if options.reset:
        return _reset(state)
    _listen_for_signals()
    if options.with_parent:
        _end_with_parent()
    try:
        run(state, port=options.port)
    except Stopped:
        print("All stopped. `make demo` continues where it was; `make demo-reset` forgets it.")
        return 0
    except LocalError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


def run(state: State, *, port: int) -> None:
    """Start everything, tell where it is, look after it. Ends with Stopped or LocalError."""
    began = time.monotonic()
    with ExitStack() as stack:
        lock = stack.enter_context(state.take())
        _check_port(port)
        _write_holder(lock, port)
        _tell_servers()
        running = stack.enter_context(servers.start(state.folder))
        _say("Business Central sandbox…")
        sandbox = stack.enter_context(launch.start(state.folder / "sandbox"))
        environment = _environment(state, running, sandbox, port)
        _say("Database…")
        _manage(state, environment, "migrate", "--no-input", "--verbosity=1")
        _say("Web, workers and schedules…")
        supervisor = Supervisor(environment, state.logs, ROOT, say=_say)
        stack.callback(supervisor.stop)
        for child in _children(port):
            supervisor.start(child)
        _load(state, environment, supervisor)
        path = _wait_until_ready(supervisor, port)
        _welcome(state, port, path, seconds=time.monotonic() - began)
        _look_after(supervisor, sandbox)


def _tell_servers() -> None:
    """Say which servers are used: a variable that lies about in the shell should surprise nobody."""
    kinds = {"DATABASE_URL": "PostgreSQL", "REDIS_URL": "Redis"}
    given = {name: os.environ[name] for name in kinds if os.environ.get(name)}
    for name, address in given.items():
        _say(f"Using {kinds[name]} at {reaching.place(address)} from {name}; unset {name} for a private one.")
        reaching.check(name, address)
    if private := [kind for name, kind in {**kinds, "REDIS_URL": "Valkey"}.items() if name not in given]:
        _say(f"{' and '.join(private)}…")


def _look_after(supervisor: Supervisor, sandbox: launch.Running) -> None:
    while True:
        supervisor.look(time.monotonic())
        if sandbox.process.poll() is not None:
            _say(f"sandbox ended (exit code {sandbox.process.returncode}, see {sandbox.data_dir}); again")
            sandbox.restart()
        time.sleep(LOOK_SECONDS)


def _environment(
    state: State, running: servers.Servers, sandbox: launch.Running, port: int
) -> dict[str, str]:
    """Give the variables for all programs, and keep ours in .demo/env."""
    ours = {
        "TIEOUT_MODE": "demo",
        "TIEOUT_DEMO_DIR": str(state.folder),
        "TIEOUT_URL": f"http://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": state.secret_key(),
        "ALLOWED_HOSTS": os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]"),
        # The sandbox ends a request with its connection, so what was lost is known after seconds.
        "OUTBOX_PACE": os.environ.get("OUTBOX_PACE", "0.05"),
        "EMAIL_FOLDER": str(state.folder / "mail"),
        # For programs that plant rows or faults in the sandbox.
        "SANDBOX_CONTROL_URL": sandbox.connection.control_url,
        "SANDBOX_CONTROL_TOKEN": sandbox.connection.control_token,
        # A CAFM that somebody tries beside it, with a certificate of the sandbox's.
        "WEBHOOK_NETWORKS": os.environ.get("WEBHOOK_NETWORKS", "127.0.0.0/8,::1/128"),
        "WEBHOOK_CA_BUNDLE": os.environ.get("WEBHOOK_CA_BUNDLE") or str(_authorities(state, sandbox)),
    }
    ours |= running.environment | business_central.environment(sandbox.connection)
    state.save_environment(ours)
    # A NAME_FILE that lies about in the shell would win over our NAME.
    inherited = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in ours}
    return inherited | ours | {"PYTHONUNBUFFERED": "1"}


def _authorities(state: State, sandbox: launch.Running) -> Path:
    """Write down whose certificates receivers of webhooks may show: the usual ones', and the sandbox's."""
    bundle = state.folder / "authorities.pem"
    bundle.write_text(Path(certifi.where()).read_text() + Path(sandbox.connection.ca_bundle).read_text())
    return bundle


def _children(port: int) -> Iterator[Child]:
    python = sys.executable
    bind = ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--workers", "2", "--threads", "4"]
    log = ["--access-logfile", "-", "--logger-class", "config.web_log.WebLog"]
    yield Child("web", [python, "-m", "gunicorn", "config.wsgi", *bind, *log])
    celery = [python, "-m", "celery", "-A", "config"]
    for name, (queues, processes) in QUEUES.items():
        pool = ["--concurrency", str(processes), "--hostname", f"{name}@demo", "--loglevel", "INFO"]
        yield Child(name, [*celery, "worker", "--queues", queues, *pool], stop="QUIT")
    scheduler = ["--scheduler", "django_celery_beat.schedulers:DatabaseScheduler", "--pidfile="]
    yield Child("beat", [*celery, "beat", *scheduler, "--loglevel", "INFO"])


def _load(state: State, environment: dict[str, str], supervisor: Supervisor) -> None:
    """Bring in people, masters and first events, then let the stream of events run."""
    if _has_command("load_demo"):
        _say("Demo data…")
        _manage(state, environment, "load_demo")
    else:
        _say("No demo data: manage.py load_demo does not exist yet.")
    if _has_command("demo_stream"):
        stream = [sys.executable, "manage.py", "demo_stream"]
        supervisor.start(Child("stream", stream, once=True))
    else:
        _say("No stream of events: manage.py demo_stream does not exist yet.")


def _has_command(name: str) -> bool:
    return any(ROOT.glob(f"*/management/commands/{name}.py"))


def _manage(state: State, environment: dict[str, str], command: str, *arguments: str) -> None:
    """Run one management command to its end, tethered as all else. Raises LocalError when it fails."""
    process = spawn(
        [sys.executable, "manage.py", command, *arguments],
        log=state.logs / f"{command}.log",
        environment=environment,
        folder=ROOT,
    )
    try:
        code = process.process.wait()
    finally:
        process.stop()
    if code:
        raise LocalError(f"manage.py {command} failed. Its log, {process.log}, ends:\n{process.log_tail()}")


def _wait_until_ready(supervisor: Supervisor, port: int) -> str:
    """Wait for the web server's own word that it can work; gives the page that said so."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        for path in ("/readyz", "/healthz"):
            status = _status(port, path)
            if status == 200:
                return path
            if status != 404:
                break
        supervisor.look(time.monotonic())
        time.sleep(LOOK_SECONDS)
    raise LocalError(
        f"The web server was not ready after {SETTLE_SECONDS:.0f} s; see the logs in {supervisor.logs}."
    )


def _status(port: int, path: str) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _welcome(state: State, port: int, path: str, *, seconds: float) -> None:
    lines = ["", f"Tieout runs: http://127.0.0.1:{port}/   ({path} says so, after {seconds:.0f} s)", ""]
    logins = state.logins()
    if logins:
        lines.append(f"  {'role':<20} {'user':<20} password")
        lines += [f"  {login.role:<20} {login.username:<20} {login.password}" for login in logins]
        lines.append("")
    if state.api_key.exists():
        state.api_key.chmod(0o600)
        lines.append(f"  CAFM API key   {state.api_key}")
    lines += [
        f"  manage.py      . {state.env} && .venv/bin/python manage.py …",
        f"  logs           {state.logs}",
        "",
        "Ctrl-C stops all of it.",
    ]
    print("\n".join(lines), flush=True)


def _check_port(port: int) -> None:
    """Make sure of the port; a demo that was killed may hold it for another moment."""
    reasons: list[str] = []
    if not wait_until(lambda: _can_bind(port, reasons), seconds=PORT_SECONDS, pause=0.2):
        raise LocalError(
            f"Port {port} on 127.0.0.1 cannot be used ({reasons[-1]}). Try: make demo PORT={port + 1}"
        )


def _can_bind(port: int, reasons: list[str]) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reasons.append(error.strerror or str(error))
            return False
    return True


def _write_holder(lock: IO[str], port: int) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(f"process {os.getpid()}, http://127.0.0.1:{port}/")
    lock.flush()


def _reset(state: State) -> int:
    """Forget everything that earlier starts kept."""
    if not state.folder.exists():
        print("The demo keeps nothing; there is nothing to forget.")
        return 0
    try:
        state.take().close()
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    places.forget(state.folder)
    print(f"Forgot {state.folder}.")
    return 0


def _listen_for_signals() -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, _frame: FrameType | None) -> None:
        for later in numbers:  # everything is on its way to a good end; impatience would only spoil it
            signal.signal(later, signal.SIG_IGN)
        _say("Stopping…")
        raise Stopped(signal.Signals(number).name)

    for number in numbers:
        signal.signal(number, stop)


def _end_with_parent() -> None:
    """Stop when `make` is killed. The kernel tells on Linux; elsewhere a thread looks."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _say(text: str) -> None:
    print(text, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m config.local.demo", description=__doc__)
    parser.add_argument("--port", default=os.environ.get("PORT", "8000"))
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the state lies")
    parser.add_argument("--reset", action="store_true", help="forget the state, start nothing")
    parser.add_argument("--with-parent", action="store_true", help="stop when the starter, make, is gone")
    options = parser.parse_args()
    options.port = _port(options.port)
    return options


def _port(text: str) -> int:
    """Read the port; raises LocalError."""
    if text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST_PORT:
        return int(text)
    raise LocalError(f"PORT is {text!r}. Use a number from 1 to {HIGHEST_PORT}, such as make demo PORT=8123.")


if __name__ == "__main__":
    sys.exit(main())
