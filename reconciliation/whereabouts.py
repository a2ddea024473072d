"""What became of a cleared invoice on its way to Business Central, as a clerk reads it.

Who carries invoices registers a teller; this side knows no messages.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from .models import SupplierInvoice


@dataclass(frozen=True)
class Step:
    """Something that happened on the way."""

    at: datetime.datetime
    title: str
    text: str = ""


@dataclass(frozen=True)
class Whereabouts:
    """Where the invoice is now, and what stopped it before."""

    sentence: str = ""
    needs_someone: bool = False
    refusal: str = ""
    steps: list[Step] = field(default_factory=list)


Teller = Callable[[SupplierInvoice], Whereabouts]
_tellers: list[Teller] = []


def tell_by(teller: Teller) -> None:
    """Let this function tell from now on."""
    _tellers[:] = [teller]


def of(invoice: SupplierInvoice) -> Whereabouts:
    """Tell where an invoice is; nothing where nobody carries it."""
    return _tellers[0](invoice) if _tellers else Whereabouts()
