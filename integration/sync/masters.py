"""Pull one mirrored list: its changes since the last time, or everything, with what is gone."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from integration.bc import Client, RawRow, names, odata, reading
from integration.errors import IntegrationError
from integration.mapping import mirrors, pulls
from integration.models import SyncPlace, SyncRun
from masterdata.models import Company
from masterdata.upsert import Counts, mark_deleted
from reconciliation import policies

from . import held, places, runs, vanished
from .entities import Entity
from .writing import Writer

logger = logging.getLogger(__name__)

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
    writer = Writer(company, entity, run)
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
            _keep_example(entity, rows)
        _take(writer, place, rows, onward)
    _try_held_again(client, writer)
    if run.kind == SyncRun.Kind.FULL:
        _mark_gone(client, writer, place, accept_deletions=accept_deletions)
    return places.mark(place, before)


def _keep_example(entity: Entity, rows: Sequence[RawRow]) -> None:
    if rows:
        mirrors.keep_example(entity.name, rows[0].fields)


def pull_records(client: Client, company: Company, entity: Entity, run: SyncRun, ids: Sequence[UUID]) -> None:
    """Bring single records up to date; those that BC does not have are marked as deleted."""
    if entity.needs_app and not app_shows(client, entity):
        runs.note(run, entity.name, NO_APP)
        return
    writer = Writer(company, entity, run)
    for asked, rows in by_id(client, entity, ids):
        writer.write(rows)
        missing = set(asked) - {UUID(row.id) for row in rows}
        held.let_go(run, missing)
        runs.count(run, Counts(), read=0, deleted=_mark_deleted(company, entity, missing))


def ids_of(client: Client, company: Company, entity: Entity, name: str) -> list[UUID]:
    """Find the records that bear a number or code in BC, and those that bore it when they were mirrored."""
    ours = entity.known_by[0]
    theirs = pulls.source_of(entity.mapping, ours)
    there = client.rows(
        entity.entity_set,
        select=(names.ID,),
        filter=odata.eq(theirs, name),
        app=entity.needs_app,
        read_only=False,
    )
    here = entity.model._default_manager.filter(company=company, **{ours: name})
    ids = [UUID(row[names.ID]) for row in there]
    return list(dict.fromkeys([*ids, *here.values_list("bc_id", flat=True)]))


def since(mark: datetime | None) -> odata.Filter | None:
    """Ask for what changed since the watermark, less the overlap."""
    return None if mark is None else odata.ge(names.MODIFIED, mark - OVERLAP)


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
def _take(writer: Writer, place: SyncPlace, rows: Sequence[RawRow], onward: str | None) -> None:
    """Write one page and the place after it, both or neither."""
    for moment in {row.modified for row in rows}:
        places.saw(place, reading.as_moment(moment))
    writer.write(rows)
    places.passed(place, [row.id for row in rows], onward=onward)


def _try_held_again(client: Client, writer: Writer) -> None:
    """Ask for the records that were held back before; what BC no longer has is held no longer."""
    waiting = held.untried(writer.run)
    for ids, rows in by_id(client, writer.entity, waiting):
        runs.stop_if_asked(writer.run)
        writer.write(rows)
        held.let_go(writer.run, set(ids) - {UUID(row.id) for row in rows})


def _mark_gone(client: Client, writer: Writer, place: SyncPlace, *, accept_deletions: bool) -> None:
    """Mark as deleted what BC no longer lists, unless that is so much that the list must be wrong.

    A record that was renamed while its list was read may stand on no page; so each is asked for by its id.
    """
    company, entity = writer.company, writer.entity
    gone = places.gone(place, entity.model)
    present = entity.model._default_manager.filter(company=company, deleted_at=None).count() if gone else 0
    if vanished.is_too_many(len(gone), of=present) and not accept_deletions:
        raise vanished.TooManyGone(
            f"{len(gone)} of {present} {entity.name} are missing from Business Central's list, so none "
            "was marked as deleted. Check company and permissions there; if they are really gone, run "
            f"manage.py sync {entity.name} --full --accept-deletions."
        )
    for ids, rows in by_id(client, entity, gone):
        runs.stop_if_asked(writer.run)
        writer.write(rows)
        deleted = _mark_deleted(company, entity, set(ids) - {UUID(row.id) for row in rows})
        runs.count(writer.run, Counts(), read=0, deleted=deleted)


@transaction.atomic
def _mark_deleted(company: Company, entity: Entity, gone: Collection[UUID]) -> int:
    """Mark what is gone; open invoices are matched again where it bears on them."""
    deleted = mark_deleted(company, entity.model, gone)
    if entity.bears_on_invoices and deleted:
        policies.judge_again(company)
    return deleted


def by_id(
    client: Client, entity: Entity, ids: Sequence[UUID]
) -> Iterator[tuple[Sequence[UUID], list[RawRow]]]:
    """Read records as they are now, not from a replica: what is missing is taken for deleted."""
    for start in range(0, len(ids), AT_A_TIME):
        asked = ids[start : start + AT_A_TIME]
        found: list[RawRow] = []
        onward: str | None = ""
        while onward is not None:
            rows, onward = client.page(
                entity.entity_set,
                at=onward or None,
                select=entity.select,
                filter=odata.any_of(names.ID, asked),
                app=entity.needs_app,
                read_only=False,
            )
            found += rows
        yield asked, found
