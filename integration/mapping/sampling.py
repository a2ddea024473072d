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
    found = _lines(PurchaseOrder, company, limit)
    known = assets.bc_numbers(company, [line.asset for _order, line in found if line.asset])
    places = lookup.location_ids(company, sorted({line.location or order.location for order, line in found}))
    for order, line in found:
        with suppress(lookup.NoConversion):  # such an order waits, and is not mapped yet
            told = orders.line_record(line, orders.record(order), places, known)
            yield _of_line(order, line, told)


def _invoices(company: Company, limit: int) -> Iterator[Sample]:
    for invoice in SupplierInvoice.objects.filter(company=company).order_by("-pk")[:limit]:
        yield Sample(str(invoice.pk), invoice.number, invoices.record(invoice))


def _invoice_lines(company: Company, limit: int) -> Iterator[Sample]:
    for invoice, line in _lines(SupplierInvoice, company, limit):
        yield _of_line(invoice, line, invoices.line_record(invoices.record(invoice), line))


def _movements(company: Company, limit: int) -> Iterator[Sample]:
    for movement in InventoryMovement.objects.filter(company=company).order_by("-pk")[:limit]:
        yield Sample(str(movement.pk), movement.number, movements.record(movement))


def _movement_lines(company: Company, limit: int) -> Iterator[Sample]:
    found = _lines(InventoryMovement, company, limit)
    units = lookup.base_units(company, {line.item for _movement, line in found})
    for movement, line in found:
        base, head = units.get(line.item, line.unit), movements.record(movement)
        yield _of_line(movement, line, movements.line_record(line, head, base, _in_base(company, line, base)))


def _assets(company: Company, limit: int) -> Iterator[Sample]:
    for notice in AssetNotice.objects.filter(company=company).order_by("-pk")[:limit]:
        yield Sample(str(notice.pk), notice.number, assets.record(notice))


def _lines(model: Any, company: Company, limit: int) -> list[tuple[Any, Any]]:
    """Give the newest documents' lines, each with its document."""
    newest = model.objects.filter(company=company).order_by("-pk").prefetch_related("lines")[:limit]
    return [(document, line) for document in newest for line in document.lines.all()][:limit]


def _of_line(document: Any, line: Any, record: Mapping[str, Any]) -> Sample:
    return Sample(f"{document.pk}.{line.line}", f"{document.number}, line {line.line}", record)


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
