"""Run the Business Central sandbox beside this project."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integration.sandbox import cli


class Command(BaseCommand):
    """`manage.py bc_sandbox --port 8443 --data DIR`: the same options as `python -m integration.sandbox`."""

    help = "Run the local imitation of Business Central until it is stopped"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        cli.add_arguments(parser)
        parser.add_argument(
            "--json", action="store_true", help="print only the connection values, once it is ready"
        )

    def handle(self, **options: Any) -> None:
        if not options["json"]:
            self.stderr.write("Starting the Business Central sandbox; Ctrl-C stops it.")
        try:
            cli.run(argparse.Namespace(**options))
        except cli.CannotStartError as refusal:
            raise CommandError(str(refusal)) from refusal
