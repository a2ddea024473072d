"""Judge stored decisions again from their stored questions, and tell which come out differently."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reconciliation import replaying


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--invoice", help="only the decisions on this invoice number")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        result = replaying.replay(invoice_number=options["invoice"])
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False))
        else:
            for difference in result.differences:
                self.stdout.write(str(difference))
            self.stdout.write(f"{result.replayed} decisions replayed, {len(result.differences)} differ.")
        if result.differences:
            sys.exit(1)
