"""Rehearse the cutover: `manage.py rehearse EXPORT [--orders FILE ...]`, then `rehearse --agree NUMBER`."""

from __future__ import annotations

import getpass
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integration import opening, rehearsal
from integration.errors import IntegrationError
from integration.models import Rehearsal, RehearsedDocument

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Take an export of the CAFM (its events, one JSON object a line) the whole way without writing: a "
        "stand-in with the masters and open orders of Business Central answers, and everything is undone. "
        "The files of the open balances, as open_balances takes them, go before the events. What came of it "
        "is kept and shown on the page Cutover. Exit code 1: something would need somebody, or differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("export", nargs="?", type=Path, help="a .jsonl or .jsonl.gz file of events")
        for name, columns in opening.FILES.items():
            told = f"open balances, a CSV file: {', '.join(columns)}"
            parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=told)
        parser.add_argument("--agree", type=int, help="hold this rehearsal beside the real run since")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["export"] is None) == (options["agree"] is None):
            raise CommandError("Give an export to rehearse, or --agree with the number of a rehearsal.")
        if options["agree"] is not None:
            self._agree(options["agree"], as_json=options["json"])
        else:
            given = {name: options[name] for name in opening.FILES if options[name]}
            self._rehearse(options["export"], given, as_json=options["json"])

    def _rehearse(self, path: Path, given: dict[str, Path], *, as_json: bool) -> None:
        try:
            balances = {name: file.read_bytes() for name, file in given.items()}
            kept = rehearsal.run(rehearsal.read(path), by=getpass.getuser(), balances=balances)
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from error
        except (rehearsal.ExportError, rehearsal.RehearsalError, opening.BalanceError) as error:
            raise CommandError(str(error)) from error
        except IntegrationError as error:
            raise CommandError(error.sentence) from error
        told = _told(kept)
        self.stdout.write(json.dumps(told, default=str) if as_json else _page(told))
        if not told["ok"]:
            raise CommandError("Something would need somebody; see above.", returncode=1)

    def _agree(self, number: int, *, as_json: bool) -> None:
        kept = Rehearsal.objects.filter(pk=number, state=Rehearsal.State.DONE).first()
        if kept is None:
            raise CommandError(f"There is no finished rehearsal {number}.")
        found = rehearsal.compare(kept)
        differing = [[str(each.document), each.came, each.why] for each in found.differing]
        if as_json:
            self.stdout.write(json.dumps({"ok": not differing, "agreed": found.agreed, "differ": differing}))
        else:
            self.stdout.write(f"{found.agreed} documents went as predicted, {len(differing)} did not.")
            for document, came, why in differing[:SHOWN]:
                self.stdout.write(f"  {document}: {came}. {why}")
        if differing:
            raise CommandError("Not everything went as predicted.", returncode=1)


def _told(kept: Rehearsal) -> dict[str, Any]:
    kinds, causes = rehearsal.by_kind(kept), rehearsal.by_cause(kept)
    return {
        "ok": not causes,
        "rehearsal": kept.pk,
        "events": kept.events,
        "open_balances": kept.opening_id,
        "masters": kept.masters,
        "calls": kept.calls,
        "seconds_at_budget": round(kept.seconds_at_budget),
        "totals": kept.totals,
        "kinds": [{"kind": e.what, "fate": e.fate, "count": e.count, "amount": e.amount} for e in kinds],
        "causes": [
            {"fate": e.fate, "cause": e.what, "owner": e.owner, "count": e.count, "example": e.example}
            for e in causes
        ],
    }


def _page(told: dict[str, Any]) -> str:
    lines = [
        f"Rehearsal {told['rehearsal']}: {told['events']} events over {told['masters']} master records, "
        f"{told['calls']} calls to Business Central, {told['seconds_at_budget']} s at its budget."
    ]
    for each in told["kinds"]:
        amount = "" if each["amount"] is None else f", {each['amount']:,.2f}"
        fate = RehearsedDocument.Fate(each["fate"]).label
        lines.append(f"  {each['kind']}: {each['count']} {fate}{amount}")
    for each in told["totals"]:
        before, after = each["before"], each["after"]
        lines.append(
            f"  On {after['orders']} orders in {each['currency']} ({before['orders']} now): "
            f"{after['to_come']} still to come ({before['to_come']} now), "
            f"{after['to_bill']} received and not billed ({before['to_bill']} now)."
        )
    lines += [f"  {e['count']} × {e['cause']} (for {e['owner']}, as {e['example']})" for e in told["causes"]]
    return "\n".join(lines)
