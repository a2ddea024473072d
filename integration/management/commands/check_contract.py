"""Compare what Business Central offers with what Tieout uses: `manage.py check_contract [--json]`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integration import connections
from integration.contract import checking
from integration.contract.checking import Checked
from integration.errors import ConfigurationError, IntegrationError

BROKEN = 1
NOT_CHECKED = 2


class Command(BaseCommand):
    help = (
        "Read what Business Central offers and compare it with what the code and the field mappings use. "
        "Exit code 0: nothing is paused; 1: something is, or BC does not show the company; 2: not read."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            checked = checking.check()
        except IntegrationError as error:
            if options["json"]:
                self.stdout.write(json.dumps({"ok": False, "error": error.sentence}))
            raise CommandError(error.sentence, returncode=NOT_CHECKED) from error
        problems = connections.sign_in_problems()
        company_problem = _company_problem() if checked.ok else ""
        if options["json"]:
            told = as_dict(checked) | {"client_problems": problems}
            if company_problem:
                told |= {"ok": False, "error": company_problem}
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write("\n".join([*_lines(checked), *problems]))
        if not checked.ok:
            raise CommandError("Something is paused; the lines above name it.", returncode=BROKEN)
        if company_problem:
            raise CommandError(company_problem, returncode=BROKEN)


def _company_problem() -> str:
    """Say why the company in BC_COMPANY cannot be used; the lists may be right and it still be unknown."""
    try:
        connections.client().company()
    except ConfigurationError as error:
        return error.sentence
    return ""


def as_dict(checked: Checked) -> dict[str, Any]:
    """Write what a check found for another program."""
    return {
        "ok": checked.ok,
        "level": checked.level.name.lower(),
        "read_at": checked.read_at.isoformat(),
        "features": [
            {
                "key": each.feature.key,
                "title": each.feature.title,
                "needs": each.feature.level.name.lower(),
                "state": each.state,
                "sentence": each.sentence,
            }
            for each in checked.standings
        ],
        "findings": [
            {
                "feature": each.feature,
                "kind": each.kind,
                "route": "app" if each.app else "standard",
                "entity_set": each.entity_set,
                "part": each.part,
                "name": each.name,
                "mapping": each.mapping,
                "successor": each.successor,
                "pauses": each.pauses,
                "found_at": each.found_at.isoformat(),
                "sentence": each.sentence,
            }
            for each in checked.findings
        ],
        "changes": list(checked.changes),
    }


def _lines(checked: Checked) -> Iterator[str]:
    yield f"Business Central offers: {checked.level.label}."
    for each in checked.standings:
        yield f"  {each.state:7} {each.feature.title}"
        if each.state == "waits":
            yield f"          {each.sentence}"
    for finding in checked.findings:
        yield f"{'Paused' if finding.pauses else 'Note'}: {finding.sentence}"
    for change in checked.changes:
        yield f"Since the reading before: {change}"
