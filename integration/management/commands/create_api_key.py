"""Make an API key for a CAFM; its secret is shown this once."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integration.cafm import auth
from integration.models import ApiKey
from masterdata.models import Company
from masterdata.ownership import MIRRORED


class Command(BaseCommand):
    help = "Make an API key for a CAFM; its secret is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who uses the key, for example 'CAFM site A'")
        parser.add_argument(
            "--scope",
            action="append",
            choices=ApiKey.Scope.values,
            help="what the key may do; may be given several times (default: all)",
        )
        parser.add_argument(
            "--source",
            action="append",
            default=[],
            help="event source that it may send for; may be given several times (default: any)",
        )
        parser.add_argument(
            "--list",
            action="append",
            default=[],
            choices=MIRRORED,
            dest="lists",
            help="master list that it may read; may be given several times (default: all)",
        )
        parser.add_argument("--company", default="", help="the company's name (default: the only one)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = options["scope"] or ApiKey.Scope.values
        company = _company(options["company"])
        key, secret = auth.issue(company, options["name"], scopes, options["source"], options["lists"])
        if options["json"]:
            self.stdout.write(json.dumps({"key": secret, "company": company.name} | _rights(key)))
            return
        self.stdout.write(f"{secret}\nKeep it now: only its hash is stored.")


def _rights(key: ApiKey) -> dict[str, Any]:
    """Tell what the key may do; no sources or lists means all of them."""
    told = ("name", "prefix", "scopes", "sources", "lists")
    return {field: getattr(key, field) for field in told}


def _company(name: str) -> Company:
    found = list(Company.objects.filter(name=name) if name else Company.objects.all()[:2])
    if len(found) == 1:
        return found[0]
    if name:
        raise CommandError(f"There is no company {name!r}.")
    raise CommandError(
        "There are several companies: name one with --company."
        if found
        else "There is no company yet. Run manage.py set_up first."
    )
