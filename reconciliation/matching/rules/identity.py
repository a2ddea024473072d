"""Whose invoice it is: vendor, duplicates and currency."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..amounts import billed_amount
from ..dossier import Dossier
from ..facts import Blocked, Invoice
from ..findings import Code, Effect, Finding
from ..sentences import cash, day, joined
from .differences import plain_finding


def vendor(dossier: Dossier) -> Iterator[Finding]:
    """The invoice comes from the order's vendor, or from one of its family."""
    theirs = [
        o for o in dossier.orders if o.vendor and not dossier.same_vendor(o.vendor, dossier.invoice.vendor)
    ]
    if theirs:
        whose = joined(f"{order.number} is with vendor {order.vendor}" for order in theirs)
        yield plain_finding(
            Code.VENDOR, Effect.BLOCK, f"The invoice is from vendor {dossier.invoice.vendor}; order {whose}."
        )


def vendor_blocked(dossier: Dossier) -> Iterator[Finding]:
    """The vendor is not blocked in the ledger."""
    row = dossier.vendor(dossier.invoice.vendor)
    if row and row.blocked != Blocked.NOTHING:
        what = "for payment" if row.blocked == Blocked.PAYMENT else "for everything"
        yield plain_finding(
            Code.VENDOR_BLOCKED,
            Effect.BLOCK,
            f"Vendor {row.number} is blocked {what}. Unblock the vendor there before this can be posted.",
        )


def currency(dossier: Dossier) -> Iterator[Finding]:
    """The invoice is in the order's currency; nothing is converted silently."""
    others = [order for order in dossier.orders if not dossier.order_currency_agrees(order)]
    if others:
        named = joined(f"{order.number} is in {dossier.rates.named(order.currency)}" for order in others)
        yield plain_finding(
            Code.CURRENCY,
            Effect.BLOCK,
            f"The invoice is in {dossier.currency}; order {named}. Prices were not compared.",
        )


def duplicate(dossier: Dossier) -> Iterator[Finding]:
    """No earlier invoice has this number from this vendor's family."""
    here = sorted(
        f"{earlier.number} of {day(earlier.date)} from vendor {earlier.vendor} is already here"
        f" ({earlier.state or 'pending'})."
        for earlier in dossier.earlier
        if is_duplicate(dossier, earlier)
    )
    if here:
        yield plain_finding(Code.DUPLICATE, Effect.BLOCK, here[0])


def near_duplicate(dossier: Dossier) -> Iterator[Finding]:
    """No earlier invoice looks like this one under another number."""
    lookalikes = sorted(
        (earlier.number or "", day(earlier.date), likeness)
        for earlier in dossier.earlier
        if not is_duplicate(dossier, earlier) and (likeness := _likeness(dossier, earlier))
    )
    if lookalikes:
        number, dated, likeness = lookalikes[0]
        yield plain_finding(
            Code.NEAR_DUPLICATE, Effect.WARN, f"This may be {number} of {dated} again: {likeness}."
        )


def is_duplicate(dossier: Dossier, earlier: Invoice) -> bool:
    """Tell whether an earlier document is the same: vendor family, number whatever its case, and type."""
    return _same_kind(dossier, earlier) and _folded(earlier) == _folded(dossier.invoice)


def _same_kind(dossier: Dossier, earlier: Invoice) -> bool:
    return earlier.type == dossier.invoice.type and dossier.same_vendor(
        earlier.vendor, dossier.invoice.vendor
    )


def _likeness(dossier: Dossier, earlier: Invoice) -> str | None:
    """Say in what an earlier document looks like this one."""
    invoice = dossier.invoice
    if invoice.file_sha256 and (invoice.file_sha256.lower() == (earlier.file_sha256 or "").lower()):
        return "it is the same file"
    if not _same_kind(dossier, earlier):
        return None
    if _bare(invoice) and _bare(invoice) == _bare(earlier):
        return f"the numbers {invoice.number} and {earlier.number} differ only in how they are written"
    if not _is_near(dossier, earlier) or dossier.rates.named(earlier.currency) != dossier.currency:
        return None
    if invoice.total is not None and invoice.total == earlier.total:
        return f"both come to {cash(invoice.total, dossier.currency)}"
    if _goods(invoice) and _goods(invoice) == _goods(earlier):
        return "it bills the same quantities of the same order lines at the same amounts"
    return None


def _is_near(dossier: Dossier, earlier: Invoice) -> bool:
    if dossier.invoice.date is None or earlier.date is None:
        return False
    return abs((dossier.invoice.date - earlier.date).days) <= dossier.options.near_duplicate_days


def _folded(invoice: Invoice) -> str:
    return (invoice.number or "").strip().casefold()


def _bare(invoice: Invoice) -> str:
    """Strip a number of what people write differently: signs, spaces, case and leading zeros."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[\W_]+", "", _folded(invoice)))


def _goods(invoice: Invoice) -> list[tuple[str, int, str]]:
    """List what is billed of which order line, where the lines say so."""
    return sorted(
        (
            line.order or invoice.order or "",
            line.order_line,
            f"{line.quantity.normalize()} {billed_amount(line).normalize()}",
        )
        for line in invoice.lines
        if line.order_line is not None
    )
