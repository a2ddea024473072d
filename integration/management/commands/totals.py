"""`manage.py totals`: compare a day between the CAFM, the portal and BC, and say what differs."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integration import totals
from integration.models import today_of
from masterdata.models import Company
from reconciliation.totals import Day, KindOfDay, Total

DIFFERENT = 1


class Command(BaseCommand):
    help = "Compare what the CAFM, the portal and Business Central have of a day, kind by kind."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--date",
            type=datetime.date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="without it yesterday, by each company's own clock",
        )
        parser.add_argument("--company", help="its name in Business Central; all of them without it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        taken = {
            company: totals.take(company, options["date"] or today_of(company) - datetime.timedelta(days=1))
            for company in _companies(options["company"])
        }
        if options["json"]:
            told = [as_dict(company, day) for company, day in taken.items()]
            self.stdout.write(json.dumps({"ok": _agree(taken.values()), "companies": told}))
        else:
            self.stdout.write("\n".join(line for each in taken.items() for line in _lines(*each)))
        if not _agree(taken.values()):
            raise CommandError("Not all sides agree; the lines above say where.", returncode=DIFFERENT)


def _companies(name: str | None) -> list[Company]:
    rows = Company.objects.order_by("pk")
    found = list(rows.filter(name=name) if name else rows)
    if not found:
        raise CommandError(f"There is no company {name}." if name else "There is no company yet: pull first.")
    return found


def _agree(days: Any) -> bool:
    return not any(day.differences or day.unread for day in days)


def as_dict(company: Company, day: Day) -> dict[str, Any]:
    """Write a day for another program; numbers are texts, as everywhere on the wire."""
    return {
        "company": company.name,
        "date": day.on.isoformat(),
        "unread": day.unread,
        "kinds": [
            {
                "kind": each.kind.value,
                "cafm": _side(each.cafm),
                "portal": _side(each.portal),
                "bc": _side(each.bc),
                "posted": each.done,
                "note": each.note,
            }
            for each in day.kinds
        ],
        "differences": [
            {
                "kind": each.kind.value,
                "cause": each.cause.value,
                "number": each.number,
                "sentence": each.sentence,
                "owner": each.owner,
                "to_do": each.to_do,
                "since": each.since.isoformat() if each.since else None,
            }
            for each in day.differences
        ],
    }


def _side(total: Total | None) -> dict[str, Any] | None:
    if total is None:
        return None
    return {
        "count": total.count,
        "quantity": None if total.quantity is None else str(total.quantity),
        "amounts": {currency: str(amount) for currency, amount in sorted(total.amounts.items())},
    }


def _lines(company: Company, day: Day) -> Iterator[str]:
    yield f"{company} on {day.on}:" + ("" if day.kinds else " nothing happened.")
    if day.unread:
        yield f"  Business Central was not read: {day.unread}"
    for kind in day.kinds:
        yield f"  {kind.kind.value:22} {_counts(kind)}"
        for each in kind.differences:
            yield f"    {each.cause.label}: {each.sentence} Owner {each.owner}. {each.to_do}"


def _counts(kind: KindOfDay) -> str:
    sides = (("CAFM", kind.cafm), ("portal", kind.portal), ("BC", kind.bc))
    return "  ".join(f"{name} {side.count if side else '-'}" for name, side in sides)
