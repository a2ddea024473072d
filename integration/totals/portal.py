"""What the portal has of a day: each document with its figures, and how far it has come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import DateTimeField, F, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse

from integration.models import DocumentKind, Message, zone_of
from masterdata.models import Company
from reconciliation import open_balances
from reconciliation.models import (
    AssetNotice,
    Document,
    ExceptionCase,
    GoodsReceipt,
    GoodsReturn,
    InventoryMovement,
    OrderChange,
    PurchaseOrder,
    PurchaseRequest,
    ReceiptReversal,
    ServiceConfirmation,
    SupplierInvoice,
)
from reconciliation.people import called
from reconciliation.totals import Fate, Kind, Ours

from . import figures

# A unit that BC does not know for an item is said as a sentence by masterdata/lookup.py.
NO_CONVERSION, UNIT = re.compile(r"^Item (\S+) has no conversion from (\S+) to \S+"), r"unit \2 of item \1"
State = Message.State
InvoiceStatus = SupplierInvoice.Status
CREDIT_MEMO = SupplierInvoice.Type.CREDIT_MEMO
MOVED = InventoryMovement.Kind


@dataclass(frozen=True)
class Book:
    """Where documents of a kind are kept, and which of their dates or moments says their day."""

    model: type[Any]
    day: str
    sent_as: DocumentKind | None
    told: Callable[[Any], Any]
    only: dict[str, Any]


def _book(
    model: type[Any], day: str, sent_as: DocumentKind | None, told: Callable[[Any], Any], **only: Any
) -> Book:
    return Book(model, day, sent_as, told, only)


BOOKS: dict[Kind, Book] = {
    Kind.REQUEST: _book(PurchaseRequest, "approved_at", None, figures.of_request),
    Kind.ORDER: _book(PurchaseOrder, "order_date", DocumentKind.PURCHASE_ORDER, figures.of_order),
    Kind.RECEIPT: _book(GoodsReceipt, "received_on", DocumentKind.GOODS_RECEIPT, figures.of_receipt),
    Kind.REVERSAL: _book(ReceiptReversal, "reversed_on", DocumentKind.RECEIPT_REVERSAL, figures.of_nothing),
    Kind.RETURN: _book(GoodsReturn, "returned_on", DocumentKind.GOODS_RETURN, figures.of_lines),
    Kind.SERVICE: _book(
        ServiceConfirmation, "confirmed_on", DocumentKind.SERVICE_CONFIRMATION, figures.of_confirmation
    ),
    **{
        kind: _book(
            InventoryMovement, "posted_on", DocumentKind.INVENTORY_MOVEMENT, figures.of_lines, kind=moved
        )
        for kind, moved in (
            (Kind.CONSUMPTION, MOVED.CONSUMPTION),
            (Kind.ADJUSTMENT, MOVED.ADJUSTMENT),
            (Kind.TRANSFER, MOVED.TRANSFER),
        )
    },
    Kind.INVOICE: _book(
        SupplierInvoice,
        "invoice_date",
        DocumentKind.SUPPLIER_INVOICE,
        figures.of_invoice,
        type__in=[each for each in SupplierInvoice.Type if each != CREDIT_MEMO],
    ),
    Kind.CREDIT_MEMO: _book(
        SupplierInvoice, "invoice_date", DocumentKind.SUPPLIER_INVOICE, figures.of_invoice, type=CREDIT_MEMO
    ),
    Kind.ASSET: _book(AssetNotice, "told_at", DocumentKind.ASSET_NOTICE, figures.of_nothing),
}


def documents_of(company: Company, kind: Kind, day: date) -> QuerySet[Any]:
    """Give the documents of a kind and day."""
    return _with_days(company, kind).filter(its_day=day).order_by("number", "pk")


def _with_days(company: Company, kind: Kind) -> QuerySet[Any]:
    """Give the documents of a kind, each with its day by the company's own clock."""
    book = BOOKS[kind]
    is_moment = isinstance(book.model._meta.get_field(book.day), DateTimeField)
    # What was told without a moment is of the day on which it came.
    moment = Coalesce(book.day, "created_at")
    day = TruncDate(moment, tzinfo=zone_of(company)) if is_moment else F(book.day)
    kept = book.model._default_manager.filter(company=company, **book.only)
    kept = kept.exclude(received_from=open_balances.SOURCE)  # of days before there was anything to compare
    rows: QuerySet[Any] = kept.annotate(its_day=day)
    return rows


def ours(company: Company, kind: Kind, day: date) -> list[Ours]:
    """Give what the portal has of a kind and day, with the way of each document to BC."""
    book = BOOKS[kind]
    rows = list(documents_of(company, kind, day).prefetch_related(*figures.NEEDED[book.model]))
    messages = _messages(book, rows)
    sent = figures.sent_by(kind, company, rows, messages)
    cases = _open_cases(rows) if kind in (Kind.INVOICE, Kind.CREDIT_MEMO) else {}
    withdrawn = _cancelled_there(rows) if kind is Kind.ORDER else set()
    return [
        _one(
            row,
            messages.get(row.pk),
            told=book.told(row),
            sent=sent[row.pk],
            case=cases.get(row.pk),
            is_withdrawn=row.pk in withdrawn,
        )
        for row in rows
    ]


def days_here(company: Company, kind: Kind, numbers: Iterable[str], *, but: date) -> dict[str, date]:
    """Tell the day of documents that the portal has under another one."""
    rows = _with_days(company, kind).filter(number__in=list(numbers)).exclude(its_day=but)
    found = dict(rows.order_by("pk").values_list("number", "its_day"))
    return {number: day for number, day in found.items() if day is not None}


def _messages(book: Book, rows: list[Any]) -> dict[int, Message]:
    """Give the last message of each document."""
    if book.sent_as is None:
        return {}
    told = Message.objects.filter(document_kind=book.sent_as, document_id__in=[row.pk for row in rows])
    return {each.document_id: each for each in told.select_related("cause__owner").order_by("pk")}


def _open_cases(rows: list[Any]) -> dict[int, ExceptionCase]:
    cases = ExceptionCase.objects.filter(invoice__in=rows, status__in=ExceptionCase.OPEN_STATUSES)
    return {case.invoice_id: case for case in cases.select_related("owner").prefetch_related("findings")}


def _cancelled_there(rows: list[Any]) -> set[int]:
    """Find the orders that the CAFM itself has cancelled, at once or line by line.

    What a person gave up here is in the same state, and has lines that nobody cancelled.
    """
    ended = [row for row in rows if row.state == PurchaseOrder.State.CANCELLED]
    told = OrderChange.objects.filter(order__in=ended, kind=OrderChange.Kind.CANCELLED, cancelled_lines=[])
    at_once = set(told.values_list("order_id", flat=True))
    return {row.pk for row in ended if row.pk in at_once or figures.all_cancelled(row)}


def _one(
    row: Any,
    message: Message | None,
    *,
    told: Any,
    sent: Any,
    case: ExceptionCase | None,
    is_withdrawn: bool,
) -> Ours:
    # BC's order goes with a cancellation, while ours stays posted.
    fate = Fate.NOTHING if is_withdrawn else _fate(row, message)
    why, to_do, owner, since = _reason(fate, row, message, case)
    return Ours(
        number=row.number,
        fate=fate,
        told=told,
        sent=sent,
        keys=_keys(row, message),
        bc_number=row.bc_number,
        from_cafm=not (isinstance(row, SupplierInvoice) and row.origin == SupplierInvoice.Origin.BC),
        why=why,
        to_do=to_do,
        owner=owner,
        since=since,
        address=reverse("case", args=[case.pk]) if case else _address(row),
    )


def _keys(row: Any, message: Message | None) -> frozenset[str]:
    """By which BC's document is known: our key, its id, or its number where nothing better is known."""
    keys = {str(message.key)} if message else set()
    if row.bc_id:
        keys.add(str(row.bc_id))
    elif row.bc_number:
        keys.add(row.bc_number)
    return frozenset(keys)


def _fate(row: Any, message: Message | None) -> Fate:
    if row.is_posted:
        return Fate.POSTED
    if isinstance(row, SupplierInvoice) and row.status in (InvoiceStatus.RECEIVED, InvoiceStatus.BLOCKED):
        return Fate.HELD
    if row.status in (Document.Status.RECORDED, InvoiceStatus.REJECTED, AssetNotice.Status.LATE):
        return Fate.NOTHING
    if message is None:
        return Fate.GIVEN_UP if row.status == Document.Status.CANCELLED else Fate.MOVING
    return FATES.get(State(message.state), Fate.MOVING)


FATES: dict[Message.State, Fate] = {
    State.DONE: Fate.POSTED,
    State.DEAD: Fate.STUCK,
    State.REJECTED: Fate.STUCK,
    State.WAITING: Fate.WAITING,
    State.VERIFYING: Fate.CHECKING,
    State.CANCELLED: Fate.GIVEN_UP,
}


def _reason(
    fate: Fate, row: Any, message: Message | None, case: ExceptionCase | None
) -> tuple[str, str, str, datetime | None]:
    """Say why it is not posted, what to do, whose it is and since when; empty where nobody knows."""
    if fate is Fate.HELD and case is not None:
        first = min(case.findings.all(), key=lambda each: each.position, default=None)
        return (first.sentence if first else case.code), "", called(case.owner), case.opened_at
    if fate is Fate.STUCK and message is not None:
        what, _dot, step = message.error.partition(". ")
        cause = message.cause
        if cause is None:
            return what.rstrip("."), step, "", message.first_failed_at
        return cause.title, cause.next_step or step, cause.in_whose_hands, message.first_failed_at
    if fate is Fate.WAITING and message is not None:
        what, _dot, step = message.waiting_for.partition(". ")
        return NO_CONVERSION.sub(UNIT, what.rstrip(".")), step, "", message.created_at
    return "", "", "", message.created_at if message else row.created_at


def _address(row: Any) -> str:
    return reverse(f"admin:reconciliation_{row._meta.model_name}_change", args=[row.pk])
