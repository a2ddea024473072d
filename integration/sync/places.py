"""Where a pull has come to, page by page: whoever follows one that was killed goes on there."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from django.db import connection
from django.utils import timezone
from psycopg import sql
from psycopg.adapt import Dumper

from integration.models import ScannedPage, SyncPlace, SyncRun
from masterdata.models import Company, Mirror

KEPT = timedelta(hours=12)  # BC's page marks do not live for ever, and what was read grows old

SCANNED = sql.SQL("INSERT INTO {} (place_id, page, ids) VALUES (%s, %s, %s)").format(
    sql.Identifier(ScannedPage._meta.db_table)
)


class Ids(list[str]):
    """BC's ids in small letters."""


class IdsDumper(Dumper):
    """Sends ids as the server keeps them; it would read five thousand written ones for as long as it writes
    them (the format: PostgreSQL's array_send)."""

    format = psycopg.pq.Format.BINARY
    oid = psycopg.postgres.types["uuid"].array_oid

    def dump(self, obj: Ids) -> bytes:
        packed = bytes.fromhex("".join(obj).replace("-", ""))
        head = struct.pack("!iiIii", 1, 0, psycopg.postgres.types["uuid"].oid, len(obj), 1)
        length = struct.pack("!i", 16)
        return head + b"".join([length + packed[start : start + 16] for start in range(0, len(packed), 16)])


def open_place(company: Company, entity: str) -> SyncPlace | None:
    """Give the place that a pull left behind when it broke off."""
    fresh = SyncPlace.objects.filter(
        company=company, entity=entity, page__gt=0, began_at__gt=timezone.now() - KEPT
    )
    return fresh.first()


def take(run: SyncRun, *, latest: datetime | None) -> SyncPlace:
    """Go on where the pull before broke off, if this run continues one; else begin at the first page."""
    place = open_place(run.company, run.entity)
    if place is not None and run.resumes_id == place.run_id:
        SyncPlace.objects.filter(pk=place.pk).update(run=run)
        place.run = run
        return place
    forget(run.company, run.entity)
    return SyncPlace.objects.create(
        company=run.company,
        entity=run.entity,
        kind=run.kind,
        run=run,
        began_at=timezone.now(),
        latest=latest,
    )


def forget(company: Company, entity: str) -> None:
    """Let the next pull begin at the first page."""
    SyncPlace.objects.filter(company=company, entity=entity).delete()


def passed(place: SyncPlace, ids: Collection[str], *, onward: str | None) -> None:
    """Remember a page, by the ids as BC writes them; in the transaction that wrote it."""
    place.page += 1
    place.rows += len(ids)
    place.onward = onward or ""
    place.save(update_fields=["page", "rows", "onward", "latest"])
    if place.kind == SyncRun.Kind.FULL:
        connection.ensure_connection()
        with psycopg.Cursor(connection.connection) as cursor:
            cursor.adapters.register_dumper(Ids, IdsDumper)
            cursor.execute(SCANNED, [place.pk, place.page, Ids(ids)])


def as_array(ids: Iterable[str]) -> str:
    """Write ids as PostgreSQL reads them; the driver would look at each of the thousands."""
    return f"{{{','.join(ids)}}}"


def is_read(place: SyncPlace) -> bool:
    """Tell whether the last page was written, and only what comes after the pages is left to do."""
    return place.page > 0 and not place.onward


def saw(place: SyncPlace, moment: datetime | None) -> None:
    if moment and (place.latest is None or moment > place.latest):
        place.latest = moment


def mark(place: SyncPlace, before: datetime | None) -> datetime | None:
    """Give the watermark: what changed on pages already read, while later ones were, lies behind it."""
    known = [each for each in (place.latest, place.began_at) if each is not None]
    reached = min(known) if place.latest is not None else None
    return max(filter(None, (reached, before)), default=None)


def gone(place: SyncPlace, model: type[Mirror]) -> list[UUID]:
    """List what is in the mirror but on none of the pages."""
    statement = sql.SQL(
        """
        SELECT bc_id FROM {mirror} AS mirrored WHERE company_id = %(company)s AND deleted_at IS NULL
        AND NOT EXISTS (
            SELECT FROM (SELECT unnest(ids) AS bc_id FROM {pages} WHERE place_id = %(place)s) AS scanned
            WHERE scanned.bc_id = mirrored.bc_id
        )
        """
    ).format(mirror=sql.Identifier(model._meta.db_table), pages=sql.Identifier(ScannedPage._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"company": place.company_id, "place": place.pk})
        return [row[0] for row in cursor.fetchall()]
