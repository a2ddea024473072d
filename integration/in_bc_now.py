"""What Business Central says of one mirrored record right now; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass, field

from integration import connections
from integration.errors import IntegrationError
from integration.sync import comparing
from integration.sync.entities import ENTITIES, Entity
from masterdata.models import Mirror
from masterdata.read_only import FieldChange
from masterdata.wording import written

UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Now:
    """How a record stands in BC against the mirror; `fields` tell ours → BC's."""

    state: str
    """A `comparing.Standing`, or `unreachable`."""
    sentence: str = ""
    fields: list[FieldChange] = field(default_factory=list)


def of(record: Mirror) -> Now:
    """Read one record from BC and compare it with the mirror."""
    try:
        client = connections.client()
        if client.company_id() != str(record.company.bc_id):
            return Now(UNREACHABLE, f"{record.company} is not the company that this connection goes to.")
        with client.at_once():
            (told,) = comparing.compare_now(client, record.company, entity_of(type(record)), [record.bc_id])
    except IntegrationError as error:
        return Now(UNREACHABLE, error.sentence)
    if told.agrees and record.deleted_at:
        return Now(comparing.Standing.GONE)
    fields = [FieldChange(each.field, written(each.here), written(each.in_bc)) for each in told.differences]
    return Now(told.standing, told.note, fields)


def entity_of(model: type[Mirror]) -> Entity:
    """Give the list that a mirror comes from."""
    return next(entity for entity in ENTITIES.values() if entity.model is model)
