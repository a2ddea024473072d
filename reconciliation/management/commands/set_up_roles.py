"""Create the roles, or bring them back to the table in reconciliation/roles.py."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reconciliation import roles


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = roles.apply_roles()
        if options["json"]:
            self.stdout.write(json.dumps({"roles": counts}))
            return
        for role, count in counts.items():
            self.stdout.write(f"{role}: {count} permissions")
