"""The facts of a match case: everything the engine may know, frozen.

The names are those of the match case format, so that a question reads the same in JSON and in Python.
Quantities are in the unit beside them; money is in the currency of its document; `None` means "not told".
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)
ONE = Decimal(1)


class Level(StrEnum):
    """How deeply a line is matched."""

    NONE = "none"
    TWO_WAY = "two_way"
    THREE_WAY = "three_way"
    FOUR_WAY = "four_way"


class Check(StrEnum):
    """What a tolerance rule is about."""

    PRICE = "price"
    LINE_TOTAL = "line_total"
    QUANTITY_ORDERED = "quantity_ordered"
    QUANTITY_RECEIVED = "quantity_received"
    QUANTITY_ACCEPTED = "quantity_accepted"
    ACCEPTED_AMOUNT = "accepted_amount"
    UNIT_RATIO = "unit_ratio"
    CHARGE = "charge"
    TAX = "tax"
    TOTAL = "total"
    RATE = "rate"
    EARLY = "early"
    LARGE_AMOUNT = "large_amount"


class Below(StrEnum):
    """What a broken lower limit does."""

    IGNORE = "ignore"
    WARN = "warn"
    BLOCK = "block"


class Combine(StrEnum):
    """Whether every stated limit must hold, or one is enough."""

    ALL = "all"
    ANY = "any"


class OrderState(StrEnum):
    OPEN = "open"
    UNAPPROVED = "unapproved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Billing(StrEnum):
    """Who bills an order: its vendor, nobody (the goods stay the vendor's until used), or we ourselves."""

    INVOICE = "invoice"
    CONSIGNMENT = "consignment"
    SELF_BILLED = "self_billed"


class InvoiceType(StrEnum):
    INVOICE = "invoice"
    CREDIT_MEMO = "credit_memo"
    RETENTION_RELEASE = "retention_release"
    PREPAYMENT = "prepayment"


class InvoiceState(StrEnum):
    """Where an earlier invoice stands; both count."""

    POSTED = "posted"
    PENDING = "pending"


class Blocked(StrEnum):
    """What the ledger refuses for a vendor."""

    NOTHING = ""
    PAYMENT = "payment"
    ALL = "all"


class BeforeReceipt(StrEnum):
    """What an invoice does that comes before its goods, or before its order."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Rate:
    """An exchange rate: `exchange_amount` of the currency is worth `relational_amount` of ledger currency."""

    currency: str
    from_date: datetime.date
    exchange_amount: Decimal
    relational_amount: Decimal


@dataclass(frozen=True, slots=True)
class Item:
    number: str
    base_unit: str = ""
    rounding_precision: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ItemUnit:
    """How many base units are in one of this unit."""

    item: str
    unit: str
    per_base: Decimal


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor; those of one family bill and are paid for each other."""

    number: str
    family: str = ""
    blocked: str = Blocked.NOTHING


@dataclass(frozen=True, slots=True)
class LevelRule:
    level: str
    vendor: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Up to three limits. `None` is no limit; zero is a limit of zero. Amounts are in ledger currency."""

    percent: Decimal | None = None
    amount: Decimal | None = None
    quantity: Decimal | None = None


UNLIMITED = Limits()


@dataclass(frozen=True, slots=True)
class ToleranceRule:
    """The limits of one check within a scope; `order` and `order_line` together are the narrowest scope."""

    check: str
    vendor: str | None = None
    item: str | None = None
    code: str | None = None
    order: str | None = None
    order_line: int | None = None
    upper: Limits = UNLIMITED
    lower: Limits = UNLIMITED
    below: str = Below.WARN
    combine: str = Combine.ALL


@dataclass(frozen=True, slots=True)
class Options:
    """Choices that are not limits."""

    near_duplicate_days: int = 0
    invoice_before_receipt: str = BeforeReceipt.BLOCK
    sample_percent: Decimal = ZERO
    invoice_before_order: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    levels: tuple[LevelRule, ...] = ()
    rules: tuple[ToleranceRule, ...] = ()
    options: Options = Options()


@dataclass(frozen=True, slots=True)
class Charge:
    code: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PriceBreak:
    """The unit price of an order for so many and more, in the order line's unit."""

    from_quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step of a project that is billed whole."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Blanket:
    """What may be called off: up to an amount in the order's currency, within a period."""

    amount: Decimal | None = None
    from_date: datetime.date | None = None
    to_date: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class FormerLine:
    """What an order line said before, in its unit and per its price base of today."""

    line: int
    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class FormerVersion:
    """An order as it was; `until` is the last day on which this version held."""

    version: int
    until: datetime.date
    lines: tuple[FormerLine, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderLine:
    line: int
    quantity: Decimal
    unit_price: Decimal
    kind: str = "item"
    item: str = ""
    description: str = ""
    unit: str = ""
    price_base: Decimal = ONE
    price_unit: str | None = None
    planned_ratio: Decimal | None = None
    discount: Decimal = ZERO
    delivery_date: datetime.date | None = None
    level: str | None = None
    tax_code: str | None = None
    charges: tuple[Charge, ...] = ()
    price_breaks: tuple[PriceBreak, ...] = ()
    price_estimated: bool | None = None
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    number: str
    vendor: str = ""
    currency: str = ""
    date: datetime.date | None = None
    state: str = OrderState.OPEN
    version: int = 1
    lines: tuple[OrderLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    rounding: Decimal = ZERO
    billing: str | None = None
    limit: Blanket | None = None
    former: tuple[FormerVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What came in; `accepted` is `None` where nobody told it apart from `received`."""

    order_line: int
    received: Decimal
    accepted: Decimal | None = None
    rejected: Decimal = ZERO
    unit: str = ""
    price_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    number: str
    order: str
    date: datetime.date | None = None
    reversed: bool = False
    lines: tuple[ReceiptLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """What went back; `rejected` says how many of it had been rejected, `None` where nobody told."""

    order_line: int
    quantity: Decimal
    unit: str = ""
    rejected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Return:
    number: str
    order: str
    date: datetime.date | None = None
    lines: tuple[ReturnLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmationLine:
    """Service done, in money or, without an amount, as a quantity at the order's price."""

    order_line: int
    quantity: Decimal | None = None
    amount: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Confirmation:
    number: str
    order: str
    accepted: bool = False
    lines: tuple[ConfirmationLine, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A billed line; without `unit_price` the price is what `amount` makes it, and the other way round."""

    line: int
    order: str | None = None
    order_line: int | None = None
    item: str = ""
    description: str = ""
    quantity: Decimal = ZERO
    unit: str = ""
    unit_price: Decimal | None = None
    price_base: Decimal = ONE
    price_quantity: Decimal | None = None
    discount: Decimal = ZERO
    charges: tuple[Charge, ...] = ()
    amount: Decimal | None = None
    tax: Decimal = ZERO
    tax_code: str | None = None
    milestone: str | None = None
    confirmed: bool | None = None  # a person said that this is the order line, whatever the item says


@dataclass(frozen=True, slots=True)
class Invoice:
    """A supplier invoice; `state` is set on earlier ones only. What is `None` could not be read.

    `advance` is what it sets off of an advance that was paid before.
    """

    number: str | None
    vendor: str | None
    date: datetime.date | None
    total: Decimal | None
    type: str = InvoiceType.INVOICE
    currency: str = ""
    order: str | None = None
    file_sha256: str | None = None
    lines: tuple[InvoiceLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    retention_percent: Decimal | None = None
    rounding: Decimal = ZERO
    state: str | None = None
    advance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A release given before, up to the figures it was given on; `None` is not bounded."""

    code: str
    line: int | None = None
    subject: str | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None  # the invoice's when it was given; `None` before releases told it


@dataclass(frozen=True, slots=True)
class Case:
    """One invoice and all it is judged on."""

    invoice: Invoice
    ledger_currency: str = ""
    rates: tuple[Rate, ...] = ()
    items: tuple[Item, ...] = ()
    units: tuple[ItemUnit, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    policy: Policy = Policy()
    orders: tuple[Order, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    returns: tuple[Return, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    earlier: tuple[Invoice, ...] = ()
    overrides: tuple[Override, ...] = ()
