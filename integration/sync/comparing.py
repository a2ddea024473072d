"""How mirrored records differ from what Business Central has now; nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models

from integration.bc import Client
from masterdata.batch import Pulled, Value
from masterdata.models import Company, Mirror, own_fields

from . import filters, masters, sorting
from .entities import Entity, Row

LEFT_OUT = "A filter leaves it out."
GONE = "Business Central no longer has it."
BACK = "It is in Business Central again, and marked as deleted here."
NOT_HERE = "It is in Business Central, and not here."


class Standing(StrEnum):
    """How a record here stands to the one in BC."""

    SAME = "same"
    DIFFERS = "differs"
    MISSING = "missing"
    """It is in BC, and not here though nothing keeps it out."""
    GONE = "gone"
    """It is here, and not in BC though it is not marked as deleted."""
    UNUSABLE = "unusable"
    """It is in BC as it cannot be mirrored: it is held back, and waits there with its reason."""


@dataclass(frozen=True)
class Difference:
    """One field that differs."""

    field: str
    here: Value
    in_bc: Value


@dataclass(frozen=True)
class Compared:
    """One record here beside BC's; a note says what no list of fields can."""

    bc_id: UUID
    name: str
    standing: Standing
    differences: tuple[Difference, ...] = ()
    note: str = ""
    modified_at: datetime | None = None
    """When BC changed it last."""

    @property
    def agrees(self) -> bool:
        return self.standing is Standing.SAME


def differences(record: Mirror, in_bc: Pulled) -> tuple[Difference, ...]:
    """Tell each field that differs, as the mirror would keep it: 1.50 and 1.5 are the same."""
    told = []
    for field in own_fields(type(record)):
        here, there = getattr(record, field.attname), _as_kept(field, in_bc.values[field.name])
        if here != there:
            told.append(Difference(str(field.verbose_name), here, there))
    return tuple(told)


def _as_kept(field: models.Field[Any, Any], value: Value) -> Value:
    """Round a number to what the column keeps."""
    if isinstance(field, models.DecimalField) and isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-field.decimal_places), ROUND_HALF_UP)
    return value


def compare_now(client: Client, company: Company, entity: Entity, ids: Collection[UUID]) -> list[Compared]:
    """Read these records from BC and compare them with the mirror; raises what the client raises."""
    found: dict[UUID, Compared] = {}
    for asked, rows in masters.by_id(client, entity, list(ids)):
        told = [row.fields for row in rows]
        found |= {each.bc_id: each for each in compare_rows(company, entity, told)}
        there = {UUID(row.id) for row in rows}
        missing = [bc_id for bc_id in asked if bc_id not in there]
        found |= {each.bc_id: each for each in gone(company, entity, missing)}
    return [found[bc_id] for bc_id in ids if bc_id in found]


def compare_rows(company: Company, entity: Entity, rows: Sequence[Row]) -> Iterator[Compared]:
    """Compare what BC tells of records with their mirrors; what a filter keeps out is no difference."""
    here = _mirrored(company, entity, [UUID(str(row["id"])) for row in rows])
    page = sorting.sort(company, entity, filters.of(company, entity), rows)
    for row, reason in page.refused:
        bc_id, name = UUID(str(row["id"])), page.name_of(row)
        yield Compared(bc_id, name, Standing.UNUSABLE, note=reason)
    for place, record in enumerate(page.batch.rows()):
        name, ours = page.name_of(page.rows[place]), here.get(record.bc_id)
        if reason := page.waiting.get(place, ""):
            yield Compared(record.bc_id, name, Standing.UNUSABLE, note=reason)
        elif place in page.left_out:
            if ours is not None:
                yield Compared(record.bc_id, name, Standing.SAME, note=LEFT_OUT)
        elif ours is not None or not record.is_filtered:
            yield _compare(name, ours, record)


def gone(company: Company, entity: Entity, ids: Collection[UUID]) -> Iterator[Compared]:
    """Tell how mirrors stand that BC did not name: one that is marked as deleted agrees."""
    for record in _mirrored(company, entity, ids).values():
        standing, note = (Standing.SAME, "") if record.deleted_at else (Standing.GONE, GONE)
        yield Compared(record.bc_id, str(record), standing, note=note)


def _mirrored(company: Company, entity: Entity, ids: Collection[UUID]) -> Mapping[UUID, Mirror]:
    rows: Any = entity.model._default_manager.filter(company=company, bc_id__in=ids)
    return {row.bc_id: row for row in rows}


def _compare(name: str, ours: Mirror | None, theirs: Pulled) -> Compared:
    if ours is None:
        return Compared(theirs.bc_id, name, Standing.MISSING, (), NOT_HERE, theirs.modified_at)
    told = differences(ours, theirs)
    note = BACK if ours.deleted_at else ""
    standing = Standing.DIFFERS if told or note else Standing.SAME
    return Compared(theirs.bc_id, name, standing, told, note, theirs.modified_at)
