"""Look for each document in Business Central before it is sent, for some days."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integration.delivery import doubt


class Command(BaseCommand):
    help = (
        "Look for each document in Business Central before it is sent, also for new ones: after this "
        "database, or the machine that it is on, was set back to an earlier time. Most restores are noticed "
        "without this; a snapshot with running programs is not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=doubt.LOOK_DAYS, help="so long; %(default)s days")
        parser.add_argument("--reason", default="", help="why, for those who ask later")
        parser.add_argument("--end", action="store_true", help="end it: send what is new without a look")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["end"]:
            doubt.trust(now=now)
            self.stdout.write("What is new is sent without a look from now on.")
            return
        if not options["reason"]:
            raise CommandError("Say why with --reason, for those who ask later.")
        until = now + timedelta(days=options["days"])
        doubt.look_first(until=until, reason=options["reason"], now=now)
        told = timezone.localtime(until).strftime("%Y-%m-%d %H:%M")
        self.stdout.write(f"Until {told} each document is looked for before it is sent.")
