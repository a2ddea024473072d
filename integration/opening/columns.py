"""The files of the open balances, their columns, and one dataclass for a row of each."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from reconciliation.models import PurchaseOrderLine

ZERO = Decimal(0)
PLACES = 8
DIGITS = 18


@dataclass(frozen=True)
class Column:
    """A column of a file: how its text is read; an empty one is refused or stands for a value."""

    name: str
    read: Callable[[str], Any]
    is_needed: bool = True
    otherwise: Any = ""


@dataclass(frozen=True)
class OrderRow:
    """A line of an order that is open, with how much of it came and was billed until the cutover."""

    row: int
    number: str
    bc_number: str
    vendor: str
    currency: str
    order_date: datetime.date
    approved_by: str
    location: str
    line: int
    kind: str
    item: str
    account: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_percent: Decimal
    received: Decimal
    invoiced: Decimal


@dataclass(frozen=True)
class ReceiptRow:
    """A line of a receipt that no invoice has billed yet."""

    row: int
    number: str
    bc_number: str
    order: str
    order_line: int
    received_on: datetime.date
    quantity: Decimal
    delivery_note: str


@dataclass(frozen=True)
class InvoiceRow:
    """A line of an invoice that is posted in Business Central and counts against what is billed next."""

    row: int
    number: str
    bc_number: str
    vendor: str
    currency: str
    invoice_date: datetime.date
    total: Decimal
    order: str
    order_line: int | None
    item: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True)
class StockRow:
    """How much of an item a store holds; compared, for Tieout keeps no stock of its own."""

    row: int
    item: str
    location: str
    quantity: Decimal
    unit: str


def text(most: int) -> Callable[[str], str]:
    def read(value: str) -> str:
        if len(value) > most:
            raise ValueError(f"is longer than {most} characters")
        if not value.isprintable():
            raise ValueError("has signs that cannot be printed")
        return value

    return read


def number(value: str) -> Decimal:
    try:
        told = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"is {value}, and has to be a number such as 1234.50") from None
    if not told.is_finite() or told.adjusted() >= DIGITS or -int(told.as_tuple().exponent) > PLACES:
        raise ValueError(f"is {value}: no more than {DIGITS} digits, and {PLACES} after the point")
    return told


def not_negative(value: str) -> Decimal:
    told = number(value)
    if told < 0:
        raise ValueError(f"is {value}, and has to be 0 or more")
    return told


def positive(value: str) -> Decimal:
    told = number(value)
    if told <= 0:
        raise ValueError(f"is {value}, and has to be more than 0")
    return told


def line(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 200_000:
        raise ValueError(f"is {value}, and has to be the number of a line: 1, 2, 3")
    return int(value)


def day(value: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"is {value}, and has to be a day such as 2026-11-30") from None


def kind(value: str) -> str:
    if value not in PurchaseOrderLine.Kind.values:
        raise ValueError(f"is {value}, and has to be one of {', '.join(PurchaseOrderLine.Kind.values)}")
    return value


COLUMNS: dict[str, tuple[type[Any], tuple[Column, ...]]] = {
    "orders": (
        OrderRow,
        (
            Column("number", text(50)),
            Column("bc_number", text(20)),
            Column("vendor", text(20)),
            Column("currency", text(10), is_needed=False),
            Column("order_date", day),
            Column("approved_by", text(150)),
            Column("location", text(10), is_needed=False),
            Column("line", line),
            Column("kind", kind, is_needed=False, otherwise="item"),
            Column("item", text(20), is_needed=False),
            Column("account", text(20), is_needed=False),
            Column("description", text(250), is_needed=False),
            Column("quantity", positive),
            Column("unit", text(10), is_needed=False),
            Column("unit_price", not_negative),
            Column("discount_percent", not_negative, is_needed=False, otherwise=ZERO),
            Column("received", not_negative),
            Column("invoiced", not_negative),
        ),
    ),
    "receipts": (
        ReceiptRow,
        (
            Column("number", text(50)),
            Column("bc_number", text(20)),
            Column("order", text(50)),
            Column("order_line", line),
            Column("received_on", day),
            Column("quantity", positive),
            Column("delivery_note", text(50), is_needed=False),
        ),
    ),
    "invoices": (
        InvoiceRow,
        (
            Column("number", text(50)),
            Column("bc_number", text(20)),
            Column("vendor", text(20)),
            Column("currency", text(10), is_needed=False),
            Column("invoice_date", day),
            Column("total", number),
            Column("order", text(50), is_needed=False),
            Column("order_line", line, is_needed=False, otherwise=None),
            Column("item", text(20), is_needed=False),
            Column("quantity", positive),
            Column("unit", text(10), is_needed=False),
            Column("unit_price", not_negative),
            Column("amount", not_negative),
        ),
    ),
    "stock": (
        StockRow,
        (
            Column("item", text(20)),
            Column("location", text(10), is_needed=False),
            Column("quantity", number),
            Column("unit", text(10), is_needed=False),
        ),
    ),
}
