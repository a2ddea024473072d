"""Send the demo's events to the web server, one every few seconds, until stopped."""

from __future__ import annotations

import datetime
import os
import threading
from pathlib import Path
from typing import Any

import requests
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integration.demo import days, load, people, stream


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url", default=os.environ.get("TIEOUT_URL"), help="where Tieout's web server is"
        )
        parser.add_argument("--every", type=float, default=15.0, help="seconds between two events")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(os.environ.get("TIEOUT_DEMO_DIR", ".demo"))
        if not options["url"]:
            raise CommandError("Say where Tieout is: --url http://127.0.0.1:8000, or set TIEOUT_URL.")
        try:
            key = (folder / people.KEY_FILE).read_text().strip()
            book = days.Book(folder)
            story_day = datetime.date.fromisoformat((folder / load.DAY_FILE).read_text().strip())
        except OSError as error:
            raise CommandError(f"{error.filename} is missing. Run manage.py load_demo first.") from error
        pause = threading.Event()
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the shell does not know this machine's loopback
            stream.run(
                stream.Cafm(options["url"].rstrip("/"), key, session),
                book,
                story_day=story_day,
                today=timezone.localdate,
                wait=lambda: pause.wait(options["every"]),
            )
