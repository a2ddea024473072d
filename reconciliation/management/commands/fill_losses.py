"""Fill Boards → Let through and lost with what was judged before that board was kept."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from reconciliation import losing_before


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{losing_before.fill()} judgements read.")
