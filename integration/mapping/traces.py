"""How each field of a message came about: kept as what its mapping read, told row by row when somebody asks.

A version that was approved never changes, and mapping is pure; so the records and the number of the version
are the trace, at the size of the document instead of three values for each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from integration.bc import dumps, loads
from integration.models import MappingVersion
from masterdata.models import Company

from . import masters, versions
from .apply import Masters, Traced
from .recording import Read

GONE = "Business Central had no such field, and the mapping goes on without it"


@dataclass(frozen=True)
class Part:
    """What became of one record: the head of a document, or one of its lines."""

    mapping: str
    version: int
    rows: Sequence[Traced]
    line: Any = None
    mapping_id: int | None = None

    @property
    def is_wrong(self) -> bool:
        return any(each.reason for each in self.rows)


def packed(reads: Sequence[Read]) -> str:
    """Write the records down; the head, which each line carries, once."""
    if not reads:
        return ""
    head = reads[0].record
    parts = []
    for name, version, record, lacking in reads:
        around = [key for key, value in record.items() if value is head]
        own = {key: value for key, value in record.items() if key not in around}
        parts.append([name, version, own, around, *([sorted(lacking)] if lacking else [])])
    return dumps(parts).decode()


def told(written: str, company: Company) -> list[Part]:
    """Tell row by row what each record became; empty where nothing was kept."""
    parts = loads(written.encode()) if written else []
    if not parts:
        return []
    head, at_hand = parts[0][2], masters.of(company)
    found = {(each.mapping.name, each.number): each for each in _versions(parts)}
    return [
        Part(
            name,
            number,
            _rows(version, own | dict.fromkeys(around, head), at_hand, *lacking),
            own.get("line") if around else None,
            version.mapping_id,
        )
        for name, number, own, around, *lacking in parts
        if (version := found.get((name, number))) is not None
    ]


def _rows(
    version: MappingVersion, record: Mapping[str, Any], at_hand: Masters, lacking: Sequence[str] = ()
) -> list[Traced]:
    """Tell what each row did; one whose target was lacking then wrote nothing, whatever it would have."""
    told = versions.compile_version(version).engine.trace(record, at_hand)
    return [
        replace(each, result=None, reason="", left_out=GONE) if each.row.target in lacking else each
        for each in told
    ]


def _versions(parts: Iterable[Sequence[Any]]) -> Iterable[MappingVersion]:
    wanted = {(name, number) for name, number, *_ in parts}
    rows = MappingVersion.objects.filter(
        mapping__name__in={name for name, _ in wanted}, number__in={number for _, number in wanted}
    )
    return rows.select_related("mapping")
