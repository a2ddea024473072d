"""Inventory movements: posted by the Tieout app in BC, once for each external id.

The standard API cannot post a consumption or a transfer. A request is stored under our key and
then processed; processing a posted request changes nothing, so a lost answer is harmless.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings

from integration import mapping
from integration.bc import odata
from integration.bc.names import ETAG, EXTERNAL_ID, RESULT_DOCUMENT_NUMBER
from integration.errors import ConflictError
from integration.mapping import defaults, masters
from masterdata import lookup
from masterdata.models import Account, Company, Item, Location
from reconciliation.models import InventoryMovement, InventoryMovementLine

from . import dimensions
from .base import BeforeWrite, Posted, Prepared, Standing, Visit, as_uuid, in_bc, listed

REQUESTS = "inventoryRequests"
LINES = "inventoryRequestLines"
NEEDS_APP = (
    "the Tieout app in Business Central: its standard API cannot post inventory movements. "
    "Install the app and set BC_APP_URL, or post the movement there and mark it done by hand"
)


def chain(movement: InventoryMovement) -> str:
    """Each movement stands alone."""
    return f"movement:{movement.pk}"


def prepare(movement: InventoryMovement, key: UUID) -> Prepared:
    """Build the request through the field mapping, or say what it waits for."""
    if not settings.BC_APP_URL:
        return Prepared(waiting_for=NEEDS_APP)
    lines = list(movement.lines.order_by("line"))
    if missing := _missing(movement, lines):
        return Prepared(waiting_for=missing)
    try:
        units, quantities = _in_base_units(movement.company, lines)
    except lookup.NoConversion as missing_unit:
        return Prepared(waiting_for=str(missing_unit)[:300])
    header, line_mapping = mapping.compiled_together(defaults.MOVEMENT, defaults.MOVEMENT_LINE)
    head = record(movement)
    body, found = header.apply(head, masters.of(movement.company))
    problems = [str(problem) for problem in found]
    body[EXTERNAL_ID] = str(key)
    body[LINES], tagged = [], []
    for line in lines:
        written, found = line_mapping.apply(line_record(line, head, units[line.item], quantities[line.line]))
        problems += [f"line {line.line}, {problem}" for problem in found]
        if tags := dimensions.take_tags(written, line.dimensions, line_mapping.sources):
            written["dimensions"] = dimensions.as_text(tags)
            tagged.append(tags)
        body[LINES].append(written)
    if lacking := dimensions.missing(movement.company, tagged):
        return Prepared(waiting_for=in_bc(lacking))
    return Prepared(body, header.version, line_mapping.version, problems=problems)


class MovementVisit(Visit):
    """Store the request, then have it processed."""

    request: dict[str, Any] | None = None

    def find(self) -> Posted | Standing:
        """Look for the request by our key."""
        found = self.client.find(
            REQUESTS,
            filter=odata.eq(EXTERNAL_ID, str(self.message.key)),
            select=("id", EXTERNAL_ID, "status", RESULT_DOCUMENT_NUMBER),
            app=True,
        )
        self.request = found[0] if found else None
        if self.request and self.request["status"] == "Posted":
            return Posted(as_uuid(self.request["id"]), self.request[RESULT_DOCUMENT_NUMBER])
        return Standing.REPEATABLE

    def send(self, before_write: BeforeWrite) -> Posted:
        """Store the request unless it is there, process it, and read what came of it."""
        before_write()
        if self.request and self.request["status"] == "Failed":  # it may have been corrected since
            self.client.delete(REQUESTS, self.request["id"], etag=self.request[ETAG], app=True)
            self.request = None
        if self.request is None:
            self.request = self.client.create(REQUESTS, self.payload, app=True)
        self.client.act(REQUESTS, self.request["id"], "process", app=True)
        outcome = self.find()
        if isinstance(outcome, Posted):
            return outcome
        raise ConflictError("Business Central has not posted the inventory movement. It is looked at again.")


def record(movement: InventoryMovement) -> dict[str, Any]:
    return {
        "kind": movement.kind,
        "number": movement.number,
        "posted_on": movement.posted_on,
        "work_order": movement.work_order,
        "reason": movement.reason,
        "from_location": movement.from_location,
        "to_location": movement.to_location,
    }


def line_record(
    line: InventoryMovementLine, movement: dict[str, Any], base_unit: str, in_base: Decimal
) -> dict[str, Any]:
    """One line as mapping rows may name its fields: the quantity as it was told, and in the base unit."""
    return {
        "line": line.line,
        "item": line.item,
        "quantity": line.quantity,
        "unit": line.unit,
        "base_quantity": in_base,
        "base_unit": base_unit,
        "location": line.location or movement["from_location"],
        "to_location": movement["to_location"],
        "account": line.account,
        "asset": line.asset,
        "dimensions": line.dimensions,
        "movement": movement,
    }


def _in_base_units(
    company: Company, lines: list[InventoryMovementLine]
) -> tuple[dict[str, str], dict[int, Decimal]]:
    """Give each item's base unit and each line's quantity in it; raises NoConversion, never assumes 1:1."""
    units = lookup.base_units(company, {line.item for line in lines})
    quantities = {}
    for line in lines:
        base = units[line.item]
        quantities[line.line] = lookup.convert(company, line.item, line.quantity, line.unit or base, to=base)
    return units, quantities


def _missing(movement: InventoryMovement, lines: list[InventoryMovementLine]) -> str:
    company = movement.company
    locations = [movement.from_location, movement.to_location, *(line.location for line in lines)]
    wanted: list[tuple[str, Any, str, list[str]]] = [
        ("item", Item, "number", [line.item for line in lines]),
        ("account", Account, "number", [line.account for line in lines]),
        ("location", Location, "code", locations),
    ]
    lacking = []
    for noun, model, field, values in wanted:
        if names := lookup.missing(company, model, field, values):
            lacking.append(f"{noun} {listed(names)}")
    return in_bc(lacking)
