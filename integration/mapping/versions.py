"""Versions of a field mapping: publishing raises the number, messages keep the one they were built with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from integration.models import FieldMapping, FieldMappingRow

from .apply import Engine, Problem, Row, compile_rows


@dataclass(frozen=True)
class Compiled:
    """The enabled rows of one mapping as they stand now."""

    version: int
    rows: tuple[Row, ...]

    @cached_property
    def sources(self) -> frozenset[str]:
        """The fields of our record that the rows read."""
        return frozenset(row.source for row in self.rows)

    def apply(self, record: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        mapped = self.engine.map(record)
        return mapped.values, mapped.problems

    @cached_property
    def engine(self) -> Engine:
        """The rows, made ready to run once a version."""
        return compile_rows(self.rows)


_kept: dict[int, Compiled] = {}


class MappingMissing(LookupError):  # noqa: N818 - it names what is missing
    """No mapping of that name is installed."""


def compiled(name: str) -> Compiled:
    """Read a mapping for use; raises MappingMissing when `manage.py set_up` was never run.

    Its rows are read once a version: whoever changes them publishes a new one, and each process asks for it.
    """
    with connection.cursor() as cursor:  # written out: it is asked for each document
        cursor.execute("SELECT id, version FROM integration_fieldmapping WHERE name = %s", [name])
        found = cursor.fetchone()
    if found is None:
        raise MappingMissing(
            f"There is no field mapping {name!r}. Run manage.py set_up to install the defaults."
        )
    pk, version = found
    kept = _kept.get(pk)
    if kept is None or kept.version != version:
        kept = _kept[pk] = _read(pk, version)
    return kept


def _read(pk: int, version: int) -> Compiled:
    """Read the rows and their version in one statement, so that no change comes between the two."""
    rows = FieldMappingRow.objects.filter(mapping=pk, enabled=True).select_related("mapping")
    read = list(rows.order_by("position", "pk"))
    return Compiled(
        version=read[0].mapping.version if read else version,
        rows=tuple(
            Row(row.source, row.target, row.transform, row.parameters, row.default, row.required)
            for row in read
        ),
    )


@transaction.atomic
def publish(mapping: FieldMapping) -> int:
    """Count a change of the mapping; returns the new version."""
    FieldMapping.objects.filter(pk=mapping.pk).update(version=F("version") + 1)
    mapping.refresh_from_db(fields=["version"])
    return mapping.version
