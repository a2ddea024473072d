"""What Business Central told last of the sets that mappings read and write."""

from __future__ import annotations

from integration.bc import EntitySet, restored
from integration.models import ContractReading, FieldMapping


def reads(mapping: FieldMapping) -> EntitySet | None:
    """Give the set that a mapping of a mirror reads."""
    return _set(mapping.source) if mapping.direction == FieldMapping.Direction.PULL else None


def writes(mapping: FieldMapping) -> EntitySet | None:
    """Give the set that a mapping writes."""
    return _set(mapping.target) if mapping.direction == FieldMapping.Direction.PUSH else None


def _set(name: str) -> EntitySet | None:
    latest = ContractReading.objects.order_by("-pk").first()
    if latest is None:
        return None
    told = restored(latest.offered)
    return told.standard.get(name) or told.app.get(name)
