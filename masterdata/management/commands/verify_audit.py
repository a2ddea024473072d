"""Verify that no row of the books was edited, taken away, put in or moved since it was sealed."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from masterdata import chain


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--heads",
            metavar="FILE",
            help="a log of ours (- for standard input): the ends of chains that it tells must still be there",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = chain.verify(_heads(options["heads"]) if options["heads"] else [])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(verdict), ensure_ascii=False))
        else:
            self._tell(verdict)
        if verdict.faults:
            sys.exit(1)

    def _tell(self, verdict: chain.Verdict) -> None:
        for fault in verdict.told:
            self.stdout.write(str(fault))
        if verdict.faults > len(verdict.told):
            self.stdout.write(f"… and {verdict.faults - len(verdict.told)} more.")
        self.stdout.write(
            f"{verdict.rows} rows verified, {verdict.faults} faults, {verdict.forgotten} forgotten at the "
            f"end of their term, {verdict.unsealed} not sealed yet."
        )
        for name, end in verdict.ends.items():
            self.stdout.write(f"{name}: {end}")


def _heads(path: str) -> list[chain.Head]:
    try:
        lines = sys.stdin if path == "-" else Path(path).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}. Name a log of Tieout.") from error
    heads = chain.read_heads(lines)
    if not heads:
        raise CommandError(f"{path} tells no end of a chain. Name a log of Tieout of an hour or more.")
    return heads
