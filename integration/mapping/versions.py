"""Versions of a field mapping: publishing raises the number, messages keep the one they were built with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from integration.models import FieldMapping

from .apply import Problem, Row, apply


@dataclass(frozen=True)
class Compiled:
    """The enabled rows of one mapping as they stand now."""

    version: int
    rows: tuple[Row, ...]

    def apply(self, record: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        return apply(self.rows, record)


class MappingMissing(LookupError):  # noqa: N818 - it names what is missing
    """No mapping of that name is installed."""


def compiled(name: str) -> Compiled:
    """Read a mapping for use; raises MappingMissing when `manage.py set_up` was never run."""
    mapping = FieldMapping.objects.filter(name=name).prefetch_related("rows").first()
    if mapping is None:
        raise MappingMissing(
            f"There is no field mapping {name!r}. Run manage.py set_up to install the defaults."
        )
    rows = sorted((row for row in mapping.rows.all() if row.enabled), key=lambda row: (row.position, row.pk))
    return Compiled(
        version=mapping.version,
        rows=tuple(
            Row(row.source, row.target, row.transform, row.parameters, row.default, row.required)
            for row in rows
        ),
    )


@transaction.atomic
def publish(mapping: FieldMapping) -> int:
    """Count a change of the mapping; returns the new version."""
    FieldMapping.objects.filter(pk=mapping.pk).update(version=F("version") + 1)
    mapping.refresh_from_db(fields=["version"])
    return mapping.version
