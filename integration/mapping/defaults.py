"""The mappings that Tieout ships: installed where they are missing, upgraded by a three-way merge."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from integration.models import FieldMapping, MappingVersion, SourceProfile

from . import content as contents
from . import drafts, pulls, versions
from .content import Content, Difference
from .shipped import intake, pull, push
from .shipped.push import (
    ASSET,
    INVOICE,
    INVOICE_LINE,
    MOVEMENT,
    MOVEMENT_LINE,
    ORDER,
    ORDER_LINE,
)

__all__ = ["ASSET", "INVOICE", "INVOICE_LINE", "MOVEMENT", "MOVEMENT_LINE", "ORDER", "ORDER_LINE", "install"]

logger = logging.getLogger(__name__)

Direction = FieldMapping.Direction
LOCK = 7_341_009  # in PostgreSQL's table of advisory locks


@dataclass(frozen=True)
class Shipped:
    """One mapping as it is shipped."""

    name: str
    source: str
    target: str
    content: Content
    direction: str = Direction.PUSH
    profile: str = ""
    sources: tuple[str, ...] = field(default=())


def shipped() -> Iterator[Shipped]:
    """Give every mapping that is shipped."""
    for name, (source, target, rows) in push.PUSH.items():
        yield Shipped(name, source, target, contents.of_table(rows, push.VALUE_MAPS))
    for entity, (source, table) in pull.PULL.items():
        found = contents.of_table(table, pull.VALUE_MAPS)
        yield Shipped(pulls.name_of(entity), source, entity, found, Direction.PULL)
    for profile in intake.PROFILES:
        for source, target, table in profile.mappings:
            name = f"{profile.name}: {source}"
            found = contents.of_table(table, profile.value_maps, unknown=profile.unknown)
            yield Shipped(name, source, target, found, Direction.INTAKE, profile.name, profile.sources)


@transaction.atomic
def install() -> int:
    """Create the shipped mappings that are not there yet, and upgrade the others; returns how many came."""
    _alone()
    known = {mapping.name: mapping for mapping in FieldMapping.objects.all()}
    missing = []
    for each in shipped():
        if each.name not in known:
            missing.append(_mapping(each))
            continue
        mapping, written = known[each.name], contents.written(each.content)
        if mapping.shipped != written:
            if mapping.shipped is not None:
                upgrade(mapping, each.content)
            mapping.shipped = written
            mapping.save(update_fields=["shipped"])
    created = bulk_create_with_history(missing, FieldMapping) if missing else []
    return len(MappingVersion.objects.bulk_create(_first_version(mapping) for mapping in created))


def upgrade(mapping: FieldMapping, new: Content) -> MappingVersion | None:
    """Bring a new shipped content in beside what was changed here; None where nothing changes.

    Where both changed the same row, what was changed here stays, and the version's note says so.
    """
    current = versions.in_force(mapping)
    base = contents.read(mapping.shipped) if mapping.shipped else Content()
    ours = contents.read(current.content) if current else Content()
    merged = contents.merge(base, ours, new)
    if merged.content == ours:
        if merged.conflicts:
            logger.warning("%s keeps what was changed here: %s", mapping, _listed(merged.conflicts))
        return None
    is_plain = ours == base
    origin = MappingVersion.Origin.SHIPPED if is_plain else MappingVersion.Origin.MERGED
    note = f"Shipped with an upgrade: {_listed(merged.taken)}."
    if merged.conflicts:
        note += f" Kept as it was changed here: {_listed(merged.conflicts)}."
    logger.warning("The field mapping %s was upgraded. %s", mapping, note)
    return _put_in_force(mapping, merged.content, origin, note)


def reset(mapping: FieldMapping, *, by: User) -> MappingVersion:
    """Draft what is shipped; it is reviewed like any other draft."""
    if mapping.shipped is None:
        raise drafts.NotPossible(f"Nothing is shipped for {mapping}: it was made here.")
    content = contents.read(mapping.shipped)
    return drafts.draft(mapping, by=by, content=content, origin=MappingVersion.Origin.RESET)


def _alone() -> None:
    """Let one process at a time install, to the end of its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _mapping(each: Shipped) -> FieldMapping:
    return FieldMapping(
        name=each.name,
        source=each.source,
        target=each.target,
        direction=each.direction,
        profile=_profile(each),
        shipped=contents.written(each.content),
    )


def _first_version(mapping: FieldMapping) -> MappingVersion:
    return MappingVersion(
        mapping=mapping,
        number=1,
        state=MappingVersion.State.APPROVED,
        origin=MappingVersion.Origin.SHIPPED,
        content=mapping.shipped,
        note="As it is shipped.",
        effective_from=timezone.now(),
    )


def _put_in_force(mapping: FieldMapping, content: Content, origin: str, note: str) -> MappingVersion:
    current = versions.in_force(mapping)
    return MappingVersion.objects.create(
        mapping=mapping,
        number=drafts.next_number(mapping),
        state=MappingVersion.State.APPROVED,
        origin=origin,
        content=contents.written(content),
        based_on=current.number if current else None,
        note=note,
        effective_from=timezone.now(),
    )


def _profile(each: Shipped) -> SourceProfile | None:
    if not each.profile:
        return None
    found, _is_new = SourceProfile.objects.get_or_create(
        name=each.profile, defaults={"sources": list(each.sources)}
    )
    return found


def _listed(found: Any) -> str:
    differences: list[Difference] = list(found)
    return ", ".join(each.what for each in differences) or "nothing"
