"""Fill the demo: masters and invoices into the BC sandbox, people, and a few weeks of the CAFM's events."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integration import inbox
from integration.demo import load
from integration.sandbox.control_client import ControlClient


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        say = (lambda _text: None) if options["json"] else self.stdout.write
        try:
            loaded = load.load(_folder(), control=control(), say=say)
        except inbox.EventConflict as error:
            raise CommandError(
                f"{_folder()} holds an older story of the demo. Run `make demo-reset`, then `make demo`."
            ) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(loaded)))


def control() -> ControlClient:
    """Give the sandbox's control channel from the environment; raises CommandError without."""
    try:
        return ControlClient(
            url=os.environ["SANDBOX_CONTROL_URL"],
            token=os.environ["SANDBOX_CONTROL_TOKEN"],
            ca_bundle=os.environ["BC_CA_BUNDLE"],
        )
    except KeyError as error:
        raise CommandError(
            f"{error.args[0]} is not set. This command works in the demo: start `make demo`, then "
            "`. .demo/env` in the shell where you run it."
        ) from error


def _folder() -> Path:
    return Path(os.environ.get("TIEOUT_DEMO_DIR", ".demo"))
