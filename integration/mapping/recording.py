"""Note the records that are mapped while a message is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple


class Read(NamedTuple):
    """The mapping's name, its version, and the record that it mapped."""

    mapping: str
    version: int
    record: Mapping[str, Any]
    lacking: frozenset[str] = frozenset()
    """Targets that it went on without, because Business Central had them no more."""


_reads: ContextVar[list[Read] | None] = ContextVar("records that are mapped now", default=None)


@contextmanager
def recording() -> Iterator[list[Read]]:
    """Note every record that is mapped meanwhile."""
    reads: list[Read] = []
    token = _reads.set(reads)
    try:
        yield reads
    finally:
        _reads.reset(token)


def note(name: str, version: int, record: Mapping[str, Any], lacking: frozenset[str]) -> None:
    """Note a record that is mapped, where somebody records."""
    if (reads := _reads.get()) is not None:
        reads.append(Read(name, version, record, lacking))
