"""Tell what the terms of retention would remove now. Nothing is removed: workers do that."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from integration import retention


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        found = retention.dry_run(now=timezone.now())
        if options["json"]:
            told = {
                each.term.kind: {
                    "days": each.term.days,
                    "since": each.since.isoformat(),
                    "would_remove": each.would_go,
                }
                for each in found
            }
            self.stdout.write(json.dumps(told))
            return
        for each in found:
            self.stdout.write(each.sentence[:1].upper() + each.sentence[1:])
