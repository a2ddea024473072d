"""What Business Central says of one mirrored record right now; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models

from integration import connections
from integration.bc import is_gone
from integration.errors import IntegrationError
from integration.sync.entities import ENTITIES, Entity, Unusable
from integration.sync.links import resolve
from masterdata.models import Mirror
from masterdata.read_only import FieldChange, written
from masterdata.upsert import own_fields

SAME, DIFFERS, GONE, UNREACHABLE, UNUSABLE = "same", "differs", "gone", "unreachable", "unusable"


@dataclass(frozen=True)
class Now:
    """How a record stands in BC against the mirror; `fields` tell ours → BC's."""

    state: str
    sentence: str = ""
    fields: list[FieldChange] = field(default_factory=list)


def now(record: Mirror) -> Now:
    """Read one record from BC and compare it with the mirror."""
    entity = entity_of(type(record))
    try:
        client = connections.client()
        if client.company_id() != str(record.company.bc_id):
            return Now(UNREACHABLE, f"{record.company} is not the company that this connection goes to.")
        row = client.get(entity.entity_set, record.bc_id, select=entity.select, app=entity.needs_app)
    except IntegrationError as error:
        return Now(GONE) if is_gone(error) else Now(UNREACHABLE, error.sentence)
    try:
        differing = _differing(record, entity, row)
    except Unusable as error:
        return Now(UNUSABLE, str(error))
    return Now(DIFFERS, fields=differing) if differing else Now(SAME)


def entity_of(model: type[Mirror]) -> Entity:
    """Give the list that a mirror comes from."""
    return next(entity for entity in ENTITIES.values() if entity.model is model)


def _differing(record: Mirror, entity: Entity, row: dict[str, Any]) -> list[FieldChange]:
    pulled = entity.pulled(row, record.company)
    ready = resolve(record.company, entity, [pulled]).ready
    values = (ready[0] if ready else pulled).values
    return [
        FieldChange(str(column.verbose_name), written(mine), written(theirs))
        for column in own_fields(type(record))
        if (mine := getattr(record, column.name)) != (theirs := _as_kept(column, values[column.name]))
    ]


def _as_kept(column: models.Field[Any, Any], value: Any) -> Any:
    """Round as the column does, so that a sixth decimal is no difference."""
    if isinstance(column, models.DecimalField) and value is not None:
        return Decimal(value).quantize(Decimal(1).scaleb(-column.decimal_places), rounding=ROUND_HALF_UP)
    return value
