"""What is recorded of a document, as plain values; the names are those of the models.

Whoever brings documents in (the CAFM's events, BC's drafts) fills a form; documents/ keeps it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .models import SupplierInvoice

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True)
class RequestLineForm:
    line: int
    description: str
    quantity: Decimal
    unit: str
    item: str = ""
    account: str = ""
    estimated_unit_price: Decimal | None = None
    currency: str = ""
    location: str = ""
    dimensions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RequestForm:
    number: str
    requested_by: str
    approved_by: str
    approved_at: datetime.datetime
    lines: tuple[RequestLineForm, ...]
    needed_by: datetime.date | None = None
    work_order: str = ""


@dataclass(frozen=True)
class DayTotalForm:
    kind: str
    count: int
    quantity: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    numbers: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DayTotalsForm:
    date: datetime.date
    totals: tuple[DayTotalForm, ...]


@dataclass(frozen=True)
class ChargeForm:
    code: str
    amount: Decimal


@dataclass(frozen=True)
class OrderLineForm:
    line: int
    kind: str
    quantity: Decimal
    unit_price: Decimal
    unit: str = ""
    item: str = ""
    account: str = ""
    asset: str = ""
    description: str = ""
    price_base: Decimal = ONE
    discount_percent: Decimal = ZERO
    location: str = ""
    work_order: str = ""
    expected_on: datetime.date | None = None
    match_level: str = ""
    dimensions: dict[str, str] = field(default_factory=dict)
    agreed: dict[str, Any] | None = None


@dataclass(frozen=True)
class OrderForm:
    number: str
    vendor_number: str
    currency: str
    order_date: datetime.date
    approved_by: str
    lines: tuple[OrderLineForm, ...]
    charges: tuple[ChargeForm, ...] = ()
    expected_on: datetime.date | None = None
    location: str = ""
    purchase_request: str = ""
    agreed: dict[str, Any] | None = None


@dataclass(frozen=True)
class OrderChangeForm:
    """The whole order as it is now, which version that is, and when it was made."""

    order: OrderForm
    version: int
    told_at: datetime.datetime | None = None


@dataclass(frozen=True)
class CancellationForm:
    number: str
    reason: str
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class ReceiptLineForm:
    line: int
    order_line: int
    quantity_received: Decimal
    quantity_accepted: Decimal
    quantity_rejected: Decimal
    unit: str
    reject_reason: str = ""
    location: str = ""
    lot: str = ""
    serial: str = ""
    price_quantity: Decimal | None = None


@dataclass(frozen=True)
class ReceiptForm:
    number: str
    order_number: str
    received_on: datetime.date
    received_by: str
    lines: tuple[ReceiptLineForm, ...]
    delivery_note: str = ""


@dataclass(frozen=True)
class ReversalForm:
    number: str
    receipt_number: str
    reversed_on: datetime.date
    reason: str


@dataclass(frozen=True)
class ReturnLineForm:
    line: int
    order_line: int
    quantity: Decimal
    unit: str
    quantity_rejected: Decimal | None = None


@dataclass(frozen=True)
class ReturnForm:
    number: str
    order_number: str
    returned_on: datetime.date
    reason: str
    lines: tuple[ReturnLineForm, ...]


@dataclass(frozen=True)
class ConfirmationLineForm:
    line: int
    order_line: int
    quantity: Decimal | None = None
    unit: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True)
class ConfirmationForm:
    number: str
    order_number: str
    confirmed_on: datetime.date
    confirmed_by: str
    accepted: bool
    lines: tuple[ConfirmationLineForm, ...]


@dataclass(frozen=True)
class AssetForm:
    kind: str
    number: str
    description: str
    told_at: datetime.datetime | None = None
    serial_number: str = ""
    asset_class: str = ""
    location: str = ""
    acquired_on: datetime.date | None = None
    order_number: str = ""
    order_line: int | None = None
    parent: str = ""
    retired_on: datetime.date | None = None


@dataclass(frozen=True)
class MovementLineForm:
    line: int
    item: str
    quantity: Decimal
    unit: str
    location: str = ""
    account: str = ""
    asset: str = ""
    dimensions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MovementForm:
    kind: str
    number: str
    posted_on: datetime.date
    lines: tuple[MovementLineForm, ...]
    work_order: str = ""
    reason: str = ""
    from_location: str = ""
    to_location: str = ""


@dataclass(frozen=True)
class InvoiceLineForm:
    line: int
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    unit: str = ""
    order_number: str = ""
    order_line: int | None = None
    item: str = ""
    description: str = ""
    price_base: Decimal = ONE
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    charges: tuple[ChargeForm, ...] = ()
    price_quantity: Decimal | None = None
    milestone: str = ""
    tax_code: str = ""


@dataclass(frozen=True)
class InvoiceForm:
    number: str
    vendor_number: str
    currency: str
    invoice_date: datetime.date | None
    total: Decimal | None
    lines: tuple[InvoiceLineForm, ...]
    type: str = SupplierInvoice.Type.INVOICE
    vendor_name: str = ""
    due_on: datetime.date | None = None
    order_number: str = ""
    charges: tuple[ChargeForm, ...] = ()
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    rounding: Decimal = ZERO
    document_url: str = ""
    retention_percent: Decimal | None = None
    advance: Decimal | None = None
    file_sha256: str = ""
