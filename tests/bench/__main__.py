"""Benchmarks: `python -m tests.bench`, or `make bench`. Results go to .bench/bench.json.

Each path is measured beside a simple way of doing the same, in turn and in the same run, because the ratio
says more than the rate of one machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests import place

FILE = Path(__file__).resolve().parents[2] / ".bench" / "bench.json"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="paths to measure; all of them")
    parser.add_argument("--size", type=int, help="orders in the backlog of drain")
    parser.add_argument("--rounds", type=int, help="rounds of drain and of match_in_bulk")
    parser.add_argument("--lines", type=int, action="append", help="invoice lines of match_in_bulk; several")
    parser.add_argument("--arrivals", type=float, help="events a second that come in during drain")
    parser.add_argument("--cases", type=int, help="cases on the desk, each with five findings")
    options = parser.parse_args()
    names = options.names
    with place.prepare() as sandbox:
        from tests.bench import desk, draining, house, matching, measuring, paths
        from tests.bench.masters import dlt_rival

        known = {path.__name__: path for path in (*paths.PATHS, *paths.SLOW)}
        if unknown := set(names) - set(known):
            parser.error(f"There is no {', '.join(sorted(unknown))}. Choose from {', '.join(known)}.")
        try:
            if not names or "pulls" in names:
                dlt_rival.install()
        except dlt_rival.NotThere as exc:
            sys.stderr.write(f"{exc}\n")
        for name in ("size", "rounds", "arrivals"):
            if (value := getattr(options, name)) is not None:
                setattr(draining, name.upper(), value)
        desk.CASES = options.cases or desk.CASES
        matching.SIZES = options.lines or matching.SIZES
        matching.ROUNDS = options.rounds or matching.ROUNDS
        company = house.House(sandbox.control)
        results = []
        for name, path in known.items():  # in their order: the later ones leave documents behind
            if name in names or (not names and path in paths.PATHS):
                results += path(company)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps({"results": [result.as_dict() for result in results]}, indent=2) + "\n")
    sys.stdout.write(measuring.table(results) + f"\n  Also in {FILE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
