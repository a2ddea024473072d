"""Judge the invoices that are due, now and here, without Celery."""

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
        judged = 0
        with acting_as("command reconcile"):
            judged += bulk.match_plain()
            while count := reconcile.match_due(BATCH):
                judged += count
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
