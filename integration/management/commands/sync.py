"""Pull from Business Central now: `manage.py sync [ENTITY …] [--full | --record NUMBER] [--json]`."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integration import connections, sync
from integration.bc import Client, Lane
from integration.errors import IntegrationError
from integration.models import SyncRun
from masterdata.models import Company


class Command(BaseCommand):
    help = "Pull master data and invoices from Business Central now."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "entities",
            nargs="*",
            metavar="ENTITY",
            help=f"{', '.join(sync.ENTITIES)}, or all for every master list (the default)",
        )
        parser.add_argument(
            "--entity", action="append", default=[], help="the same as naming it without --entity"
        )
        parser.add_argument(
            "--record", metavar="NUMBER", help="only this record of one entity, by its number, code or BC id"
        )
        parser.add_argument("--full", action="store_true", help="read everything, and find what was deleted")
        parser.add_argument(
            "--accept-deletions", action="store_true", help="mark as deleted however many are gone"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Pull each entity whatever became of the one before; fails when one did not go well."""
        names = _names([*options["entities"], *options["entity"]])
        if options["record"] is not None:
            told = [_pull_record(names, options["record"])]
        else:
            told = _pull_lists(names, options)
        went_well = all(each["state"] == SyncRun.State.DONE and not each["failed"] for each in told)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": went_well, "runs": told}))
        else:
            for each in told:
                self.stdout.write(_sentence(each))
        if not went_well:
            raise CommandError("Not everything went well; the runs above say what did not.", returncode=1)


def _pull_lists(names: list[str], options: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        client = connections.client(lane=Lane.BULK)
        company = sync.ensure_company(client)
    except IntegrationError as exc:
        raise CommandError(exc.sentence) from exc
    return [_pull(client, company, name, options) for name in names]


def _pull_record(names: list[str], record: str) -> dict[str, Any]:
    if len(names) != 1:
        raise CommandError("Name the one entity of this record: manage.py sync items --record 1000.")
    try:
        return _told(sync.pull_named(names[0], record))
    except (IntegrationError, sync.UnknownEntity) as exc:
        raise CommandError(str(exc)) from exc


def _names(asked: list[str]) -> list[str]:
    names = [name for each in asked or ["all"] for name in (sync.MASTERS if each == "all" else (each,))]
    if unknown := sorted(set(names) - set(sync.ENTITIES)):
        raise CommandError(
            f"There is no {', '.join(unknown)} to pull. Use {', '.join(sync.ENTITIES)} or all."
        )
    return [name for name in sync.ENTITIES if name in names]  # in the order of need


def _pull(client: Client, company: Company, name: str, options: dict[str, Any]) -> dict[str, Any]:
    try:
        run = sync.pull_one(
            client, company, name, full=options["full"], accept_deletions=options["accept_deletions"]
        )
    except IntegrationError as exc:
        return {"entity": name, "state": SyncRun.State.FAILED.value, "error": exc.sentence, "failed": 0}
    return _told(run)


def _told(run: SyncRun) -> dict[str, Any]:
    return {
        "entity": run.entity,
        "state": run.state,
        "kind": run.kind,
        "read": run.rows_read,
        "new": run.rows_new,
        "changed": run.rows_changed,
        "unchanged": run.rows_unchanged,
        "deleted": run.rows_deleted,
        "failed": run.rows_failed,
        "waiting": run.rows_waiting,
        "resumed": run.resumes_id is not None,
        "seconds": round((run.finished_at - run.started_at).total_seconds(), 3) if run.finished_at else None,
        "issues": [{"record": issue.record, "reason": issue.reason} for issue in run.issues.all()],
    }


def _sentence(told: dict[str, Any]) -> str:
    if told["state"] != SyncRun.State.DONE:
        return f"{told['entity']}: {told['error']}"
    counts = ", ".join(f"{told[name]} {name}" for name in ("read", "new", "changed", "deleted", "failed"))
    if told["waiting"]:
        counts += f", {told['waiting']} waiting"
    notes = "".join(f"\n  {issue['record']}: {issue['reason']}" for issue in told["issues"])
    return f"{told['entity']}: {counts}{notes}"
