"""Run under faults: `python -m tests.chaos --docs 10000 --faults 0.3 --seed 1`, or `make chaos`.

All programs of Tieout run as processes. Documents of every kind are sent to the web server as events while
Business Central's sandbox fails a share of its calls, some late, the wire to it is cut and silenced, and
every half second a process is killed or stopped. In the end every document must be in the sandbox once.
Figures go to .bench/chaos-<seed>.json; the exit code is 1 when a document is lost or there twice, or when
something cannot be explained.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests import place

FOLDER = Path(__file__).resolve().parents[2] / ".bench"
NAMED = 20
SAY_SECONDS = 10.0
WIRE_SHARE = 0.1  # of the share of faults: a piece that is lost costs seconds


def main() -> int:
    options = _options()
    logs = FOLDER / f"chaos-{options.seed}"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    with place.prepare_durably() as (sandbox, servers):
        from tests.chaos import blind, shaking

        weather = shaking.Weather(
            options.faults,
            wire=0.0 if options.blind else options.faults * WIRE_SHARE,
            strike_every=options.kill_every or None,
            sure=blind.SURE if options.blind else (),
        )
        try:
            run = shaking.shake(
                sandbox,
                servers,
                logs,
                documents=options.docs,
                weather=weather,
                seed=options.seed,
                hands=options.workers,
                application=blind.APPLICATION if options.blind else "config",
                say=_now_and_then(),
            )
        except shaking.Hopeless as error:
            sys.stderr.write(f"{error}\n")
            return 1
    named = {title: names[:NAMED] for title, names in vars(run.verdict).items() if names}
    told = run.told | {"named": named}
    (FOLDER / f"chaos-{options.seed}.json").write_text(json.dumps(told, indent=2) + "\n")
    for name, value in run.told.items():
        sys.stdout.write(f"  {name:<26} {value}\n")
    for title, names in vars(run.verdict).items():
        for name in names[:NAMED]:
            sys.stderr.write(f"  {title}: {name}\n")
    return 0 if run.verdict.is_good else 1


def _now_and_then() -> Callable[[str], None]:
    """Give a voice that speaks every few seconds."""
    last = time.monotonic()

    def say(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= SAY_SECONDS:
            last = time.monotonic()
            sys.stdout.write(f"  {text}\n")
            sys.stdout.flush()

    return say


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--docs", type=int, default=10_000, help="documents to send")
    parser.add_argument("--faults", type=float, default=0.3, help="share of the calls that go wrong")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same documents and faults")
    parser.add_argument("--kill-every", type=float, default=0.5, help="seconds between two strikes; 0: none")
    parser.add_argument("--workers", type=int, default=max(4, os.cpu_count() or 4), help="worker processes")
    parser.add_argument("--blind", action="store_true", help="do not look first: must find duplicates")
    options = parser.parse_args()
    if options.docs < 2 or not 0 <= options.faults < 1:
        parser.error("--docs is at least 2, --faults from 0 to below 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
