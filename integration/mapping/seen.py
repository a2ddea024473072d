"""What a CAFM sends beside what its mapping reads: fields nobody reads, and fields that stopped coming."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from integration.models import FieldMapping
from masterdata.models import Company

from . import content as contents
from . import targets, versions
from .sampling import Sample, samples

NEWEST = 20


@dataclass(frozen=True)
class Seen:
    """How often, among so many of the latest events, each field was there."""

    events: int
    unknown: Sequence[tuple[str, int]] = ()
    """Sent, and read by no row."""
    vanished: Sequence[tuple[str, int]] = ()
    """Read by a row, sent before, and in none of the newest events."""
    never: Sequence[str] = ()
    """Read by a row, and in none of these events."""


def of_profile(mapping: FieldMapping, company: Company) -> Seen:
    """Count the fields of the latest events of a profile against the version in force."""
    version = versions.in_force(mapping)
    read = targets.reads(contents.read(version.content)) if version else set()
    return count(samples(mapping, company), read)


def count(found: Sequence[Sample], read: set[str]) -> Seen:
    """Count fields in events, the newest first, against the paths that rows read."""
    if not found:
        return Seen(0)
    here, newest = _counted(found), _counted(found[:NEWEST])
    unknown = [(path, number) for path, number in here.most_common() if not _is_read(path, read)]
    before = {path: number for path in read if (number := _times(path, here))}
    vanished = [(path, number) for path, number in sorted(before.items()) if not _times(path, newest)]
    never = sorted(path for path in read if path not in before and path)
    return Seen(len(found), unknown, vanished, never)


def _counted(found: Sequence[Sample]) -> Counter[str]:
    return Counter(
        path
        for each in found
        for path in {path for path, value in targets.flat(each.record) if value is not None}
    )


def _is_read(path: str, read: set[str]) -> bool:
    return path in read or any(
        path.startswith((f"{each}.", f"{each}[]")) for each in read if not _is_list(each, read)
    )


def _is_list(path: str, read: set[str]) -> bool:
    """Whether a path is a list whose elements are read field by field."""
    return any(each.startswith(f"{path}[].") for each in read)


def _times(path: str, counted: Counter[str]) -> int:
    inside = [number for each, number in counted.items() if each.startswith((f"{path}.", f"{path}[]"))]
    return max([counted[path], *inside])
