"""Ask a tenant what only it can answer: `manage.py probe_tenant [--write --company NAME] [--json]`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integration import connections
from integration.bc import Client, Lane
from integration.contract import probes
from integration.contract.probes import Probed, Verdict
from integration.errors import IntegrationError


class Command(BaseCommand):
    help = (
        "Ask Business Central the questions that only the tenant itself answers. Reads only, unless --write "
        "is given with the name of the company to write in. Exit code 0: nothing differs."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--write",
            action="store_true",
            help="also create a draft purchase order, try its rules and delete it",
        )
        parser.add_argument(
            "--post", action="store_true", help="with --write: also post a receipt of one unit; it stays"
        )
        parser.add_argument(
            "--company", default="", help="with --write: the name of the company, as BC shows it"
        )
        parser.add_argument("--vendor", default="", help="with --write: the vendor to order from")
        parser.add_argument("--item", default="", help="with --write: the item to order")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["post"] and not options["write"]:
            raise CommandError("--post is only taken with --write.")
        if options["write"] and not options["company"]:
            raise CommandError("Name the company to write in: --write --company NAME.")
        try:
            client = connections.client(lane=Lane.BULK)
            if options["write"]:
                _check_company(client, options["company"])
            told = self._tell(_asked(client, options), quiet=options["json"])
            problems = connections.sign_in_problems()
        except IntegrationError as error:
            if options["json"]:
                self.stdout.write(json.dumps({"ok": False, "error": error.sentence}))
            raise CommandError(error.sentence) from error
        ok = not problems and all(each.verdict is not Verdict.DIFFERS for each in told)
        if options["json"]:
            probed = [asdict(each) for each in told]
            self.stdout.write(json.dumps({"ok": ok, "probes": probed, "client_problems": problems}))
        elif problems:
            self.stdout.write("\n".join(problems))
        if not ok:
            raise CommandError("Something differs; the answers above say what to do.", returncode=1)

    def _tell(self, probed: Iterable[Probed], *, quiet: bool) -> list[Probed]:
        """Write each answer as it comes."""
        told = []
        for each in probed:
            told.append(each)
            if not quiet:
                self.stdout.write(f"{each.verdict:18} {each.name}: {each.found}")
                if each.do:
                    self.stdout.write(f"{'':18} → {each.do}")
        return told


def _asked(client: Client, options: dict[str, Any]) -> Iterator[Probed]:
    yield from probes.probe_reading(client)
    if options["write"]:
        trial = probes.choose_trial(client, vendor=options["vendor"], item=options["item"])
        yield from probes.probe_writing(client, trial, post=options["post"])


def _check_company(client: Client, name: str) -> None:
    """Write only where a person said so in words."""
    found = client.company()["name"]
    if found != name:
        raise CommandError(
            f"The connection leads to the company {found!r}, not to {name!r}. Nothing was written."
        )
