"""Kinds whose document bears a key: orders our marker, invoices the vendor's number, assets a serial."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.functions import Upper
from django.utils.translation import gettext_noop as _

from integration.bc import Client, odata
from integration.bc.names import LINE_TYPE, MODIFIED, SERIAL_NUMBER, VENDOR_INVOICE_NUMBER, VENDOR_NUMBER
from integration.couriers import assets, invoices, orders
from integration.models import DocumentKind, Message
from masterdata.models import Company
from reconciliation.models import AssetNotice, PurchaseOrder, SupplierInvoice

from .found import There, Twice, parts

ORDERS = "purchaseOrders"
ORDER_STEP = _(
    "Keep one order: delete the other in Business Central, or the line with our key where somebody copied it."
)
INVOICE_STEP = _(
    "Keep one invoice: delete the other in Business Central, or cancel it there once it is posted."
)
ASSET_STEP = _("Keep one card: delete the other in Business Central, or correct its serial number there.")


# Orders: the marker line that commits with the order


def doubled_orders(client: Client, company: Company, since: datetime) -> Iterator[Twice]:
    """Group the orders that were changed since then by the key in their marker line."""
    by_key: dict[UUID, dict[str, There]] = defaultdict(dict)
    for row in client.rows(
        ORDERS,
        select=("id", "number"),
        filter=odata.ge(MODIFIED, since),
        expand=odata.nested(orders.LINES, ("sequence", LINE_TYPE, "description")),
    ):
        for line in row[orders.LINES]:
            if (key := orders.key_in(line["description"])) is not None:
                by_key[key][row["id"]] = There(row["number"], row["id"], ORDERS)
    messages = _messages(company, DocumentKind.PURCHASE_ORDER, key__in=by_key)
    by_message = {each.key: each for each in messages}
    known = PurchaseOrder.objects.in_bulk([each.document_id for each in messages])
    for key, seen in by_key.items():
        message = by_message.get(key)
        documents = _with_ours(seen.values(), known.get(message.document_id) if message else None)
        if len(documents) > 1:
            number = message.document_number if message else str(key)
            yield Twice(DocumentKind.PURCHASE_ORDER, str(key), number, tuple(documents), ORDER_STEP, message)


def _with_ours(seen: Iterable[There], order: PurchaseOrder | None) -> list[There]:
    """Add the order that ours is known as: it was not changed of late, or has left the list when finished."""
    found = sorted(seen, key=lambda each: each.number)
    if order is None or not order.bc_number:
        return found
    if any(each.id == str(order.bc_id) or each.number == order.bc_number for each in found):
        return found
    return [There(order.bc_number, str(order.bc_id or ""), ORDERS), *found]


# Invoices: the vendor's number, which is a vendor's own


def doubled_invoices(client: Client, company: Company, since: datetime) -> Iterator[Twice]:
    """Look through the invoices that the CAFM told of: what BC owns itself is posted by its id."""
    changed = _invoices(client, odata.ge(MODIFIED, since), read_only=True)
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in changed:
        named[_vendors(row)].add(row["id"])
    for invoice in _told_by_the_cafm(company, named):
        vendors = (invoice.vendor_number, invoice.number.upper())
        if named[vendors] == {str(invoice.bc_id)}:
            continue
        asked = odata.eq(VENDOR_NUMBER, vendors[0]) & odata.eq(VENDOR_INVOICE_NUMBER, vendors[1])
        documents = [There(row["number"], row["id"], invoices.INVOICES) for row in _invoices(client, asked)]
        message = _message(company, DocumentKind.SUPPLIER_INVOICE, invoice.pk)
        if len(documents) > 1 and message is not None:
            yield Twice(
                DocumentKind.SUPPLIER_INVOICE,
                " ".join(vendors),
                f"{invoice.number} of vendor {invoice.vendor_number}",
                tuple(sorted(documents, key=lambda each: each.number)),
                INVOICE_STEP,
                message,
            )


def _invoices(client: Client, asked: odata.Filter, *, read_only: bool = False) -> list[Mapping[str, Any]]:
    """Read invoices that are not cancelled; a cancelled one leaves its number to another."""
    select = ("id", "number", "status", VENDOR_NUMBER, VENDOR_INVOICE_NUMBER)
    rows = client.rows(invoices.INVOICES, select=select, filter=asked, read_only=read_only)
    return [row for row in rows if row["status"] not in invoices.UNPOSTABLE and row[VENDOR_INVOICE_NUMBER]]


def _vendors(row: Mapping[str, Any]) -> tuple[str, str]:
    return row[VENDOR_NUMBER], row[VENDOR_INVOICE_NUMBER].upper()


def _told_by_the_cafm(company: Company, named: Iterable[tuple[str, str]]) -> Iterator[SupplierInvoice]:
    told = SupplierInvoice.objects.filter(company=company, origin=SupplierInvoice.Origin.CAFM)
    told = told.exclude(type=SupplierInvoice.Type.CREDIT_MEMO).annotate(vendors_number=Upper("number"))
    wanted = set(named)
    for part in parts(sorted({number for _vendor, number in wanted})):
        for invoice in told.filter(vendors_number__in=part):
            if (invoice.vendor_number, invoice.number.upper()) in wanted:
                yield invoice


# Fixed assets: their number is a key there, so only a serial number can be there twice


def doubled_assets(client: Client, company: Company, since: datetime) -> Iterator[Twice]:
    """Look for other cards with the serial number of an asset that was registered from here."""
    changed = client.rows(
        assets.ASSETS, select=("id", "number", SERIAL_NUMBER), filter=odata.ge(MODIFIED, since)
    )
    serials = sorted({row[SERIAL_NUMBER] for row in changed if row[SERIAL_NUMBER]})
    for part in parts(serials):
        cards: dict[str, list[There]] = defaultdict(list)
        for row in client.find(
            assets.ASSETS,
            filter=odata.any_of(SERIAL_NUMBER, part),
            select=("id", "number", SERIAL_NUMBER),
        ):
            cards[row[SERIAL_NUMBER]].append(There(row["number"], row["id"], assets.ASSETS))
        for serial, documents in cards.items():
            message = _registration(company, serial) if len(documents) > 1 else None
            if message is not None:
                yield Twice(
                    DocumentKind.ASSET_NOTICE,
                    serial,
                    f"{message.document_number} with the serial number {serial}",
                    tuple(sorted(documents, key=lambda each: each.number)),
                    ASSET_STEP,
                    message,
                )


def _registration(company: Company, serial: str) -> Message | None:
    notice = AssetNotice.objects.filter(
        company=company, kind=AssetNotice.Kind.REGISTERED, serial_number=serial
    ).first()
    return None if notice is None else _message(company, DocumentKind.ASSET_NOTICE, notice.pk)


def _message(company: Company, kind: DocumentKind, document_id: int) -> Message | None:
    return next(iter(_messages(company, kind, document_id=document_id)), None)


def _messages(company: Company, kind: DocumentKind, **which: Any) -> list[Message]:
    """Give the messages that may have posted something; one that was cancelled never did."""
    told = Message.objects.of(company).filter(document_kind=kind, **which)
    return list(told.exclude(state=Message.State.CANCELLED).order_by("-pk"))
