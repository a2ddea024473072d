"""Install roles, field mappings, schedules, the company and its policies; safe at every start."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integration import installation
from integration.errors import IntegrationError
from reconciliation import first_owners


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
        parser.add_argument(
            "--first-owners",
            action="store_true",
            help="also give each reason of an exception its usual first owner, where it has none",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = installation.set_up()
        except IntegrationError as error:
            if options["json"]:
                self.stdout.write(json.dumps({"error": error.sentence}))
            raise CommandError(error.sentence, returncode=2) from error
        owners = first_owners.install_usual(done.company) if options["first_owners"] and done.company else 0
        if options["json"]:
            answer = {
                "company": done.company.name if done.company else None,
                "roles": done.roles,
                "mappings_added": done.mappings_added,
                "schedules_added": done.schedules_added,
                "escalation_added": done.escalation_added,
                "first_owners_added": owners,
            }
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(
            f"{done.roles} roles; {done.mappings_added} mappings, {done.schedules_added} schedules and "
            f"{done.escalation_added} channels and rules of escalation added."
        )
        if options["first_owners"]:
            self.stdout.write(f"{owners} first owners of exceptions added.")
        if done.company:
            self.stdout.write(f"Company {done.company} has its policies.")
        else:
            self.stdout.write(
                "Business Central is not connected: set the BC_* variables, then run this again."
            )
