"""Run at a steady pace for hours under faults: `python -m tests.soak --hours 2 --faults 0.05` (`make soak`).

Nothing is killed: memory shall be seen. Looks go to .bench/soak-<seed>.jsonl, the figures beside them with
the verdict: memory of each program, latency and backlog against limits that can be set. The exit code is 1
when a figure is over its limit, a document is lost or there twice, a program ended by itself, or something
cannot be explained. SIGTERM or Ctrl-C end it early: then it tells what it saw so far, and the exit code is 2
where nothing was wrong.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import threading
import time
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from tests import place
from tests.soak.judging import Judgement, Limits, judge

FOLDER = Path(__file__).resolve().parents[2] / ".bench"
BATCH = 10  # events that the CAFM sends at once
SAY_SECONDS = 30.0


def main() -> int:
    options = _options()
    logs = options.to / f"soak-{options.seed}"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    looks = options.to / f"soak-{options.seed}.jsonl"
    looks.unlink(missing_ok=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    told, judgement = _soak(options, logs, looks, stop)
    told |= {"checks": [asdict(check) for check in judgement.checks], "verdict": judgement.sentence}
    (options.to / f"soak-{options.seed}.json").write_text(json.dumps(told, indent=2) + "\n")
    _tell(told, judgement)
    return judgement.code


def _soak(
    options: argparse.Namespace, logs: Path, looks: Path, stop: threading.Event
) -> tuple[dict[str, Any], Judgement]:
    """Run it to its end or until it is stopped; gives the figures and what they come to."""
    documents = max(20, int(options.hours * 3600 * options.a_second))
    told: dict[str, Any] = {}
    trouble, stopped = [], False
    with place.prepare_durably() as (sandbox, servers):
        from tests.chaos import shaking
        from tests.soak import watching

        watch = watching.Watch(looks, options.every, stop.is_set)
        try:
            run = shaking.shake(
                sandbox,
                servers,
                logs,
                documents=documents,
                weather=shaking.Weather(options.faults),
                seed=options.seed,
                every=BATCH / options.a_second,
                watch=watch,
                say=_now_and_then(),
            )
            told = dict(run.told)
            trouble = [f"{name} {len(found)}" for name, found in vars(run.verdict).items() if found]
        except watching.Stopped:
            stopped = True
        except shaking.Hopeless as error:
            trouble = [str(error)]
    told |= watching.summary(watch.samples)
    trouble += watch.trouble
    limits = Limits(**{each.name: getattr(options, each.name) for each in fields(Limits)})
    return told, judge(told, a_second=options.a_second, limits=limits, trouble=trouble, stopped=stopped)


def _tell(told: dict[str, Any], judgement: Judgement) -> None:
    for name, value in told.items():
        if name not in ("checks", "verdict"):
            sys.stdout.write(f"  {name:<26} {value}\n")
    for check in judgement.checks:
        sys.stdout.write(f"  {check}\n")
    sys.stdout.write(f"{judgement.sentence}\n")


def _now_and_then():  # type: ignore[no-untyped-def]
    last = time.monotonic()

    def say(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= SAY_SECONDS:
            last = time.monotonic()
            sys.stdout.write(f"  {text}\n")
            sys.stdout.flush()

    return say


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=2.0, help="how long the CAFM sends")
    parser.add_argument("--faults", type=float, default=0.05, help="share of the calls that go wrong")
    parser.add_argument("--a-second", type=float, default=3.0, help="documents that come in a second")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same documents and faults")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two looks")
    parser.add_argument("--to", type=Path, default=FOLDER, help="the folder for looks, figures and logs")
    for each in fields(Limits):
        words = each.name.replace("_", " ")
        parser.add_argument(
            f"--{each.name.replace('_', '-')}", type=float, default=each.default, help=f"limit: {words}"
        )
    options = parser.parse_args()
    if options.hours <= 0 or not 0 <= options.faults < 1 or options.a_second <= 0:
        parser.error("--hours and --a-second are above 0, --faults from 0 to below 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
