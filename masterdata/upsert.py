"""Write what was pulled into a mirror: one COPY, one statement, and only the rows that differ.

The read API follows a mirror by `(changed_at, id)`. So all writers of one company's mirror take turns, and
each stamps its rows later than all before it: whoever has seen a stamp has seen everything stamped earlier.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from . import merging
from .batch import Batch, Pulled
from .models import Company, Mirror, own_fields

MANY_NEW = 1000


@dataclass(frozen=True)
class Counts:
    """What a write did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    filtered: int = 0
    """What the filter left out; `marked` of them are here and were written."""
    marked: int = 0

    @property
    def written(self) -> int:
        return self.new + self.changed + self.marked


@dataclass(frozen=True)
class Turn:
    """The right to write one company's mirror until the transaction ends."""

    company: Company
    model: type[Mirror]
    stamp: datetime
    """What is written now bears it."""
    last: datetime | None
    """The stamp of the latest write before, by whomever."""


def take_turn(company: Company, model: type[Mirror]) -> Turn:
    """Wait for other writers of this mirror to commit; the stamp is a moment later than all theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [model._meta.db_table, company.pk])
        statement = sql.SQL(
            """
            SELECT greatest(clock_timestamp(), last + interval '1 microsecond'), last
            FROM (SELECT max(changed_at) AS last FROM {} WHERE company_id = %s) AS written
            """
        ).format(_table(model))
        cursor.execute(statement, [company.pk])
        stamp, last = cursor.fetchone()
    return Turn(company, model, stamp, last)


@transaction.atomic
def upsert(company: Company, model: type[Mirror], rows: Iterable[Pulled]) -> Counts:
    """Insert the new records and update those that differ; of one that comes twice the last counts."""
    batch = Batch.of(rows)
    return write(take_turn(company, model), batch, known=_known(company, model, batch)) if batch else Counts()


def write(
    turn: Turn, batch: Batch, *, known: Container[str], seals: Mapping[str, bytes] | None = None
) -> Counts:
    """Insert the records that are not among the known ones, and update those of them that differ.

    A seal, by a record's id, is the hash of what BC told: who reads the same again can leave it at that.
    """
    here = [place for place, bc_id in enumerate(batch.ids) if bc_id in known]
    left_out = batch.filtered.difference(here)
    new = _add(turn, batch.without(left_out.union(here)), seals or {})
    changed, marked = _merge(turn, batch.only(here), seals or {}) if here else (0, 0)
    filtered = len(batch.filtered)
    return Counts(new, changed, len(batch) - filtered - new - changed, filtered, marked)


@transaction.atomic
def mark_deleted(company: Company, model: type[Mirror], ids: Collection[UUID]) -> int:
    """Remember that BC no longer has these records; returns how many were still there."""
    if not ids:
        return 0
    stamp = take_turn(company, model).stamp
    rows = model._default_manager.filter(company=company, bc_id__in=ids, deleted_at=None)
    return rows.update(deleted_at=stamp, changed_at=stamp)


def _known(company: Company, model: type[Mirror], batch: Batch) -> set[str]:
    here = model._default_manager.filter(company=company, bc_id__in=batch.ids)
    return {str(bc_id) for bc_id in here.values_list("bc_id", flat=True)}


def _add(turn: Turn, batch: Batch, seals: Mapping[str, bytes]) -> int:
    """Copy new records straight into the mirror."""
    if not batch:
        return 0
    always = repeat(turn.company.pk), repeat(str(turn.stamp))
    with connection.cursor() as cursor, cursor.copy(merging.copy_new(turn.model)) as copy:
        for row in zip(*always, *_columns(turn, batch, seals), strict=False):
            copy.write_row(row)
    _tell_the_planner(turn.model, len(batch))
    return len(batch)


def _merge(turn: Turn, batch: Batch, seals: Mapping[str, bytes]) -> tuple[int, int]:
    """Update the records that differ; tells how many are changed, and how many of the others are marked."""
    told: dict[str, int | datetime] = {"company": turn.company.pk, "stamp": turn.stamp}
    with connection.cursor() as cursor:
        cursor.execute(merging.incoming_table(turn.model))
        with cursor.copy(merging.copy_known(turn.model)) as copy:
            for row in zip(*_columns(turn, batch, seals), strict=True):
                copy.write_row(row)
        cursor.execute(merging.merge(turn.model), told)
        changed, marked = cursor.fetchone()
        if changed + marked < len(batch):
            cursor.execute(merging.seal_anew(turn.model), told)
    return changed, marked


def _columns(turn: Turn, batch: Batch, seals: Mapping[str, bytes]) -> list[Sequence[Any]]:
    """Give the columns as the tables have them: `merging.FIRST_COLUMNS`, then the mirror's own."""
    sealed = [seals.get(bc_id, b"") for bc_id in batch.ids]
    filtered_at: list[datetime | None] = [None] * len(batch)
    for place in batch.filtered:
        filtered_at[place] = turn.stamp
    own = [batch.columns[field.name] for field in own_fields(turn.model)]
    return [batch.ids, sealed, batch.modified_at, filtered_at, *own]


def _tell_the_planner(model: type[Mirror], new: int) -> None:
    """Count a mirror that grew much: else the server may look up each row by the company alone."""
    if new < MANY_NEW:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        if new > cursor.fetchone()[0] / 2:
            cursor.execute(sql.SQL("ANALYZE {} (company_id, bc_id)").format(_table(model)))


def _table(model: type[Mirror]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)
