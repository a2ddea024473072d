"""How each field of a message came about: kept as what its mapping read, told row by row when somebody asks.

A version that was approved never changes, and mapping is pure; so the records and the number of the version
are the trace, at the size of the document instead of three values for each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from integration.bc import dumps, loads
from integration.models import MappingVersion
from masterdata.models import Company

from . import masters, versions
from .apply import Traced
from .recording import Read


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
    head = reads[0][2]
    parts = []
    for name, version, record in reads:
        around = [key for key, value in record.items() if value is head]
        own = {key: value for key, value in record.items() if key not in around}
        parts.append([name, version, own, around])
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
            list(versions.compile_version(version).engine.trace(own | dict.fromkeys(around, head), at_hand)),
            own.get("line") if around else None,
            version.mapping_id,
        )
        for name, number, own, around in parts
        if (version := found.get((name, number))) is not None
    ]


def _versions(parts: Iterable[Sequence[Any]]) -> Iterable[MappingVersion]:
    wanted = {(name, number) for name, number, *_ in parts}
    rows = MappingVersion.objects.filter(
        mapping__name__in={name for name, _ in wanted}, number__in={number for _, number in wanted}
    )
    return rows.select_related("mapping")
