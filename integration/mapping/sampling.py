"""Real records to look at a mapping with: the latest documents as couriers give them, the latest events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from integration.bc import names
from integration.couriers import assets, invoices, movements, orders
from integration.models import FieldMapping, InboxEvent
from masterdata import lookup
from masterdata.models import Company
from reconciliation.models import AssetNotice, InventoryMovement, PurchaseOrder, SupplierInvoice

from . import content as contents
from . import mirrors, offered, versions

LAST = 200


@dataclass(frozen=True)
class Sample:
    """One record, as the rows of a mapping see it."""

    key: str
    told: str
    record: Mapping[str, Any]


def samples(mapping: FieldMapping, company: Company, limit: int = LAST) -> list[Sample]:
    """Give the latest records that this mapping would be asked to map, the newest first."""
    if mapping.direction == FieldMapping.Direction.INTAKE:
        return list(islice(_events(mapping, company), limit))
    if mapping.direction == FieldMapping.Direction.PULL:
        rows = mirrors.latest(mapping, offered.reads(mapping), LAST)[:limit]
        known_by = _known_by(mapping)
        return [Sample(str(row[names.ID]), _named(row, known_by), row) for row in rows]
    reader = READERS.get(mapping.source)
    return list(islice(reader(company, limit), limit)) if reader else []


def find(found: Iterable[Sample], key: str) -> Sample | None:
    """Give the record that was chosen, else the newest."""
    listed = list(found)
    return next((each for each in listed if each.key == key), listed[0] if listed else None)


def _known_by(mapping: FieldMapping) -> list[str]:
    """Give the fields of BC that name a record to people: what the first two rows read."""
    version = versions.in_force(mapping)
    rows = contents.read(version.content).rows[:2] if version else ()
    return [row.source for row in rows]


def _named(row: Mapping[str, Any], known_by: Iterable[str]) -> str:
    return " ".join(str(row[name]) for name in known_by if row.get(name))[:80] or str(row[names.ID])


def _events(mapping: FieldMapping, company: Company) -> Iterator[Sample]:
    sources = mapping.profile.sources if mapping.profile else []
    events = InboxEvent.objects.filter(company=company, source__in=sources, body__type=mapping.source)
    for event in events.order_by("-pk")[:LAST]:
        yield Sample(
            str(event.pk), f"{event.event_id}, {event.received_at:%Y-%m-%d %H:%M}", event.body["data"]
        )


def _orders(company: Company, limit: int) -> Iterator[Sample]:
    for order in PurchaseOrder.objects.filter(company=company).order_by("-pk")[:limit]:
        yield Sample(str(order.pk), order.number, orders.record(order))


def _order_lines(company: Company, limit: int) -> Iterator[Sample]:
    for order in _with_lines(PurchaseOrder, company, limit):
        lines, head = list(order.lines.all()), orders.record(order)
        known = assets.bc_numbers(company, [line.asset for line in lines if line.asset])
        places = lookup.location_ids(company, sorted({line.location or order.location for line in lines}))
        for line in lines:
            with suppress(lookup.NoConversion):  # such an order waits, and is not mapped yet
                told = orders.line_record(line, head, places, known)
                yield Sample(f"{order.pk}.{line.line}", f"{order.number}, line {line.line}", told)


def _invoices(company: Company, limit: int) -> Iterator[Sample]:
    for invoice in SupplierInvoice.objects.filter(company=company).order_by("-pk")[:limit]:
        yield Sample(str(invoice.pk), invoice.number, invoices.record(invoice))


def _invoice_lines(company: Company, limit: int) -> Iterator[Sample]:
    for invoice in _with_lines(SupplierInvoice, company, limit):
        head = invoices.record(invoice)
        for line in invoice.lines.all():
            told = invoices.line_record(head, line)
            yield Sample(f"{invoice.pk}.{line.line}", f"{invoice.number}, line {line.line}", told)


def _movements(company: Company, limit: int) -> Iterator[Sample]:
    for movement in InventoryMovement.objects.filter(company=company).order_by("-pk")[:limit]:
        yield Sample(str(movement.pk), movement.number, movements.record(movement))


def _movement_lines(company: Company, limit: int) -> Iterator[Sample]:
    for movement in _with_lines(InventoryMovement, company, limit):
        units = lookup.base_units(company, {line.item for line in movement.lines.all()})
        head = movements.record(movement)
        for line in movement.lines.all():
            base = units.get(line.item, line.unit)
            told = movements.line_record(line, head, base, _in_base(company, line, base))
            yield Sample(f"{movement.pk}.{line.line}", f"{movement.number}, line {line.line}", told)


def _assets(company: Company, limit: int) -> Iterator[Sample]:
    for notice in AssetNotice.objects.filter(company=company).order_by("-pk")[:limit]:
        yield Sample(str(notice.pk), notice.number, assets.record(notice))


def _with_lines(model: Any, company: Company, limit: int) -> Iterator[Any]:
    yield from model.objects.filter(company=company).order_by("-pk").prefetch_related("lines")[:limit]


def _in_base(company: Company, line: Any, base: str) -> Decimal:
    try:
        return lookup.convert(company, line.item, line.quantity, line.unit or base, to=base)
    except lookup.NoConversion:
        quantity: Decimal = line.quantity
        return quantity


READERS: dict[str, Callable[[Company, int], Iterator[Sample]]] = {
    "purchase_order": _orders,
    "purchase_order.line": _order_lines,
    "supplier_invoice": _invoices,
    "supplier_invoice.line": _invoice_lines,
    "inventory_movement": _movements,
    "inventory_movement.line": _movement_lines,
    "asset_notice": _assets,
}
