"""Pull one mirrored list: its changes since the last time, or everything, with what is gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from integration.bc import Client, odata
from integration.errors import PermanentError, ProgramError
from integration.models import SyncRun
from masterdata.models import Company
from masterdata.upsert import Counts, Pulled, mark_deleted, problem, upsert
from reconciliation import policies

from . import runs
from .entities import Entity, Row, Unusable

MODIFIED = "lastModifiedDateTime"
OVERLAP = timedelta(minutes=10)  # BC stamps a row before it commits it, so late rows lie behind the mark
PAGE_SIZE = 5000

FEW = 20  # so many may vanish at once without a question
MOST_OF_TEN = 3  # of ten records; if more vanish, it is rather the list that is wrong

NO_APP = (
    "Business Central shows the conversions of item units only through the Tieout app, which this connection "
    "does not have. Orders and receipts in the base unit work; for other units, install the app and set "
    "BC_APP_URL."
)


class TooManyGone(PermanentError):  # noqa: N818 - it says what is wrong
    """So many records are missing from BC's list that nothing was marked as deleted."""


@dataclass
class Reading:
    """What a pull has seen so far."""

    latest: datetime | None = None
    seen: set[UUID] = field(default_factory=set)

    def saw(self, row: Pulled) -> None:
        if row.modified_at and (self.latest is None or row.modified_at > self.latest):
            self.latest = row.modified_at


def pull(
    client: Client, company: Company, entity: Entity, run: SyncRun, *, accept_deletions: bool = False
) -> datetime | None:
    """Bring a mirror up to date; returns the new watermark. Raises TooManyGone and what the client raises."""
    mark = runs.watermark(company, entity.name)
    if entity.needs_app and not _app_shows(client, entity):
        runs.note(run, entity.name, NO_APP)
        return mark
    read = Reading(latest=mark)
    changed = since(mark) if run.kind == SyncRun.Kind.DELTA else None
    for page in client.pages(
        entity.entity_set, select=entity.select, filter=changed, page_size=PAGE_SIZE, app=entity.needs_app
    ):
        _take(company, entity, run, page, read)
    if run.kind == SyncRun.Kind.FULL:
        _mark_gone(company, entity, run, read.seen, accept_deletions=accept_deletions)
    return read.latest


def since(mark: datetime | None) -> odata.Filter | None:
    """Ask for what changed since the watermark, less the overlap."""
    return None if mark is None else odata.ge(MODIFIED, mark - OVERLAP)


def _app_shows(client: Client, entity: Entity) -> bool:
    return client.connection.app_url is not None and entity.entity_set in client.metadata().app


def _take(company: Company, entity: Entity, run: SyncRun, page: Sequence[Row], read: Reading) -> None:
    """Write one page; a record that cannot be used is skipped and named."""
    usable = []
    for row in page:
        read.seen.add(UUID(str(row["id"])))
        try:
            pulled = entity.pulled(row, company)
            reason = problem(entity.model, pulled.values)
        except (Unusable, ProgramError) as exc:
            reason = str(exc)
        if reason:
            runs.note(run, name_of(row), reason)
            continue
        usable.append(pulled)
        read.saw(pulled)
    counts = _write(company, entity, usable)
    runs.count(run, counts, read=len(page), failed=len(page) - len(usable))


@transaction.atomic
def _write(company: Company, entity: Entity, rows: Sequence[Pulled]) -> Counts:
    """Write what differs; open invoices are matched again where it bears on them."""
    counts = upsert(company, entity.model, rows)
    if entity.bears_on_invoices and (counts.new or counts.changed):
        policies.judge_again(company)
    return counts


def name_of(row: Row) -> str:
    """Name a record as people know it in BC."""
    parts = [row.get(name) for name in ("itemNumber", "number", "currencyCode", "startingDate", "code")]
    return " ".join(str(part) for part in parts if part) or str(row.get("id"))


def _mark_gone(
    company: Company, entity: Entity, run: SyncRun, seen: set[UUID], *, accept_deletions: bool
) -> None:
    """Mark as deleted what BC no longer lists, unless that is so much that the list must be wrong."""
    here = entity.model._default_manager.filter(company=company, deleted_at=None)
    present = set(here.values_list("bc_id", flat=True))
    gone = present - seen
    if len(gone) > max(FEW, len(present) * MOST_OF_TEN // 10) and not accept_deletions:
        raise TooManyGone(
            f"{len(gone)} of {len(present)} {entity.name} are missing from Business Central's list, so none "
            "was marked as deleted. Check company and permissions there; if they are really gone, run "
            f"manage.py sync {entity.name} --full --accept-deletions."
        )
    deleted = _mark_deleted(company, entity, gone)
    runs.count(run, Counts(), read=0, deleted=deleted)


@transaction.atomic
def _mark_deleted(company: Company, entity: Entity, gone: Collection[UUID]) -> int:
    """Mark what is gone; open invoices are matched again where it bears on them."""
    deleted = mark_deleted(company, entity.model, gone)
    if entity.bears_on_invoices and deleted:
        policies.judge_again(company)
    return deleted
