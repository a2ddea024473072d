"""Tell which triggers and functions that guard the books are not the program's, and put them back."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from masterdata.chain import guards, pinned, putting_back


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--put-back",
            action="store_true",
            help="make each anew that is gone or another, as the tables' owner",
        )
        what.add_argument(
            "--pin",
            action="store_true",
            help="for developers, after a migration that changes one: take this database's as the program's",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["pin"]:
            pinned.FILE.write_text(pinned.as_text(pinned.from_database()), encoding="utf-8")
            self.stdout.write(f"Wrote {pinned.FILE}. Read the difference before you commit it.")
            return
        found = list(guards.gaps())
        for gap in found:
            self.stdout.write(f"{gap.subject}: {gap.sentence}")
        if options["put_back"] and found:
            for name in putting_back.put_back():
                self.stdout.write(f"Put back {name}.")
            found = list(guards.gaps())
        self.stdout.write(f"{len(found)} guards are not as the program has them.")
        if found:
            sys.exit(1)
