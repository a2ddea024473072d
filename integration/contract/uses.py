"""What Tieout uses of Business Central, name by name: by its code, and by the targets of its mappings.

What the code reads comes from the readers themselves; what the couriers ask for beyond them stands in a table
here, and a test lets them work while it listens (tests/contract/test_uses.py).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from integration.bc import names, reading
from integration.bc.names import (
    EXTERNAL_ID,
    LINE_TYPE,
    MODIFIED,
    ORDER_DATE,
    ORDER_NUMBER,
    POSTING_DATE,
    RESULT_DOCUMENT_NUMBER,
    VALUE_CODE,
    VENDOR_INVOICE_NUMBER,
    VENDOR_NUMBER,
)
from integration.couriers import (
    assets,
    credit_memos,
    dimensions,
    invoices,
    movements,
    order_changes,
    order_invoices,
    orders,
)
from integration.mapping import Compiled, Row, pulls, versions
from integration.mapping import content as contents
from integration.mapping.shipped import pull
from integration.models import DocumentKind, FieldMapping
from integration.sync import entities
from integration.sync.invoice_pages import INVOICE_SET, LINE_SET

from . import features
from .features import Feature
from .shapes import ANY, READ, READERS, TRANSFORMS, Shape

KIND = DocumentKind
RECEIVED = (KIND.GOODS_RECEIPT, KIND.SERVICE_CONFIRMATION)


class Part(StrEnum):
    """What of an entity set is used."""

    SET = "entity set"
    FIELD = "field"
    NAVIGATION = "navigation"
    ACTION = "action"


@dataclass(frozen=True)
class Use:
    """One name that a feature needs: of the set itself, or of something in it."""

    feature: str
    entity_set: str
    part: Part = Part.SET
    name: str = ""
    app: bool = False
    takes: frozenset[Shape] = ANY
    mapping: str = ""
    longest: int | None = None
    members: tuple[str, ...] = ()
    is_read: bool = False
    """Whether the mapping reads it, and does not write it."""
    is_left_out: bool = False
    """Whether documents go without it, where Business Central lacks it."""


def of_code() -> list[Use]:
    """List what the code uses, whatever the mappings say."""
    found = [
        *_record(features.COMPANY, reading.Company, "companies"),
        *_record(features.COMPANY, reading.LedgerSetup, "generalLedgerSetup"),
    ]
    for entity in entities.ENTITIES.values():
        stamp = (names.ID, names.MODIFIED)
        found += _fields(features.pull_of(entity.name), entity.entity_set, *stamp, app=entity.needs_app)
    found += _fields(features.PULL_INVOICES, INVOICE_SET, names.ID, "status", names.MODIFIED)
    found.append(Use(features.PULL_INVOICES, INVOICE_SET, Part.NAVIGATION, LINE_SET))
    for table in (
        _orders(),
        _order_changes(),
        _receipts(),
        _invoices(),
        _billed(),
        _movements(),
        _assets(),
        _credits(),
    ):
        found += table
    return found


def of_mappings() -> list[Use]:
    """List what the mappings read and write as they stand now."""
    going_on = set(FieldMapping.objects.filter(goes_on=True).values_list("name", flat=True))
    found: list[Use] = []
    for entity in pull.PULL:
        mapped = pulls.whole(entity)
        found += of_pull(entity, mapped, goes_on=mapped.name in going_on)
    for mapping in FieldMapping.objects.filter(direction=FieldMapping.Direction.PUSH).order_by("pk"):
        version = versions.in_force(mapping)
        if version is not None:
            content = contents.read(version.content)
            found += of_mapping(mapping, content)
    return found


def of_mapping(mapping: FieldMapping, content: contents.Content) -> Iterator[Use]:
    """List what one mapping writes; a form that no feature sends is nobody's business."""
    feature = features.of_mapping(mapping.source)
    if feature is None:
        return
    yield Use(feature.key, mapping.target, app=feature.needs_app, mapping=mapping.name)
    for row in content.rows:
        if row.enabled:
            yield _written(feature, mapping, row, content)


def of_pull(entity: str, mapping: Compiled, *, goes_on: bool = False) -> Iterator[Use]:
    """List what the mapping of a pull reads; each row takes the forms that its transform can read."""
    feature, (entity_set, _shipped) = features.FEATURES[features.pull_of(entity)], pull.PULL[entity]
    yield Use(feature.key, entity_set, app=feature.needs_app, mapping=mapping.name)
    for row in mapping.rows:
        for name in pulls.reads(row):
            yield Use(
                feature.key,
                entity_set,
                Part.FIELD,
                name,
                app=feature.needs_app,
                takes=READ.get(row.transform, ANY),
                mapping=mapping.name,
                is_read=True,
                is_left_out=goes_on and not row.required,
            )


def _written(feature: Feature, mapping: FieldMapping, row: Row, content: contents.Content) -> Use:
    group, is_dimension, _ = row.target.partition(".")
    if is_dimension:
        part = Part.FIELD if feature.needs_app else Part.NAVIGATION
        return Use(feature.key, mapping.target, part, group, app=feature.needs_app, mapping=mapping.name)
    length = row.parameters.get("length") if row.transform == "text" else None
    return Use(
        feature.key,
        mapping.target,
        Part.FIELD,
        row.target,
        app=feature.needs_app,
        takes=TRANSFORMS.get(row.transform, ANY),
        mapping=mapping.name,
        longest=int(length) if length is not None else None,
        members=tuple(str(value) for value in _values(row, content).values()),
        is_left_out=mapping.goes_on and not row.required,
    )


def _values(row: Row, content: contents.Content) -> Mapping[str, Any]:
    """Give what a value map may send."""
    if row.transform != "value_map":
        return {}
    if (named := content.value_maps.get(str(row.parameters.get("map")))) is not None:
        return named.values
    values = row.parameters.get("values", {})
    return values if isinstance(values, Mapping) else {}


# What the couriers ask for and write by themselves


def _orders() -> list[Use]:
    return [
        *_fields(KIND.PURCHASE_ORDER, "purchaseOrders", "id", "number", VENDOR_NUMBER, ORDER_DATE),
        Use(KIND.PURCHASE_ORDER, "purchaseOrders", Part.NAVIGATION, orders.LINES),
        *_fields(KIND.PURCHASE_ORDER, orders.LINES, "sequence", LINE_TYPE, "description"),
        *_dimensions(KIND.PURCHASE_ORDER, "code", VALUE_CODE),
    ]


def _order_changes() -> list[Use]:
    """The fields are those of the mapping of orders; the app, which opens a released order, is not needed."""
    kind = KIND.ORDER_CHANGE
    return [
        *_fields(kind, order_changes.ORDERS, *order_changes.HEADER_FIELDS),
        Use(kind, order_changes.ORDERS, Part.NAVIGATION, orders.LINES),
        *_fields(kind, orders.LINES, *order_changes.LINE_FIELDS),
        *_dimensions(kind, *order_changes.DIMENSION_FIELDS),
    ]


def _receipts() -> list[Use]:
    found = []
    for kind in RECEIVED:
        found += [
            *_fields(kind, "purchaseOrders", "id", "number", POSTING_DATE),
            Use(kind, "purchaseOrders", Part.NAVIGATION, orders.LINES),
            Use(kind, "purchaseOrders", Part.ACTION, "receiveAndInvoice"),
            *_record(kind, reading.PurchaseOrderLine, orders.LINES),
            *_fields(kind, "purchaseReceipts", "id", "number", ORDER_NUMBER, MODIFIED),
            Use(kind, "purchaseReceipts", Part.NAVIGATION, "purchaseReceiptLines"),
            *_fields(kind, "purchaseReceiptLines", "sequence", "quantity"),
        ]
    return found


def _invoices() -> list[Use]:
    invoice_set, lines, select = invoices.INVOICES, invoices.LINES, invoices.SELECT
    return [
        *_fields(features.DRAFTS, invoice_set, *select),
        Use(features.DRAFTS, invoice_set, Part.ACTION, "post"),
        *_fields(features.OWN, invoice_set, *select, VENDOR_NUMBER),
        Use(features.OWN, invoice_set, Part.NAVIGATION, lines),
        Use(features.OWN, invoice_set, Part.ACTION, "post"),
    ]


def _billed() -> list[Use]:
    way, headers = features.BILLED, order_invoices.HEADERS
    return [
        *_fields(way, invoices.INVOICES, *order_invoices.SELECT, VENDOR_NUMBER, VENDOR_INVOICE_NUMBER),
        Use(way, invoices.INVOICES, Part.NAVIGATION, invoices.LINES),
        *_fields(way, invoices.LINES, "sequence", "quantity"),
        *_record(way, reading.PurchaseOrder, order_invoices.ORDERS),
        *_record(way, reading.PurchaseOrderLine, order_invoices.LINES),
        Use(way, order_invoices.ORDERS, Part.ACTION, "receiveAndInvoice"),
        *_fields(way, headers, *order_invoices.HEADER_SELECT, app=True),
        Use(way, headers, Part.ACTION, "reopen", app=True),
        Use(way, headers, Part.ACTION, "release", app=True),
    ]


def _movements() -> list[Use]:
    kind, requests = KIND.INVENTORY_MOVEMENT, movements.REQUESTS
    return [
        *_fields(kind, requests, "id", EXTERNAL_ID, "status", RESULT_DOCUMENT_NUMBER, app=True),
        Use(kind, requests, Part.NAVIGATION, movements.LINES, app=True),
        Use(kind, requests, Part.ACTION, "process", app=True),
        *_fields(kind, movements.LINES, "dimensions", app=True),
    ]


def _credits() -> list[Use]:
    asked = (*credit_memos.SELECT, VENDOR_NUMBER)  # without the vendor's number a person tells of it
    return list(_fields(features.CREDITS, credit_memos.MEMOS, *asked))


def _assets() -> list[Use]:
    return list(_fields(KIND.ASSET_NOTICE, assets.ASSETS, *assets.SELECT))


def _dimensions(kind: str, *fields: str) -> Iterator[Use]:
    yield Use(kind, orders.LINES, Part.NAVIGATION, dimensions.SET_LINES)
    yield from _fields(kind, dimensions.SET_LINES, *fields)


def _fields(feature: str, entity_set: str, *fields: str, app: bool = False) -> Iterator[Use]:
    yield Use(str(feature), entity_set, app=app)
    for name in fields:
        yield Use(str(feature), entity_set, Part.FIELD, name, app=app)


def _record(feature: str, record: type[Any], entity_set: str, *, app: bool = False) -> Iterator[Use]:
    """List what a reader selects and expands, with the forms it can read."""
    yield Use(str(feature), entity_set, app=app)
    for each in dataclasses.fields(record):
        name, convert = each.metadata["name"], each.metadata["convert"]
        if name.startswith("@"):
            continue
        part = Part.NAVIGATION if each.metadata["is_nested"] else Part.FIELD
        yield Use(str(feature), entity_set, part, name, app, READERS.get(convert, ANY))
