"""A new order in one statement: its event, itself with its lines, and its place in the outbox.

This is the way of nearly every order. It is taken only where nothing else is known of the order: no receipt
that came first, no change, no invoice that waits for it, nothing in line. All of that is looked at in the
same statement, after a lock that every writer of the order's documents takes; whatever is found there,
nothing is stored, and the event goes the whole way (inbox.receive).
"""

from __future__ import annotations

import json
import logging
import weakref
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
from django.db import Error as DatabaseFault
from django.db import connection, models, transaction
from django.utils import timezone

from integration import outbox
from integration.cafm import keys
from integration.cafm.events import TYPES, Event
from integration.cafm.serializers import without_null
from integration.models import ApiKey, DocumentKind, InboxEvent, Message
from reconciliation import agreements, documents
from reconciliation.models import OrderCharge, PurchaseOrder, PurchaseOrderLine

logger = logging.getLogger(__name__)

TYPE = "purchase_order.approved.v1"
KIND = DocumentKind.PURCHASE_ORDER
NAME = "tieout_new_order"

# What the statement is told, in its order.
TOLD = {
    "key": "bigint",
    "version": "text",
    "company_version": "text",
    "now": "timestamptz",
    "company": "bigint",
    "source": "text",
    "event_id": "text",
    "number": "text",
    "vendor": "text",
    "chain": "text",
    "event": "json",
    "body": "jsonb",
    "hash": "bytea",
    "whole": "json",
    "lines": "json",
    "charges": "json",
    "message": "json",
}

# As SQL: what speaks against the quick way. Each is a look by an index of its own.
AGAINST = (
    "FROM integration_sourceprofile WHERE {source} = ANY (sources)",  # its events have names of their own
    "FROM reconciliation_purchaseorder WHERE company_id = {company} AND number = {number}",
    "FROM reconciliation_orderchange WHERE company_id = {company} AND number = {number}",
    "FROM reconciliation_goodsreceipt WHERE company_id = {company} AND order_number = {number}",
    "FROM reconciliation_serviceconfirmation WHERE company_id = {company} AND order_number = {number}",
    "FROM reconciliation_goodsreturn WHERE company_id = {company} AND order_number = {number}",
    "FROM integration_message WHERE chain = {chain} AND state NOT IN ('done', 'cancelled')",
    "FROM reconciliation_supplierinvoice WHERE company_id = {company} AND order_number = {number}",
    "FROM reconciliation_invoiceline WHERE order_number = {number}",
    "FROM reconciliation_supplierinvoice WHERE company_id = {company} AND status IN ({open})"
    " AND vendor_number = {vendor} AND order_number = ''",
)

_ready: weakref.WeakSet[Any] = weakref.WeakSet()


@dataclass(frozen=True)
class Column:
    """A column as the statement writes it."""

    name: str
    type: str
    default: Any
    is_now: bool


def take(told: Event, values: Mapping[str, Any], key: ApiKey) -> bool:
    """Store a new order, or find that this very event came before; False when it has to go the whole way."""
    if _has_agreements(values):
        return False
    now = timezone.now()
    try:
        stored, known = _execute(_arguments(told, values, key, now), f"{values['number']}", key)
    except DatabaseFault as error:  # the whole way says what is wrong, if anything is
        logger.warning("Event %s of %s could not be taken at once: %s", told.id, told.source, error)
        if connection.connection is not None:
            _ready.discard(connection.connection)
        return False
    if stored:
        logger.info("Received %s %s from %s", told.type, told.id, told.source)
        outbox.wake()
        return True
    return known is not None and bytes(known) == told.body_hash


def _has_agreements(values: Mapping[str, Any]) -> bool:
    """Tell whether more was agreed than quantity and price: that goes the whole way."""
    return not agreements.ON_ORDER.keys().isdisjoint(values) or any(
        not agreements.ON_LINE.keys().isdisjoint(line) for line in values["lines"]
    )


def _execute(arguments: list[Any], number: str, key: ApiKey) -> tuple[bool, bytes | None]:
    """Take the order's lock, then store, in one call: a transaction of its own of two statements."""
    # Inside a transaction a statement that fails would break it, so there it gets a savepoint.
    with transaction.atomic() if connection.in_atomic_block else nullcontext(), connection.cursor() as cursor:
        if connection.connection not in _ready:
            cursor.execute(f"DEALLOCATE ALL; {_prepare()}")
            _ready.add(connection.connection)
        cursor.execute(_call(), [documents.lock_of(key.company, number), *arguments])
        cursor.nextset()
        row = cursor.fetchone()
    return row[0] is not None, row[1]


def _arguments(told: Event, values: Mapping[str, Any], key: Any, now: datetime) -> list[Any]:
    number, vendor = values["number"], values["vendor"]
    header = without_null(values) | {
        "company_id": key.company_id,
        "received_from": told.source,
        "vendor_number": vendor,
    }
    message = outbox.message_for(
        KIND,
        PurchaseOrder(company=key.company, number=number),
        state=Message.State.READY,
        next_attempt_at=now,
    )
    event = {
        "company_id": key.company_id,
        "source": told.source,
        "event_id": told.id,
        "type": told.type,
        "occurred_at": told.time,
        "received_with_id": key.pk,
        "document_kind": KIND,
        "note": TYPES[told.type].note,
    }
    return [
        key.pk,
        key.version,
        key.company_version,
        now,
        key.company_id,
        told.source,
        told.id,
        number,
        vendor,
        message.chain,
        _row(InboxEvent, event, now),
        json.dumps(told.body),
        told.body_hash,
        _row(PurchaseOrder, header, now),
        _rows(PurchaseOrderLine, values["lines"], now),
        _rows(OrderCharge, values.get("charges") or (), now),
        _row(Message, {column.name: getattr(message, column.name) for column in _columns(Message)}, now),
    ]


def _row(model: type[models.Model], values: Mapping[str, Any], now: datetime) -> str:
    return _written(_filled(model, values, now))


def _rows(model: type[models.Model], rows: Iterable[Mapping[str, Any]], now: datetime) -> str:
    return _written([_filled(model, without_null(row), now) for row in rows])


def _written(value: Any) -> str:
    return orjson.dumps(value, default=_exact).decode()


def _exact(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _filled(model: type[models.Model], values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        each.name: now if each.is_now else values.get(each.name, each.default) for each in _columns(model)
    }


@cache
def _columns(model: type[models.Model]) -> tuple[Column, ...]:
    """The columns that a new row gets; those that the statement itself fills are left out."""
    return tuple(
        Column(
            field.attname,
            str(field.db_type(connection)).partition("(")[0],
            field.get_default(),
            bool(getattr(field, "auto_now_add", False)),
        )
        for field in model._meta.concrete_fields
        if not field.primary_key and field.attname not in FILLED.get(model, ())
    )


FILLED: dict[type[models.Model], tuple[str, ...]] = {
    InboxEvent: ("body", "body_hash", "document_id"),
    PurchaseOrderLine: ("order_id",),
    OrderCharge: ("order_id",),
    Message: ("dedupe_key", "document_id"),
}


@cache
def _call() -> str:
    return f"SELECT pg_advisory_xact_lock(%s); EXECUTE {NAME}({', '.join(['%s'] * len(TOLD))})"


@cache
def _prepare() -> str:
    """Write the statement, out of the models; PostgreSQL plans it once a connection."""
    places = {name: f"${place}" for place, name in enumerate(TOLD, start=1)}
    states = ", ".join(f"'{status.value}'" for status in documents.OPEN_INVOICES)
    against = " AND ".join(f"NOT EXISTS (SELECT 1 {each})" for each in AGAINST).format(**places, open=states)
    known = (
        "integration_inboxevent WHERE company_id = {company} AND source = {source} AND event_id = {event_id}"
    )
    prefix = outbox.dedupe_key("", KIND, "").lstrip(":")
    parts = {
        "event": _insert(InboxEvent, "event", "json_to_record", "body, body_hash, document_id",
                         "{body}, {hash}, ids.document", "ids", " ON CONFLICT DO NOTHING RETURNING id"),
        "whole": _insert(PurchaseOrder, "whole", "json_to_record", "id", "ids.document", "ids, event"),
        "lines": _insert(PurchaseOrderLine, "lines", "json_to_recordset", "order_id", "ids.document",
                         "ids, event"),
        "charges": _insert(OrderCharge, "charges", "json_to_recordset", "order_id", "ids.document",
                           "ids, event"),
        "message": _insert(Message, "message", "json_to_record", "dedupe_key, document_id",
                           f"{{company}} || ':{prefix}' || ids.document, ids.document", "ids, event"),
    }  # fmt: skip
    steps = ", ".join(f"{name} AS ({step})" for name, step in parts.items()).format(**places)
    sequence = "pg_get_serial_sequence('reconciliation_purchaseorder', 'id')"
    valid = keys.HOLDS.format(**places)
    return (
        f"PREPARE {NAME} ({', '.join(TOLD.values())}) AS "  # noqa: S608 - names out of our own models
        f"WITH valid AS ({valid}), known AS (SELECT body_hash FROM {known.format(**places)}), "
        f"ids AS MATERIALIZED (SELECT nextval({sequence}) AS document FROM valid"
        f" WHERE NOT EXISTS (SELECT 1 FROM known) AND {against}), {steps} "
        "SELECT (SELECT id FROM event), (SELECT body_hash FROM known WHERE EXISTS (SELECT 1 FROM valid))"
    )


def _insert(
    model: type[models.Model], told: str, reader: str, filled: str, values: str, source: str, then: str = ""
) -> str:
    columns = _columns(model)
    names = ", ".join(f'"{each.name}"' for each in columns)
    typed = ", ".join(f'"{each.name}" {each.type}' for each in columns)
    chosen = ", ".join(f'part."{each.name}"' for each in columns)
    return (
        f'INSERT INTO "{model._meta.db_table}" ({filled}, {names}) SELECT {values}, {chosen}'  # noqa: S608
        f" FROM {source}, {reader}({{{told}}}) AS part({typed}){then}"
    )
