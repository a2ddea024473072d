"""Pull one mirrored list: its changes since the last time, or everything, with what is gone."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from integration.bc import Client, odata, reading
from integration.errors import IntegrationError, ProgramError
from integration.models import SyncPlace, SyncRun
from masterdata.models import Company
from masterdata.upsert import Counts, Pulled, mark_deleted, problem, upsert
from reconciliation import policies

from . import filters, held, links, places, renames, runs, seen, vanished
from .entities import PARTS, Entity, Row, Unusable

logger = logging.getLogger(__name__)

MODIFIED = "lastModifiedDateTime"
OVERLAP = timedelta(minutes=10)  # BC stamps a row before it commits it, so late rows lie behind the mark
PAGE_SIZE = 5000
AT_A_TIME = 50  # ids in one question, which is part of an address

NO_APP = (
    "Business Central shows the conversions of item units only through the Tieout app, which this connection "
    "does not have. Orders and receipts in the base unit work; for other units, install the app and set "
    "BC_APP_URL."
)


def pull(
    client: Client, company: Company, entity: Entity, run: SyncRun, *, accept_deletions: bool = False
) -> datetime | None:
    """Bring a mirror up to date; returns the new watermark. Raises TooManyGone and what the client raises."""
    before = runs.watermark(company, entity.name)
    if entity.needs_app and not app_shows(client, entity):
        runs.note(run, entity.name, NO_APP)
        return before
    place = places.take(run, latest=None)
    changed = since(before) if run.kind == SyncRun.Kind.DELTA else None
    before_this_run, is_counted = place.rows, False
    while not places.is_read(place):
        runs.stop_if_asked(run)
        rows, onward = client.page(
            entity.entity_set,
            at=place.onward or None,
            select=entity.select,
            filter=changed,
            page_size=PAGE_SIZE,
            app=entity.needs_app,
        )
        if not is_counted:
            all_in_all = _how_many(client, entity, run, changed) if onward else place.rows + len(rows)
            runs.expect(run, all_in_all, before=before_this_run)
            is_counted = True
        _take(company, entity, run, place, rows, onward)
    _try_held_again(client, company, entity, run)
    if run.kind == SyncRun.Kind.FULL:
        _mark_gone(client, company, entity, run, place, accept_deletions=accept_deletions)
    return places.mark(place, before)


def pull_records(client: Client, company: Company, entity: Entity, run: SyncRun, ids: Sequence[UUID]) -> None:
    """Bring single records up to date; those that BC does not have are marked as deleted."""
    if entity.needs_app and not app_shows(client, entity):
        runs.note(run, entity.name, NO_APP)
        return
    for asked, rows in by_id(client, entity, ids):
        _write(company, entity, run, rows)
        missing = set(asked) - {_id(row) for row in rows}
        held.let_go(run, missing)
        runs.count(run, Counts(), read=0, deleted=_mark_deleted(company, entity, missing))


def ids_of(client: Client, company: Company, entity: Entity, name: str) -> list[UUID]:
    """Find the records that bear a number or code in BC, and those that bore it when they were mirrored."""
    theirs, ours = entity.known_by
    there = client.rows(
        entity.entity_set,
        select=("id",),
        filter=odata.eq(theirs, name),
        app=entity.needs_app,
        read_only=False,
    )
    here = entity.model._default_manager.filter(company=company, **{ours: name})
    ids = [_id(row) for row in there]
    return list(dict.fromkeys([*ids, *here.values_list("bc_id", flat=True)]))


def since(mark: datetime | None) -> odata.Filter | None:
    """Ask for what changed since the watermark, less the overlap."""
    return None if mark is None else odata.ge(MODIFIED, mark - OVERLAP)


def _how_many(client: Client, entity: Entity, run: SyncRun, changed: odata.Filter | None) -> int | None:
    """Ask how many rows the pages will bring; only people want to know, so without an answer we estimate."""
    try:
        return client.count(entity.entity_set, filter=changed, app=entity.needs_app)
    except IntegrationError as exc:
        logger.info("How many %s there are is not known: %s", entity.name, exc.sentence)
        return runs.rows_of_last_full(run) if changed is None else None


def app_shows(client: Client, entity: Entity) -> bool:
    return client.connection.app_url is not None and entity.entity_set in client.metadata().app


@transaction.atomic
def _take(
    company: Company, entity: Entity, run: SyncRun, place: SyncPlace, rows: Sequence[Row], onward: str | None
) -> None:
    """Write one page and the place after it, both or neither."""
    for moment in {row.get(MODIFIED, "") for row in rows}:
        places.saw(place, reading.as_moment(moment))
    _write(company, entity, run, rows)
    places.passed(place, [row["id"] for row in rows], onward=onward)


@transaction.atomic
def _write(company: Company, entity: Entity, run: SyncRun, rows: Sequence[Row]) -> None:
    """Write what differs; a record that cannot be used or has to wait is held back, named and tried again."""
    wanted = filters.of(company, entity)
    latest = {str(row["id"]).lower(): row for row in rows}  # of one that comes twice the last counts
    seals = seen.seals(company, entity, wanted, latest)
    same = seen.mirrored(company, entity, seals)
    page = _sorted(company, entity, wanted, [row for bc_id, row in latest.items() if bc_id not in same])
    mark = renames.mark(entity)
    counts = upsert(company, entity.model, page.usable, seals=seals)
    counts = replace(counts, unchanged=counts.unchanged + len(same))
    if counts.written:
        _pass_on(company, entity, run, counts, is_filtered=bool(wanted))
        renames.spread(company, entity, mark)
    if held.are_any(run):
        held.let_go(run, [*(row.bc_id for row in page.usable), *page.left_out, *map(UUID, same)])
    held.keep(run, page.held)
    for record in page.held:
        runs.note(run, record.record, record.reason)
    waiting = sum(record.why == held.Why.WAITING for record in page.held)
    runs.count(
        run,
        counts,
        read=len(rows),
        failed=len(page.held) - waiting,
        waiting=waiting,
        filtered=counts.filtered + len(page.left_out),
    )
    if counts.marked:
        for name, sentence in links.still_needed(company, entity, page.usable):
            runs.note(run, name, sentence)


def _pass_on(company: Company, entity: Entity, run: SyncRun, counts: Counts, *, is_filtered: bool) -> None:
    """Match open invoices again where it bears on them; read what belongs to records that come and go."""
    if entity.bears_on_invoices:
        policies.judge_again(company)
    if is_filtered and (counts.new or counts.marked) and run.kind != SyncRun.Kind.FULL:
        for part in PARTS[entity.name]:
            runs.want_full(company, part)


@dataclass(frozen=True)
class Page:
    """The rows of a page, told apart by what becomes of them."""

    usable: list[Pulled]
    """Those that can be written; some of them are left out by a filter."""
    held: list[held.Held]
    left_out: list[UUID]
    """Those that belong to a record that a filter leaves out."""


def _sorted(company: Company, entity: Entity, wanted: filters.Filter, rows: Sequence[Row]) -> Page:
    page = Page([], [], [])
    pulled: list[Pulled] = []
    told: dict[UUID, Row] = {}
    for row in rows:
        try:
            record = entity.pulled(row, company)
            pulled.append(record)
            told[record.bc_id] = row
        except (Unusable, ProgramError) as exc:
            page.held.append(held.Held(_id(row), name_of(row), held.Why.FAILED, str(exc)))
    resolved = links.resolve(company, entity, wanted.without(entity.id_fields).marked(pulled))
    for record in wanted.on(entity.id_fields).marked(resolved.ready):
        if reason := problem(entity.model, record.values):
            page.held.append(held.Held(record.bc_id, name_of(told[record.bc_id]), held.Why.FAILED, reason))
        else:
            page.usable.append(record)
    for record, reason in resolved.waiting:
        page.held.append(held.Held(record.bc_id, name_of(told[record.bc_id]), held.Why.WAITING, reason))
    page.left_out.extend(record.bc_id for record in resolved.left_out)
    return page


def _id(row: Row) -> UUID:
    return UUID(str(row["id"]))


def name_of(row: Row) -> str:
    """Name a record as people know it in BC."""
    is_rate = "startingDate" in row
    names = ("currencyCode", "startingDate") if is_rate else ("itemNumber", "number", "code")
    return " ".join(str(row[name]) for name in names if row.get(name)) or str(row.get("id"))


def _try_held_again(client: Client, company: Company, entity: Entity, run: SyncRun) -> None:
    """Ask for the records that were held back before; what BC no longer has is held no longer."""
    waiting = held.untried(run)
    for ids, rows in by_id(client, entity, waiting):
        runs.stop_if_asked(run)
        _write(company, entity, run, rows)
        held.let_go(run, set(ids) - {_id(row) for row in rows})


def _mark_gone(
    client: Client,
    company: Company,
    entity: Entity,
    run: SyncRun,
    place: SyncPlace,
    *,
    accept_deletions: bool,
) -> None:
    """Mark as deleted what BC no longer lists, unless that is so much that the list must be wrong.

    A record that was renamed while its list was read may stand on no page; so each is asked for by its id.
    """
    gone = places.gone(place, entity.model)
    present = entity.model._default_manager.filter(company=company, deleted_at=None).count()
    if vanished.is_too_many(len(gone), of=present) and not accept_deletions:
        raise vanished.TooManyGone(
            f"{len(gone)} of {present} {entity.name} are missing from Business Central's list, so none "
            "was marked as deleted. Check company and permissions there; if they are really gone, run "
            f"manage.py sync {entity.name} --full --accept-deletions."
        )
    for ids, rows in by_id(client, entity, gone):
        runs.stop_if_asked(run)
        _write(company, entity, run, rows)
        deleted = _mark_deleted(company, entity, set(ids) - {_id(row) for row in rows})
        runs.count(run, Counts(), read=0, deleted=deleted)


@transaction.atomic
def _mark_deleted(company: Company, entity: Entity, gone: Collection[UUID]) -> int:
    """Mark what is gone; open invoices are matched again where it bears on them."""
    deleted = mark_deleted(company, entity.model, gone)
    if entity.bears_on_invoices and deleted:
        policies.judge_again(company)
    return deleted


def by_id(
    client: Client, entity: Entity, ids: Sequence[UUID]
) -> Iterator[tuple[Sequence[UUID], list[dict[str, Any]]]]:
    """Read records as they are now, not from a replica: what is missing is taken for deleted."""
    for start in range(0, len(ids), AT_A_TIME):
        asked = ids[start : start + AT_A_TIME]
        rows = client.rows(
            entity.entity_set,
            select=entity.select,
            filter=odata.any_of("id", asked),
            app=entity.needs_app,
            read_only=False,
        )
        yield asked, list(rows)
