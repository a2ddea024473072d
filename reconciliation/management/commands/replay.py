"""Judge stored decisions again from their stored questions, and tell which come out differently.

Tells of each which engine decided and which replays it. With an invoice, what agrees is told as well.
"""

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
            for sentence in result.sentences():
                self.stdout.write(sentence)
        if result.differences:
            sys.exit(1)
