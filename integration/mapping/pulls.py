"""The mappings of what Business Central tells: what is asked for, and what becomes of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from django.utils import timezone

from integration.bc import names
from integration.models import FieldMapping, MappingVersion

from . import columns, content, paths, versions
from .apply import Problem, Row
from .columns import Turned
from .shipped import pull
from .versions import Compiled, MappingMissing

NOT_INSTALLED = 0  # no version has this number
INVOICES, INVOICE_LINES = "invoices", "invoice-lines"
PARTS = {INVOICES: (INVOICE_LINES,)}
"""What is pulled along with a list, and has a mapping of its own."""


def name_of(entity: str) -> str:
    """Give the name of the mapping that fills the mirror of a list."""
    return f"BC → {entity}"


def whole_of(entity: str) -> str:
    """Give the list that something is pulled with: the lines of invoices come with the invoices."""
    return next((whole for whole, parts in PARTS.items() if entity in parts), entity)


def compiled(entity: str) -> Compiled:
    """Give the version that counts now; before `set_up` has installed it, what is shipped."""
    try:
        return versions.compiled(name_of(entity))
    except MappingMissing:
        return shipped(entity)


def whole(entity: str) -> Compiled:
    """Give the version that counts now with every row, whatever Business Central lacks."""
    mapping = FieldMapping.objects.filter(name=name_of(entity)).first()
    version = versions.in_force(mapping) if mapping else None
    return versions.compile_version(version) if version else shipped(entity)


@contextmanager
def holding(entity: str) -> Iterator[None]:
    """Keep to one version, so that what is asked for is what is read."""
    held = {name_of(each): compiled(each).version for each in _with_parts(entity)}
    with versions.holding({name: version for name, version in held.items() if version != NOT_INSTALLED}):
        yield


def changed_at(entity: str) -> datetime | None:
    """Tell since when the mapping of a list is what it is: what was read before has to be read again."""
    approved = MappingVersion.objects.filter(
        mapping__name__in=[name_of(each) for each in _with_parts(entity)],
        mapping__direction=FieldMapping.Direction.PULL,
        state=MappingVersion.State.APPROVED,
    )
    moments = [moment for row in approved.values_list("effective_from", "withdrawn_at") for moment in row]
    return max((each for each in moments if each and each <= timezone.now()), default=None)


def _with_parts(entity: str) -> tuple[str, ...]:
    return (entity, *PARTS.get(entity, ()))


def select(mapping: Compiled) -> tuple[str, ...]:
    """Name the fields of BC that the rows read, for $select; each list is read with its id and its stamp."""
    return tuple(dict.fromkeys([names.ID, *select_of_part(mapping), names.MODIFIED]))


def select_of_part(mapping: Compiled) -> tuple[str, ...]:
    """Name the fields that the rows read of what comes with its whole, which bears the stamp."""
    return tuple(dict.fromkeys(name for row in mapping.rows for name in reads(row)))


def source_of(mapping: Compiled, target: str) -> str:
    """Give BC's name of one of our fields; what its row asks before it maps is no name of it."""
    row = next((row for row in mapping.rows if row.target == target), None)
    return min(paths.tops(row.source), default="") if row else ""


def reads(row: Row) -> list[str]:
    """Name the fields of BC that a row reads."""
    return sorted(paths.tops(row.source, row.condition))


def turn(mapping: Compiled, rows: Sequence[Mapping[str, Any]], blanks: Mapping[str, Any]) -> Turned:
    """Map a page into columns, and remember the values that wait to be mapped."""
    turned = columns.turn(mapping.engine, rows, blanks)
    versions.park(mapping.name, turned.parked)
    return turned


def sentence(problems: Iterable[Problem]) -> str:
    """Say why a record cannot be mirrored."""
    told = "; ".join(f"{each.source or each.target}: {each.reason}" for each in problems)
    return f"{told}. Correct it in Business Central, or the mapping."


@cache
def shipped(entity: str) -> Compiled:
    """Give what is shipped, whatever counts now."""
    _, rows = pull.PULL[entity]
    return Compiled(name_of(entity), NOT_INSTALLED, content.of_table(rows, pull.VALUE_MAPS))
