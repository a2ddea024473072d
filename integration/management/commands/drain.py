"""Work the outbox here, without Celery."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integration import delivery


class Command(BaseCommand):
    help = (
        "Deliver the messages that are due to Business Central, here and without Celery. "
        "Ends with 1 when the connection stopped it, or when messages are stuck after it."
    )
    requires_system_checks: list[str] = []  # they load every page, and a worker shows none

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--until-idle",
            action="store_true",
            help="wait for retries and looks, until only people can go on",
        )
        parser.add_argument("--seconds", type=float, help="stop after this long")
        parser.add_argument("--hands", type=int, default=1, help="deliver so many at once; one by one")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        report = delivery.drain(
            until_idle=options["until_idle"], seconds=options["seconds"], hands=options["hands"]
        )
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict()))
        else:
            done = ", ".join(f"{count} {name}" for name, count in sorted(report.outcomes.items()))
            self.stdout.write(f"Delivered: {done or 'nothing was due'}.")
            self.stdout.write(
                f"Still moving: {report.pending}, stuck: {report.stuck}, waiting: {report.waiting}."
            )
        if not report.ok:
            raise CommandError(report.problem, returncode=1)
