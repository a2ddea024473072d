"""Take open balances over: `manage.py open_balances --orders FILE ... [--write]`."""

from __future__ import annotations

import getpass
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integration import opening, sync
from integration.errors import IntegrationError
from integration.models import OpeningRun

SHOWN = 50


class Command(BaseCommand):
    help = (
        "Take over what is open on the day of the cutover: orders, receipts not invoiced yet, invoices and "
        "stock, each a CSV file. Without --write it is a dry run: everything is checked against Business "
        "Central, and nothing stays. Exit code 1: rows are wrong, and nothing was taken over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name, columns in opening.FILES.items():
            parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=", ".join(columns))
        parser.add_argument("--write", action="store_true", help="take them over, if every row is right")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            files = {name: options[name].read_bytes() for name in opening.FILES if options[name]}
            company = sync.ensure_company()
            run = opening.ask(company, files, dry_run=not options["write"], by=getpass.getuser())
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from error
        except opening.BalanceError as error:
            raise CommandError(str(error)) from error
        except IntegrationError as error:
            raise CommandError(error.sentence) from error
        opening.run_asked()
        run.refresh_from_db()
        self.stdout.write(json.dumps(_told(run)) if options["json"] else "\n".join(_lines(run)))
        if run.state != OpeningRun.State.DONE:
            raise CommandError(run.trouble or f"{run.wrong} rows are wrong; see above.", returncode=1)


def _told(run: OpeningRun) -> dict[str, Any]:
    return {
        "ok": run.state == OpeningRun.State.DONE,
        "run": run.pk,
        "dry_run": run.is_dry_run,
        "rows": run.rows,
        "wrong": run.wrong,
        "problems": run.problems,
        "totals": run.totals,
    }


def _lines(run: OpeningRun) -> Iterator[str]:
    kind = "Dry run" if run.is_dry_run else "Run"
    yield f"{kind} {run.pk}: {run.rows} rows, {run.wrong} wrong."
    for each in run.totals:
        sign = "=" if each["ties_out"] else "≠"
        yield f"  {each['what']}: {each['files']} in the files {sign} {each['there']} in Business Central"
    for each in run.problems[:SHOWN]:
        yield f"  {each['file']}, row {each['row']}: {each['sentence']}"
