"""Try an edited message before it is sent: what speaks against it, and whether BC has it; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from integration import contract, delivery
from integration.bc.names import ITEM_NUMBER, LINE_OBJECT_NUMBER, LINE_TYPE, LOCATION_ID, UNIT_OF_MEASURE_CODE
from integration.couriers import Posted
from integration.errors import IntegrationError
from integration.models import Message
from integration.outbox import OutboxError
from masterdata import lookup
from masterdata.models import Item, ItemUnit, Location

from .trying import still_wrong


@dataclass(frozen=True)
class DryRun:
    """What sending it would come to."""

    problems: list[str] = field(default_factory=list)
    """Sending makes no sense before these are mended."""
    doubts: list[str] = field(default_factory=list)
    """What our mirror of the master data shows; it may be behind."""
    found: Posted | None = None
    """The document, where Business Central has it already."""
    there: Mapping[str, Any] = field(default_factory=dict)

    @property
    def may_be_sent(self) -> bool:
        return not self.problems and self.found is None


def dry_run(message: Message, payload: dict[str, Any]) -> DryRun:
    """Hold a payload against the contract, the mirrors, and what Business Central has."""
    problems = []
    if paused := contract.of_delivery(message.document_kind, payload):
        problems.append(paused)
    doubts = [*_unknown(message, payload)]
    if not _is_edited_away(message, payload) and (wrong := still_wrong(message)):
        doubts.append(wrong)
    try:
        found = delivery.look(message, payload)
    except OutboxError as error:
        return DryRun([*problems, str(error)], doubts)
    except IntegrationError as error:
        told = f"Business Central could not be asked whether it has it already. {error.sentence}"
        return DryRun(problems, [*doubts, told])
    return DryRun(problems, doubts, found, delivery.document_of(message, found) if found else {})


def _unknown(message: Message, payload: Mapping[str, Any]) -> Iterator[str]:
    """Name what the lines mention and the mirror does not have."""
    company = message.company
    for row in _rows(payload):
        item, unit = (
            str(row.get(LINE_OBJECT_NUMBER) or row.get(ITEM_NUMBER) or ""),
            row.get(UNIT_OF_MEASURE_CODE),
        )
        is_item = bool(item) and row.get(LINE_TYPE, "Item") == "Item"
        if is_item and lookup.missing_items(company, [item]):
            yield f"Item {item} is not in the mirror."
        elif is_item and unit and not _has_unit(message, item, str(unit)):
            yield f"Item {item} has no unit {unit} in the mirror."
        place = row.get(LOCATION_ID)
        if place and not Location.objects.filter(company=company, bc_id=place, deleted_at=None).exists():
            yield f"Location {place} is not in the mirror."


def _is_edited_away(message: Message, payload: Mapping[str, Any]) -> bool:
    """Whether the unit that the cause names is not sent any more."""
    unit = message.cause.things.get("unit") if message.cause else None
    used = {str(row.get(UNIT_OF_MEASURE_CODE, "")).casefold() for row in _rows(payload)}
    return unit is not None and unit.casefold() not in used


def _rows(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for value in payload.values():
        if isinstance(value, list):
            yield from (row for row in value if isinstance(row, dict))


def _has_unit(message: Message, item: str, unit: str) -> bool:
    base = Item.objects.filter(company=message.company, number=item, base_unit__iexact=unit)
    units = ItemUnit.objects.filter(
        company=message.company, item_number=item, unit__iexact=unit, deleted_at=None
    )
    return base.exists() or units.exists()
