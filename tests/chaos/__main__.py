"""Run under faults: `python -m tests.chaos --docs 10000 --faults 0.3 --seed 1`, or `make chaos`.

Documents are sent as events while Business Central's sandbox fails a share of its calls and workers are
killed. In the end every document must be in the sandbox once. Figures go to .bench/chaos-<seed>.json; the
exit code is 1 when a document is lost or there twice, or when something cannot be explained.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests import place

FOLDER = Path(__file__).resolve().parents[2] / ".bench"
DOCUMENTS_A_KILL = 100
NAMED = 20
SAY_SECONDS = 10.0


def main() -> int:
    options = _options()
    FOLDER.mkdir(exist_ok=True)
    log = FOLDER / f"chaos-{options.seed}.log"
    log.unlink(missing_ok=True)
    with place.prepare() as sandbox:
        from tests.chaos import blind, shaking

        try:
            run = shaking.shake(
                sandbox.control,
                log,
                documents=options.docs,
                faults=options.faults,
                seed=options.seed,
                kills=max(3, options.docs // DOCUMENTS_A_KILL) if options.kills is None else options.kills,
                hands=options.workers,
                worker=blind.MODULE if options.blind else "",
                say=_now_and_then(),
            )
        except shaking.Hopeless as error:
            sys.stderr.write(f"{error}\n")
            return 1
    figures = run.as_dict()
    (FOLDER / f"chaos-{options.seed}.json").write_text(json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        sys.stdout.write(f"  {name:<16} {value}\n")
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
    parser.add_argument("--kills", type=int, help="workers to kill; one a hundred documents, at least three")
    parser.add_argument("--workers", type=int, default=max(2, os.cpu_count() or 2), help="worker processes")
    parser.add_argument("--blind", action="store_true", help="do not look first: must find duplicates")
    options = parser.parse_args()
    if options.docs < 2 or not 0 <= options.faults < 1:
        parser.error("--docs is at least 2, --faults from 0 to below 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
