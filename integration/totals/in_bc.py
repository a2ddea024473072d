"""What Business Central has of a day: read by the day, and our posted documents also by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings

from integration.bc import Client, odata, reading
from integration.bc.names import (
    CREDIT_MEMO_DATE,
    CURRENCY_CODE,
    EXTERNAL_ID,
    INVOICE_DATE,
    ORDER_DATE,
    ORDER_NUMBER,
    POSTING_DATE,
    RESULT_DOCUMENT_NUMBER,
    TOTAL_AMOUNT_EXCLUDING_TAX,
)
from integration.bc.reading import read
from integration.couriers import assets, credit_memos, movements, orders
from integration.errors import ProgramError
from integration.models import Message
from integration.sync import invoice_pages
from integration.sync.invoice_pages import INVOICE_SET, Pulled
from masterdata.models import Company
from reconciliation.models import GoodsReceipt, PurchaseOrder, ServiceConfirmation, SupplierInvoice
from reconciliation.totals import Fate, Figures, InBC, Kind, Ours

AT_A_TIME = 40  # ids of one filter: the address stays short enough for every gateway
NOT_SHOWN: dict[Kind, str] = {
    Kind.REQUEST: "Nothing is posted for requests.",
    Kind.REVERSAL: "Business Central's API does not show what was undone.",
    Kind.RETURN: "Business Central's API does not show returns.",
}
MOVEMENTS = (Kind.CONSUMPTION, Kind.ADJUSTMENT, Kind.TRANSFER)
POSTED_UNSEEN = "It was posted there without being compared here."
NOT_PULLED = "No pull has brought it yet."
NO_APP = "Without the Tieout app Business Central shows no movements."


def not_shown(kind: Kind) -> str:
    """Say why BC does not show a kind; "" when it does."""
    if kind in MOVEMENTS and not settings.BC_APP_URL:
        return NO_APP
    return NOT_SHOWN.get(kind, "")


def documents(client: Client, company: Company, kind: Kind, day: date, ours: Sequence[Ours]) -> list[InBC]:
    """Give BC's documents of a kind and day, with those of ours that it has under another day."""
    if kind in MOVEMENTS:
        return _movements(client, day, ours)
    if kind is Kind.ASSET:
        return _assets(client, day, ours)
    if kind is Kind.CREDIT_MEMO:
        return _credit_memos(client, company, ours)
    readers: dict[Kind, Reader] = {
        Kind.ORDER: _orders,
        Kind.RECEIPT: _receipts,
        Kind.SERVICE: _receipts,
        Kind.INVOICE: _invoices,
    }
    found = readers[kind](client, company, day, ours)
    strangers_count = kind is not Kind.SERVICE  # a stranger among the receipts is told of once
    mine = _keys(ours)
    return [row for row in found if row.keys & mine or (strangers_count and not row.is_known)]


Reader = Callable[[Client, Company, date, Sequence[Ours]], list[InBC]]


# Orders


def _orders(client: Client, company: Company, day: date, ours: Sequence[Ours]) -> list[InBC]:
    """The orders that carry our key, or that a person named as ours."""
    rows = _read_orders(client, odata.eq(ORDER_DATE, day))
    lost = _lost_ids(ours, {row["id"] for row in rows})
    rows += [row for ids in _parts(lost) for row in _read_orders(client, odata.any_of("id", ids))]
    found = [_order(company, row) for row in rows]
    mine = _keys(ours)
    marked = [row for row in found if row.is_marked or row.keys & mine]
    known = _known_keys(key for row in marked for key in row.keys if key not in mine)
    told = [replace(row, is_known=bool(row.keys & known)) for row in marked]
    return told + _finished(client, day, ours, told)


def _read_orders(client: Client, asked: odata.Filter) -> list[dict[str, Any]]:
    lines = reading.SELECTS[orders.LINES]
    select = ("id", "number", ORDER_DATE, CURRENCY_CODE)
    return client.find(
        "purchaseOrders", filter=asked, select=select, expand=odata.nested(orders.LINES, lines)
    )


def _order(company: Company, row: dict[str, Any]) -> InBC:
    lines = [read(reading.PurchaseOrderLine, line) for line in row[orders.LINES]]
    keys = {str(key) for line in lines if (key := orders.key_in(line.description))}
    real = [line for line in lines if line.quantity]
    amount = sum((line.quantity * line.direct_unit_cost - line.discount_amount for line in real), Decimal(0))
    return InBC(
        number=row["number"],
        day=reading.as_date(row[ORDER_DATE]),
        keys=frozenset(keys | {str(row["id"]), row["number"]}),
        figures=Figures(
            sum((line.quantity for line in real), Decimal(0)),
            amount,
            row[CURRENCY_CODE] or company.ledger_currency,
            len(real),
        ),
        is_marked=bool(keys),
    )


def _known_keys(keys: Iterable[str]) -> set[str]:
    wanted = [key for key in keys if odata.is_guid(key)]
    return {str(key) for key in Message.objects.filter(key__in=wanted).values_list("key", flat=True)}


def _finished(client: Client, day: date, ours: Sequence[Ours], found: Sequence[InBC]) -> list[InBC]:
    """An order that is received and billed in full leaves the list: its invoices prove that it was there."""
    seen = {key for row in found for key in row.keys}
    lost = [each for each in ours if each.fate is Fate.POSTED and each.keys.isdisjoint(seen)]
    numbers = {each.bc_number for each in lost if each.bc_number}
    billed = {
        row[ORDER_NUMBER]
        for part in _parts(numbers)
        for row in client.find(
            "purchaseInvoices", filter=odata.any_of(ORDER_NUMBER, part), select=("id", ORDER_NUMBER)
        )
    }
    return [InBC(each.bc_number, day, each.keys, each.sent) for each in lost if each.bc_number in billed]


# Receipts


def _receipts(client: Client, company: Company, day: date, ours: Sequence[Ours]) -> list[InBC]:
    """The receipts of our orders: goods and services lie in one list there."""
    rows = _read_receipts(client, odata.eq(POSTING_DATE, day))
    seen = {row["number"] for row in rows}
    lost = {each.bc_number for each in ours if each.bc_number} - seen
    rows += [row for part in _parts(lost) for row in _read_receipts(client, odata.any_of("number", part))]
    our_orders = set(
        PurchaseOrder.objects.filter(
            company=company, bc_number__in={row[ORDER_NUMBER] for row in rows if row[ORDER_NUMBER]}
        ).values_list("bc_number", flat=True)
    )
    mine = [row for row in rows if row[ORDER_NUMBER] in our_orders or row["number"] in lost]
    known = _known_receipts(company, {row["number"] for row in mine})
    return [_receipt(company, row, known) for row in mine]


def _read_receipts(client: Client, asked: odata.Filter) -> list[dict[str, Any]]:
    expand = odata.nested("purchaseReceiptLines", reading.SELECTS["purchaseReceiptLines"])
    select = ("id", "number", ORDER_NUMBER, POSTING_DATE, CURRENCY_CODE)
    return client.find("purchaseReceipts", filter=asked, select=select, expand=expand)


def _known_receipts(company: Company, numbers: set[str]) -> set[str]:
    known: set[str] = set()
    for model in (GoodsReceipt, ServiceConfirmation):
        rows = model.objects.filter(company=company, bc_number__in=numbers)
        known |= set(rows.values_list("bc_number", flat=True))
    return known


def _receipt(company: Company, row: dict[str, Any], known: set[str]) -> InBC:
    lines = [read(reading.PurchaseReceiptLine, line) for line in row["purchaseReceiptLines"]]
    real = [line for line in lines if line.quantity]
    return InBC(
        number=row["number"],
        day=reading.as_date(row[POSTING_DATE]),
        keys=frozenset({str(row["id"]), row["number"]}),
        figures=Figures(
            sum((line.quantity for line in real), Decimal(0)),
            sum((line.quantity * line.unit_cost for line in real), Decimal(0)),
            row[CURRENCY_CODE] or company.ledger_currency,
            len(real),
        ),
        is_known=row["number"] in known,
        beside=f"It was received there on order {row[ORDER_NUMBER]}.",
    )


# Invoices


def _invoices(client: Client, company: Company, day: date, ours: Sequence[Ours]) -> list[InBC]:
    """What is posted, and drafts that no pull has brought."""
    rows = _read_invoices(client, odata.eq(INVOICE_DATE, day))
    lost = _lost_ids(ours, {str(row.id) for row in rows})
    rows += [row for part in _parts(lost) for row in _read_invoices(client, odata.any_of("id", part))]
    pulled = SupplierInvoice.objects.filter(company=company, bc_id__in=[row.id for row in rows])
    known = set(pulled.values_list("bc_id", flat=True))
    return [_invoice(company, row, known) for row in rows if row.head.is_posted or row.id not in known]


def _read_invoices(client: Client, asked: odata.Filter) -> list[Pulled]:
    """Read them as the pull does; raises ProgramError where a total would lack one."""
    page = invoice_pages.read(client.find(INVOICE_SET, filter=asked, **invoice_pages.question()))
    for number, reason in page.refused:
        raise ProgramError(f"Invoice {number} cannot be read: {reason}")
    return page.invoices


def _invoice(company: Company, row: Pulled, known: set[UUID]) -> InBC:
    head, real = row.head, [line for line in row.lines if line.quantity]
    return InBC(
        number=head.bc_number,
        day=head.invoice_date,
        keys=frozenset({str(row.id), head.bc_number}),
        figures=Figures(
            sum((line.quantity for line in real), Decimal(0)),
            head.net,
            head.currency or company.ledger_currency,
            len(real),
        ),
        is_known=row.id in known,
        beside=POSTED_UNSEEN if head.is_posted else NOT_PULLED,
    )


# Movements


def _movements(client: Client, day: date, ours: Sequence[Ours]) -> list[InBC]:
    """The requests that the Tieout app has posted, by our key; it keeps no others."""
    keys = {key for key in _keys(ours) if odata.is_guid(key)}
    rows = [
        row
        for part in _parts(keys)
        for row in client.find(
            movements.REQUESTS,
            filter=odata.any_of(EXTERNAL_ID, part),
            select=("id", EXTERNAL_ID, "status", RESULT_DOCUMENT_NUMBER),
            app=True,
        )
    ]
    return [
        InBC(row[RESULT_DOCUMENT_NUMBER], day, frozenset({row[EXTERNAL_ID].lower()}))
        for row in rows
        if row["status"] == "Posted"
    ]


# Credit memos and assets: only ours are compared, for finance keeps others without us


def _credit_memos(client: Client, company: Company, ours: Sequence[Ours]) -> list[InBC]:
    select = ("id", "number", "status", CREDIT_MEMO_DATE, CURRENCY_CODE, TOTAL_AMOUNT_EXCLUDING_TAX)
    rows = [
        row
        for part in _parts(_lost_ids(ours, set()))
        for row in client.find(credit_memos.MEMOS, filter=odata.any_of("id", part), select=select)
    ]
    return [
        InBC(
            row["number"],
            reading.as_date(row[CREDIT_MEMO_DATE]),
            frozenset({str(row["id"]), row["number"]}),
            Figures(
                None,
                Decimal(str(row[TOTAL_AMOUNT_EXCLUDING_TAX])),
                row[CURRENCY_CODE] or company.ledger_currency,
            ),
        )
        for row in rows
        if row["status"] not in credit_memos.UNPOSTED
    ]


def _assets(client: Client, day: date, ours: Sequence[Ours]) -> list[InBC]:
    """Give the card once for each notice that is posted on it: a day may tell of one asset twice."""
    rows = {
        str(row["id"]): row["number"]
        for part in _parts(_lost_ids(ours, set()))
        for row in client.find(assets.ASSETS, filter=odata.any_of("id", part), select=("id", "number"))
    }
    told = [(each, each.keys & rows.keys()) for each in ours]
    return [InBC(rows[next(iter(ids))], day, each.keys - ids) for each, ids in told if ids]


# Words


def _keys(ours: Iterable[Ours]) -> set[str]:
    return {key for each in ours for key in each.keys}


def _lost_ids(ours: Iterable[Ours], seen: set[str]) -> set[str]:
    """Give the ids of our posted documents that BC's day does not show.

    Our own keys among them find nothing there; nor are they asked for while the document is seen.
    """
    lost = [each for each in ours if each.fate is Fate.POSTED and each.keys.isdisjoint(seen)]
    return {key for key in _keys(lost) if odata.is_guid(key)}


def _parts(names: Iterable[str]) -> Iterable[list[Any]]:
    listed = sorted(names)
    for start in range(0, len(listed), AT_A_TIME):
        part = listed[start : start + AT_A_TIME]
        yield [odata.Guid(each) if odata.is_guid(each) else each for each in part]
