"""The command line: start a sandbox, say where it is, stop on a signal or with its parent."""

import argparse
import fcntl
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import IO, Any
from uuid import UUID

from integration.sandbox import faults as fault_rules
from integration.sandbox.errors import Refusal
from integration.sandbox.sandbox import Sandbox
from integration.sandbox.settings import BC_LIMITS, LEVELS, VERSIONS, Settings

DEFAULT_PORT = 8443
LOCK_NAME = "running.lock"
PARENT_CHECK_SECONDS = 0.5
EPILOG = (
    "The first line of the output is JSON with all that a client needs: addresses, tenant, client id and"
    " secret, certificate authority, companies, and the control channel that seeds rows, sets faults and"
    f" changes settings while it runs. Faults: {', '.join(fault_rules.FAULTS)}. Settings:"
    f" {', '.join(each.name for each in fields(Settings))}. More in docs/howto/bc-sandbox.md."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, for this program and for the management command."""
    parser.epilog = EPILOG
    parser.add_argument(
        "--data", type=Path, required=True, help="a folder for rows, keys and connection.json; made if needed"
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="default 8443; 0 picks a free port")
    tenant = parser.add_argument_group("what the tenant is")
    tenant.add_argument(
        "--level",
        choices=LEVELS,
        default="app",
        help="standard: API v2.0 only; analytics: with Microsoft's queries; app: with the AL app as well",
    )
    tenant.add_argument(
        "--bc-version", choices=VERSIONS, default="28.4", help="the version whose sets and fields it has"
    )
    tenant.add_argument("--company-id", type=UUID, help="the id of its first company, in a new folder")
    tenant.add_argument(
        "--limits", action="store_true", help="hold each client to BC's 6,000 calls in 5 minutes, 5 at once"
    )
    trouble = parser.add_argument_group("trouble")
    trouble.add_argument("--faults", type=Path, help="a file with a JSON list of fault rules")
    trouble.add_argument(
        "--fault-rate",
        type=float,
        default=0.0,
        help="let every kind of fault strike at this rate, 0 to 1; 0.02 strikes about every fourth call",
    )
    trouble.add_argument("--seed", type=int, default=0, help="with --fault-rate: which calls are struck")
    parser.add_argument(
        "--parent-pid",
        type=int,
        default=int(os.environ.get("SANDBOX_PARENT_PID", "0")) or None,
        help="stop when this parent process is gone (also SANDBOX_PARENT_PID)",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m integration.sandbox", description=__doc__)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        return run(options)
    except CannotStartError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


class CannotStartError(Exception):
    """The sandbox cannot be started so; the text says why and what to do."""


def run(options: argparse.Namespace) -> int:
    """Start a sandbox, print its connection as one line of JSON, serve until stopped.

    Raises CannotStartError when the options do not allow it.
    """
    os.umask(0o077)
    rules = _rules(options)
    folder = options.data.resolve()
    with _lock(folder):
        return _serve(folder, rules, options)


def _serve(folder: Path, rules: list[dict[str, Any]], options: argparse.Namespace) -> int:
    start = {"level": options.level, "version": options.bc_version}
    start |= BC_LIMITS if options.limits else dict.fromkeys(BC_LIMITS, 0)
    try:
        company = str(options.company_id) if options.company_id else None
        sandbox = Sandbox(folder, port=options.port, start=start, rules=rules, company_id=company)
    except Refusal as refusal:
        raise CannotStartError(f"The faults cannot be used: {refusal.message}") from refusal
    except (OSError, OverflowError) as error:
        raise CannotStartError(
            f"Port {options.port} cannot be used: {error}. Give another with --port; 0 picks a free one."
        ) from error
    connection = sandbox.connection()
    connection.save(sandbox.data_dir)
    _stop_on_signals(sandbox)
    if options.parent_pid is not None:
        threading.Thread(target=_stop_with_parent, args=(sandbox, options.parent_pid), daemon=True).start()
    sys.stdout.write(connection.as_json() + "\n")
    sys.stdout.flush()
    sandbox.serve()
    sandbox.stop()
    return 0


def _rules(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Read the fault rules that the options ask for."""
    try:
        rules: list[dict[str, Any]] = json.loads(options.faults.read_text()) if options.faults else []
        if options.fault_rate:
            rules += fault_rules.mixture(options.fault_rate, options.seed)
    except Refusal as refusal:
        raise CannotStartError(f"--fault-rate cannot be {options.fault_rate}: {refusal.message}") from refusal
    except (OSError, ValueError) as error:
        raise CannotStartError(f"The faults in {options.faults} cannot be read: {error}") from error
    return rules


def _lock(folder: Path) -> IO[str]:
    """Hold the folder for this process: two on the same rows would overwrite each other's."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK_NAME).open("a")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CannotStartError(
            f"Another sandbox runs on {folder}. Stop it, or give another folder with --data."
        ) from error
    except OSError as error:
        raise CannotStartError(f"The folder {folder} cannot be used: {error.strerror}.") from error
    return lock


def _stop_on_signals(sandbox: Sandbox) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        sandbox.server.close_listener()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _stop_with_parent(sandbox: Sandbox, parent_pid: int) -> None:
    """Poll for the parent; PDEATHSIG would fire when its starting thread ends, which is too early."""
    is_child = os.getppid() == parent_pid
    while _is_alive(parent_pid) and not (is_child and os.getppid() != parent_pid):
        time.sleep(PARENT_CHECK_SECONDS)
    sandbox.server.close_listener()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
