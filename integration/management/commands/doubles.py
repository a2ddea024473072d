"""`manage.py doubles`: look for what Business Central has more than once; a release needs nothing found."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integration import doubles
from integration.errors import IntegrationError
from integration.models import DoubledDocument, DoublesLook

DOUBLED, UNREAD = 1, 2


class Command(BaseCommand):
    help = "Look in Business Central for documents of ours that are there more than once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            doubles.look(now=timezone.now())
        except IntegrationError as error:
            raise CommandError(error.sentence, returncode=UNREAD) from error
        found = list(DoubledDocument.objects.standing().order_by("pk"))
        unread = {look.kind: look.error for look in DoublesLook.objects.exclude(error="").order_by("kind")}
        self.stdout.write(_as_json(found, unread) if options["json"] else _as_text(found, unread))
        if found:
            raise CommandError("Business Central has documents more than once.", returncode=DOUBLED)
        if unread:
            raise CommandError("Not everything could be looked through.", returncode=UNREAD)


def _as_json(found: list[DoubledDocument], unread: dict[str, str]) -> str:
    told = [
        {"kind": each.kind, "number": each.number, "documents": each.numbers, "to_do": each.next_step}
        for each in found
    ]
    return json.dumps({"ok": not found and not unread, "doubled": told, "unread": unread})


def _as_text(found: list[DoubledDocument], unread: dict[str, str]) -> str:
    lines = [f"{each.sentence} {each.next_step}" for each in found]
    lines += [f"{kind} was not looked through: {why}" for kind, why in unread.items()]
    return "\n".join(lines) or "Nothing is in Business Central more than once."
