"""What the engine answers: a decision with a verdict per line and a finding per line and reason."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Code(StrEnum):
    """The reasons; a code keeps its meaning for ever."""

    UNREADABLE = "UNREADABLE"
    VENDOR = "VENDOR"
    VENDOR_BLOCKED = "VENDOR_BLOCKED"
    DUPLICATE = "DUPLICATE"
    NEAR_DUPLICATE = "NEAR_DUPLICATE"
    CURRENCY = "CURRENCY"
    ORDER_CLOSED = "ORDER_CLOSED"
    ORDER_NOT_APPROVED = "ORDER_NOT_APPROVED"
    INVOICE_BEFORE_ORDER = "INVOICE_BEFORE_ORDER"
    CONSIGNMENT = "CONSIGNMENT"
    SELF_BILLED = "SELF_BILLED"
    BLANKET = "BLANKET"
    NOT_ON_ORDER = "NOT_ON_ORDER"
    AMBIGUOUS = "AMBIGUOUS"
    DESCRIPTION_ONLY = "DESCRIPTION_ONLY"
    NO_CONVERSION = "NO_CONVERSION"
    ARITHMETIC = "ARITHMETIC"
    NO_RECEIPT = "NO_RECEIPT"
    OVER_RECEIVED = "OVER_RECEIVED"
    OVER_ACCEPTED = "OVER_ACCEPTED"
    OVER_ORDERED = "OVER_ORDERED"
    UNDER = "UNDER"
    CLOSES_WITH_EXTRA = "CLOSES_WITH_EXTRA"
    RETURN_AFTER_BILL = "RETURN_AFTER_BILL"
    OVER_CREDIT = "OVER_CREDIT"
    NO_ACCEPTANCE = "NO_ACCEPTANCE"
    AMOUNT_OVER_ACCEPTED = "AMOUNT_OVER_ACCEPTED"
    MILESTONE = "MILESTONE"
    PRICE_OVER = "PRICE_OVER"
    PRICE_UNDER = "PRICE_UNDER"
    CHANGE_ORDER = "CHANGE_ORDER"
    ZERO_ORDER_PRICE = "ZERO_ORDER_PRICE"
    ZERO_INVOICE_PRICE = "ZERO_INVOICE_PRICE"
    DISCOUNT = "DISCOUNT"
    UNIT_RATIO = "UNIT_RATIO"
    LINE_TOTAL = "LINE_TOTAL"
    UNPLANNED_CHARGE = "UNPLANNED_CHARGE"
    CHARGE_OVER = "CHARGE_OVER"
    TAX_OVER = "TAX_OVER"
    TAX_UNDER = "TAX_UNDER"
    TAX_CODE = "TAX_CODE"
    TOTAL = "TOTAL"
    RATE = "RATE"
    PREPAYMENT = "PREPAYMENT"
    EARLY = "EARLY"
    LARGE_AMOUNT = "LARGE_AMOUNT"
    SAMPLE = "SAMPLE"


class Effect(StrEnum):
    INFO = "info"
    WARN = "warn"
    BLOCK = "block"


class Outcome(StrEnum):
    CLEAN = "clean"
    WITHIN = "within"
    WARNING = "warning"
    BLOCKED = "blocked"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class BrokenLimit:
    """A limit that did not hold, and the scope of the rule that states it."""

    limit: str
    value: Decimal
    rule: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason on one line (or on the whole invoice, where `line` is `None`), with its arithmetic.

    `variance` is `actual` − `base`: base units for a quantity, money otherwise. `amount` is what it is worth
    in the document's currency (RATE: in ledger currency).
    """

    code: Code
    effect: Effect
    sentence: str
    line: int | None = None
    subject: str | None = None
    check: str | None = None
    base: Decimal | None = None
    actual: Decimal | None = None
    variance: Decimal | None = None
    unit: str | None = None
    percent: Decimal | None = None
    amount: Decimal | None = None
    broken: tuple[BrokenLimit, ...] = ()
    released: bool = False


@dataclass(frozen=True, slots=True)
class LineVerdict:
    line: int
    outcome: Outcome
    order: str | None
    order_line: int | None


@dataclass(frozen=True, slots=True)
class CreditExpected:
    """What the supplier owes for goods returned after they were billed."""

    order: str
    order_line: int
    quantity: Decimal
    unit: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    lines: tuple[LineVerdict, ...]
    findings: tuple[Finding, ...]
    payable: Decimal
    retained: Decimal
    credit_expected: tuple[CreditExpected, ...]
    engine: str
