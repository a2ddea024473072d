"""The facts of a day, kind by kind, on the three sides, and a difference between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .causes import Cause


class Kind(StrEnum):
    """What is counted; the words are those of the CAFM's events."""

    REQUEST = "purchase_request"
    ORDER = "purchase_order"
    RECEIPT = "goods_receipt"
    REVERSAL = "receipt_reversal"
    RETURN = "goods_return"
    SERVICE = "service_confirmation"
    CONSUMPTION = "consumption"
    ADJUSTMENT = "adjustment"
    TRANSFER = "transfer"
    INVOICE = "supplier_invoice"
    CREDIT_MEMO = "credit_memo"
    ASSET = "asset_notice"


class Fate(StrEnum):
    """How far a document of ours has come on its way to BC."""

    POSTED = "posted"
    NOTHING = "nothing to post"
    MOVING = "on its way"
    CHECKING = "being looked for"
    WAITING = "waiting"
    STUCK = "stuck"
    HELD = "held back"
    GIVEN_UP = "given up"


@dataclass(frozen=True)
class Figures:
    """What a document adds up to; None where nobody says."""

    quantity: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    lines: int = 1
    """Each is rounded for itself, so that so many half cents are no difference."""


@dataclass(frozen=True)
class Told:
    """What the CAFM says that it did of a kind on a day; no numbers means that it did not name them."""

    count: int
    quantity: Decimal | None = None
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ours:
    """A document that the portal has of that day."""

    number: str
    fate: Fate
    told: Figures = Figures()
    """As its sender told it, in the sender's units."""
    sent: Figures = Figures()
    """As it was sent to BC, in BC's units."""
    keys: frozenset[str] = frozenset()
    """By which BC's documents are known as this one."""
    bc_number: str = ""
    from_cafm: bool = True
    why: str = ""
    """What it waits for, or why it is stuck."""
    to_do: str = ""
    owner: str = ""
    since: datetime | None = None
    address: str = ""


@dataclass(frozen=True)
class InBC:
    """A document that BC has of that day, or that is one of ours under another day."""

    number: str
    day: date | None
    keys: frozenset[str]
    figures: Figures = Figures()
    is_known: bool = False
    """The portal has it under another day or kind."""
    is_marked: bool = False
    """It carries a key that only Tieout writes."""
    beside: str = ""
    """How it came to BC when it is not one of ours."""


@dataclass(frozen=True)
class Difference:
    """One thing on which two sides do not agree: what, why, whose it is, and what to do."""

    cause: Cause
    kind: Kind
    number: str
    sentence: str
    to_do: str
    owner: str
    cafm: str = ""
    portal: str = ""
    bc: str = ""
    since: datetime | None = None
    address: str = ""


@dataclass(frozen=True)
class Total:
    """What one side adds up to of a kind; `rows` name what was added."""

    count: int
    quantity: Decimal | None
    amounts: Mapping[str, Decimal]
    rows: tuple[tuple[str, str, Figures], ...] = ()
    """Number, what is said of it, figures."""


@dataclass(frozen=True)
class KindOfDay:
    """One kind: what each side adds up to, None where it says nothing, and what differs."""

    kind: Kind
    cafm: Total | None
    portal: Total
    bc: Total | None
    done: int
    """How many of the portal's documents are posted, or have nothing to post."""
    differences: tuple[Difference, ...]
    note: str = ""
    """Why BC's side says nothing."""

    @property
    def is_empty(self) -> bool:
        sides = (self.cafm, self.portal, self.bc)
        return not self.differences and not any(side.count for side in sides if side is not None)


@dataclass(frozen=True)
class Day:
    """A day of a company; `unread` says why BC could not be asked."""

    on: date
    kinds: tuple[KindOfDay, ...]
    unread: str = ""

    @property
    def differences(self) -> list[Difference]:
        return [each for kind in self.kinds for each in kind.differences]
