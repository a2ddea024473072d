"""Judge the invoices that are due, now and here, without Celery; stopped or killed, go on with it later."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from masterdata.audit import acting_as
from reconciliation import bulk, reconcile
from reconciliation.models import ExceptionCase, SupplierInvoice

BATCH = 500


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        due = SupplierInvoice.objects.due_for_matching().count()

        def tell(looked_at: int, judged: int) -> None:
            if not options["json"]:
                self.stdout.write(f"Looked at {looked_at:,} of {due:,} invoices: {judged:,} tie out.")
                self.stdout.flush()

        with acting_as("command reconcile"):
            judged = bulk.match_plain(tell=tell)
            while count := reconcile.match_due(BATCH):
                judged += count
                if due > BATCH and not options["json"]:
                    self.stdout.write(f"Judged {judged:,} of {due:,} invoices.")
        told = {
            "judged": judged,
            "still_due": SupplierInvoice.objects.due_for_matching().count(),
            "open_cases": ExceptionCase.objects.open().count(),
        }
        if options["json"]:
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(
                f"{told['judged']} invoices judged, {told['open_cases']} cases open,"
                f" {told['still_due']} invoices still due."
            )
        if told["still_due"]:
            raise SystemExit(1)
