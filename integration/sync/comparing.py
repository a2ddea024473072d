"""How a mirrored record differs from what Business Central has now; nothing is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import models

from integration.bc import Client
from integration.errors import ProgramError
from masterdata.models import Company, Mirror
from masterdata.upsert import Pulled, Value, own_fields

from . import links, masters
from .entities import Entity, Row, Unusable


@dataclass(frozen=True)
class Difference:
    """One field that differs."""

    field: str
    here: Value
    in_bc: Value


@dataclass(frozen=True)
class Compared:
    """One mirrored record beside BC's; a note says what no list of fields can."""

    record: Mirror
    differences: tuple[Difference, ...] = ()
    note: str = ""

    @property
    def agrees(self) -> bool:
        return not self.differences and not self.note


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
    there: dict[UUID, Row] = {
        UUID(str(row["id"])): row for _, rows in masters.by_id(client, entity, list(ids)) for row in rows
    }
    here: Any = entity.model._default_manager.filter(company=company, bc_id__in=ids).order_by("pk")
    return [_compare(company, entity, record, there.get(record.bc_id)) for record in here]


def _compare(company: Company, entity: Entity, record: Mirror, row: Row | None) -> Compared:
    if row is None:
        gone = "" if record.deleted_at else "Business Central no longer has it."
        return Compared(record, note=gone)
    try:
        resolved = links.resolve(company, entity, [entity.pulled(row, company)])
    except (Unusable, ProgramError) as exc:
        return Compared(record, note=str(exc))
    if resolved.waiting:
        return Compared(record, note=resolved.waiting[0][1])
    back = "It is in Business Central again." if record.deleted_at else ""
    told = differences(record, resolved.ready[0]) if resolved.ready else ()
    return Compared(record, told, note=back)
