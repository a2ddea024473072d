"""The version of a mapping that is in force, compiled once; messages keep the one they were built with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db import connection
from django.utils import timezone

from integration.models import ContractFinding, FieldMapping, MappingVersion, UnmappedValue

from . import content as contents
from . import paths
from .apply import Engine, Mapped, Masters, Parked, Problem, Row
from .compiling import compile_rows
from .content import Content
from .recording import note

MOST_KEPT = 500
OF_NAMES = (
    "SELECT DISTINCT ON (m.name) m.name, v.id, m.goes_on FROM integration_mappingversion v"
    " JOIN integration_fieldmapping m ON m.id = v.mapping_id WHERE m.name = ANY(%s)"
)
HELD = f"{OF_NAMES} AND v.number = %s"
# MappingVersion.objects.in_force() of several mappings in one statement.
IN_FORCE = (
    f"{OF_NAMES} AND v.state = 'approved' AND v.withdrawn_at IS NULL AND v.effective_from <= %s"
    " ORDER BY m.name, v.number DESC"
)


@dataclass(frozen=True)
class Compiled:
    """One version of a mapping, ready to run."""

    name: str
    version: int
    content: Content
    nests: bool = False
    is_pull: bool = False
    lacking: frozenset[str] = frozenset()
    """Targets of rows that are left out, because Business Central has no such field any more."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that are enabled, in their order."""
        return tuple(row for row in self.content.rows if row.enabled)

    @cached_property
    def sources(self) -> frozenset[str]:
        """The fields of our record that the rows read."""
        return frozenset(row.source for row in self.rows)

    def fields_of_bc(self, row: Row) -> set[str]:
        """Name the fields of Business Central that a row reads in a pull, and writes in any other."""
        return paths.tops(row.source, row.condition) if self.is_pull else {row.target}

    @cached_property
    def engine(self) -> Engine:
        return compile_rows(self.rows, self.content.value_maps, nests=self.nests)

    def map(self, record: Mapping[str, Any], masters: Masters | None = None) -> Mapped:
        """Build the target record, and remember the values that wait to be mapped."""
        note(self.name, self.version, record, self.lacking)
        mapped = self.engine.map(record, masters)
        if mapped.parked:
            park(self.name, mapped.parked)
        return mapped

    def apply(
        self, record: Mapping[str, Any], masters: Masters | None = None
    ) -> tuple[dict[str, Any], list[Problem]]:
        mapped = self.map(record, masters)
        return mapped.values, mapped.problems


class MappingMissing(LookupError):  # noqa: N818 - it names what is missing
    """No mapping of that name is installed, or it has no such version."""


_kept: dict[int, Compiled] = {}
_held: ContextVar[Mapping[str, int] | None] = ContextVar("versions a message was built with", default=None)


@contextmanager
def holding(versions: Mapping[str, int]) -> Iterator[None]:
    """Use these versions instead of those in force: a message that is built again keeps its own."""
    token = _held.set(versions)
    try:
        yield
    finally:
        _held.reset(token)


def compiled(name: str) -> Compiled:
    """Give the version in force, or the one that is held; raises MappingMissing before `manage.py set_up`.

    A version is read once in each process: what is approved never changes.
    """
    (found,) = compiled_together(name)
    return found


def compiled_together(*names: str) -> list[Compiled]:
    """Give several of them by one question to the database, as `compiled` does."""
    found = _in_force(names)
    for name in names:
        if name not in found:
            raise MappingMissing(
                f"There is no field mapping {name!r}. Run manage.py set_up to install the defaults."
            )
    return [_read(*found[name]) for name in names]


def _read(pk: int, goes_on: bool) -> Compiled:
    kept = _kept.get(pk)
    if kept is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        kept = _kept[pk] = compile_version(MappingVersion.objects.select_related("mapping").get(pk=pk))
    return _without_lacking(kept) if goes_on else kept


def _without_lacking(whole: Compiled) -> Compiled:
    """Leave out what Business Central has no more, where the mapping goes on without it."""
    findings = ContractFinding.objects.open().filter(mapping=whole.name, kind=ContractFinding.Kind.MISSING)
    gone = set(findings.values_list("name", flat=True))
    lacking = {row.target for row in whole.rows if not row.required and gone & whole.fields_of_bc(row)}
    if not lacking:
        return whole
    rows = tuple(row for row in whole.content.rows if row.target not in lacking)
    return replace(whole, content=replace(whole.content, rows=rows), lacking=frozenset(lacking))


def _in_force(names: Iterable[str]) -> dict[str, tuple[int, bool]]:
    """Give the id of each version, and whether its mapping goes on without what BC lacks."""
    held = _held.get() or {}
    found: dict[str, tuple[int, bool]] = {}
    with connection.cursor() as cursor:  # written out: it is asked for each document
        for name in names:
            if name in held:
                cursor.execute(HELD, [[name], held[name]])
                found |= {name: (pk, goes_on) for name, pk, goes_on in cursor}
        if rest := [name for name in names if name not in found]:
            cursor.execute(IN_FORCE, [rest, timezone.now()])
            found |= {name: (pk, goes_on) for name, pk, goes_on in cursor}
    return found


def compile_version(version: MappingVersion) -> Compiled:
    """Make any version ready to run, a draft too."""
    mapping = version.mapping
    is_pull = mapping.direction == FieldMapping.Direction.PULL
    return Compiled(mapping.name, version.number, contents.read(version.content), nests(mapping), is_pull)


def nests(mapping: FieldMapping) -> bool:
    """Whether what it writes has groups within: a document of the CAFM, but no row of BC."""
    return mapping.direction == FieldMapping.Direction.INTAKE


def in_force(mapping: FieldMapping) -> MappingVersion | None:
    """Give the version that counts now."""
    return mapping.versions.in_force(timezone.now()).first()


def park(name: str, values: Iterable[Parked]) -> None:
    """Count values that a value map does not have; they are shown until somebody maps them."""
    counted = Counter((each.value_map, each.value) for each in values)
    mapping = FieldMapping.objects.filter(name=name).first() if counted else None
    if mapping is None:
        return
    for (value_map, value), times in counted.items():
        known, is_new = UnmappedValue.objects.get_or_create(
            mapping=mapping, value_map=value_map, value=value, defaults={"count": times}
        )
        if not is_new:
            known.count += times
            known.save(update_fields=["count", "last_seen_at"])
