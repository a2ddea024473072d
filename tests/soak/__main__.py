"""Run at a steady pace for hours under faults: `python -m tests.soak --hours 2 --faults 0.05` (`make soak`).

Nothing is killed: memory shall be seen. Looks go to .bench/soak-<seed>.jsonl, the figures beside them. The
exit code is 1 when a document is lost or there twice, or when something cannot be explained.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

from tests import place

FOLDER = Path(__file__).resolve().parents[2] / ".bench"
BATCH = 10  # events that the CAFM sends at once
SAY_SECONDS = 30.0


def main() -> int:
    options = _options()
    logs = FOLDER / f"soak-{options.seed}"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    looks = FOLDER / f"soak-{options.seed}.jsonl"
    looks.unlink(missing_ok=True)
    documents = max(20, int(options.hours * 3600 * options.a_second))
    with place.prepare_durably() as (sandbox, servers):
        from tests.chaos import shaking
        from tests.soak import watching

        watch = watching.Watch(looks)
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
        told = run.told | watching.summary(watch.samples)
    (FOLDER / f"soak-{options.seed}.json").write_text(json.dumps(told, indent=2) + "\n")
    for name, value in told.items():
        sys.stdout.write(f"  {name:<26} {value}\n")
    return 0 if run.verdict.is_good else 1


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
    options = parser.parse_args()
    if options.hours <= 0 or not 0 <= options.faults < 1 or options.a_second <= 0:
        parser.error("--hours and --a-second are above 0, --faults from 0 to below 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
