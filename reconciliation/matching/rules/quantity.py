"""Quantities: billed against ordered, received and accepted, all invoices together, in base units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..dossier import Dossier, Line
from ..exact import settle, shown
from ..facts import ZERO, BeforeReceipt, Check, Level
from ..findings import Code, CreditExpected, Effect, Finding
from ..limits import Verdict
from ..sentences import billed_so_far, cash, count, joined
from .differences import Difference, ending, hold_against, plain_finding, report

WITH_ORDER = (Level.TWO_WAY, Level.THREE_WAY, Level.FOUR_WAY)
WITH_RECEIPTS = (Level.THREE_WAY, Level.FOUR_WAY)
RANK = {Effect.INFO: 0, Effect.WARN: 1, Effect.BLOCK: 2}


def no_conversion(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """Every unit leads to the base unit; a missing conversion is never taken for one to one."""
    if not line.matched(*WITH_ORDER):
        return
    missing = sorted(_unconvertible(line))
    if missing:
        frame = line.position.frame
        yield plain_finding(
            Code.NO_CONVERSION,
            Effect.BLOCK,
            f"There is no conversion from {joined(missing)} to {frame.unit} for"
            f" {line.position.line.item or 'this line'}. Add it, then match again.",
            line=line,
        )


def no_receipt(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """Something was received before it was billed."""
    if not needs_receipt(line) or line.position.received != 0 or line.cumulative is None:
        return
    difference = quantity_difference(line, Check.QUANTITY_RECEIVED, ZERO, line.cumulative)
    warns = dossier.options.invoice_before_receipt == BeforeReceipt.WARN
    yield report(
        dossier,
        Code.NO_RECEIPT,
        difference,
        Verdict(Effect.WARN if warns else Effect.BLOCK),
        f"{_billed(line)}, but nothing has been received on order {_where(line)}.",
    )


def over_received(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """No more is billed than was received and kept."""
    if needs_receipt(line) and line.position.received:
        yield from _over(dossier, line, Code.OVER_RECEIVED, Check.QUANTITY_RECEIVED, kept(line, "received"))


def over_accepted(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """No more is billed than was accepted and kept."""
    if needs_receipt(line) and line.matched(Level.FOUR_WAY) and line.position.received:
        yield from _over(dossier, line, Code.OVER_ACCEPTED, Check.QUANTITY_ACCEPTED, kept(line, "accepted"))


def over_ordered(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """No more is billed than was ordered."""
    if line.bills and line.matched(*WITH_ORDER):
        yield from _over(dossier, line, Code.OVER_ORDERED, Check.QUANTITY_ORDERED, line.position.billable)


def under(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """Where a lower limit is stated, no less is billed than came; the gravest shortfall is told."""
    if not line.bills or not line.is_last or line.cumulative is None:
        return
    found = [finding for check, base in _bases(line) for finding in _short(dossier, line, check, base)]
    if found:
        yield max(found, key=lambda finding: RANK[finding.effect])


def closes_with_extra(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """Tell when the order is billed to the end while more than that is in stock."""
    if not needs_receipt(line):
        return
    base, extra = line.position.ordered, kept_now(line)
    if line.cumulative is None or extra is None:
        return
    frame = line.position.frame
    if (
        not frame.is_crumb(settle(line.cumulative - base))
        or extra <= base
        or frame.is_crumb(settle(extra - base))
    ):
        return
    yield report(
        dossier,
        Code.CLOSES_WITH_EXTRA,
        quantity_difference(line, Check.QUANTITY_ORDERED, base, extra),
        Verdict(Effect.INFO),
        f"This bills order {_where(line)} to the end at {count(base, frame.unit)}, while"
        f" {count(extra, frame.unit)} were kept: {count(extra - base, frame.unit)} are in stock unbilled.",
    )


def return_after_bill(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """Tell what went back after the invoice: the supplier owes a credit for it."""
    credit, owed = credit_expected(line), _owed(line)
    if credit is None or owed is None:
        return
    base, quantity = owed
    difference = quantity_difference(line, Check.QUANTITY_RECEIVED, base, base + quantity)
    yield report(
        dossier,
        Code.RETURN_AFTER_BILL,
        difference,
        Verdict(Effect.INFO),
        f"{count(credit.quantity, credit.unit)} of order {_where(line)} went back after the invoice:"
        f" a credit of {cash(credit.amount, line.position.order.currency or dossier.currency)} is expected.",
    )


def credit_expected(line: Line) -> CreditExpected | None:
    """Work out the credit for what was billed, kept at the invoice's date, and returned since."""
    owed = _owed(line)
    if owed is None:
        return None
    _, quantity = owed
    return CreditExpected(
        order=line.position.order.number,
        order_line=line.position.line.line,
        quantity=shown(quantity),
        unit=line.position.frame.unit,
        amount=shown(line.position.worth(quantity) or ZERO),
    )


def _owed(line: Line) -> tuple[Decimal, Decimal] | None:
    """Give what is kept now, and how much of what was billed went back since the invoice.

    Rejected goods that were billed all the same are owed as well, and of those only what came is kept.
    """
    if not line.position.returned_late or not needs_receipt(line):
        return None
    counted = {_what_counts(line)} | ({"received"} if line.position.rejected_back_late else set())
    owed = [found for what in sorted(counted) if (found := _owed_of(line, what))]
    return max(owed, key=lambda found: found[1], default=None)


def _owed_of(line: Line, what: str) -> tuple[Decimal, Decimal] | None:
    now, before = kept(line, what, now=True), kept(line, what)
    if line.cumulative is None or now is None or before is None:
        return None
    quantity = settle(line.cumulative - now) - max(ZERO, settle(line.cumulative - before))
    if quantity <= 0 or line.position.frame.is_crumb(quantity):
        return None
    return now, quantity


def needs_receipt(line: Line) -> bool:
    """Tell whether goods must have come for this line; services are confirmed instead."""
    return line.bills and line.matched(*WITH_RECEIPTS) and not line.is_service


def kept(line: Line, what: str, *, now: bool = False) -> Decimal | None:
    """Give what was received (or accepted) less what had gone back by the invoice's date, or by now.

    Never below nothing: more can go back than is known to have come, for a return may be told of before its
    receipt, and nobody need say that rejected goods went back. Nobody can keep fewer than none, bill for the
    lack or owe a credit for it.
    """
    came = line.position.accepted if what == "accepted" else line.position.received
    gone = gone_back(line, what, now=now)
    return None if came is None or gone is None else max(ZERO, came - gone)


def gone_back(line: Line, what: str, *, now: bool = False) -> Decimal | None:
    """Give what had come (or been accepted) and went back by the invoice's date, or by now.

    Goods that were rejected take nothing off the accepted ones when they go.
    """
    position = line.position
    if position.returned is None:
        return None
    gone = position.returned if now else position.returned - position.returned_late
    if what != "accepted":
        return gone
    return gone - position.rejected_back + (ZERO if now else position.rejected_back_late)


def kept_now(line: Line) -> Decimal | None:
    return kept(line, _what_counts(line), now=True)


def _what_counts(line: Line) -> str:
    return "accepted" if line.matched(Level.FOUR_WAY) else "received"


def quantity_difference(line: Line, check: Check, base: Decimal, actual: Decimal) -> Difference:
    """Compare two quantities of a line, in base units; the difference is worth the order's price."""
    return Difference(
        check=check,
        base=base,
        actual=actual,
        amount=line.position.worth(actual - base),
        line=line.number,
        unit=line.position.frame.unit,
        order=line.position.order,
    )


def _over(dossier: Dossier, line: Line, code: Code, check: Check, base: Decimal | None) -> Iterator[Finding]:
    if base is None or line.cumulative is None or line.cumulative <= base:
        return
    found = dossier.rules.find(check, line.position.scope)
    difference = quantity_difference(line, check, base, line.cumulative)
    if not found or line.position.frame.is_crumb(difference.variance):
        return
    verdict = hold_against(dossier, found, difference)
    sentence = f"{_billed(line)}, {_came(line, check)} {count(base, None)}: "
    yield report(dossier, code, difference, verdict, sentence + ending(dossier, found, difference, verdict))


def _bases(line: Line) -> Iterator[tuple[Check, Decimal | None]]:
    """Name what the billed quantity may fall short of, the deepest first."""
    if needs_receipt(line) and line.position.received:
        if line.matched(Level.FOUR_WAY):
            yield Check.QUANTITY_ACCEPTED, kept(line, "accepted", now=True)
        yield Check.QUANTITY_RECEIVED, kept(line, "received", now=True)
    if line.matched(*WITH_ORDER):
        yield Check.QUANTITY_ORDERED, line.position.ordered


def _short(dossier: Dossier, line: Line, check: Check, base: Decimal | None) -> Iterator[Finding]:
    if base is None or line.cumulative is None or line.cumulative >= base:
        return
    found = dossier.rules.find(check, line.position.scope)
    if not found or not states_any(
        found.rule.lower.percent, found.rule.lower.amount, found.rule.lower.quantity
    ):
        return
    difference = quantity_difference(line, check, base, line.cumulative)
    if line.position.frame.is_crumb(difference.variance):
        return
    verdict = hold_against(dossier, found, difference)
    sentence = f"{_billed(line)}, {_came(line, check)} {count(base, None)}: "
    yield report(
        dossier, Code.UNDER, difference, verdict, sentence + ending(dossier, found, difference, verdict)
    )


def states_any(*limits: Decimal | None) -> bool:
    return any(limit is not None for limit in limits)


def _unconvertible(line: Line) -> set[str]:
    """Name the units that lead nowhere, among those the line's level looks at."""
    position, frame = line.position, line.position.frame
    units = {line.billed.unit} if line.billed.quantity else set()
    units |= {row.unit for _, row in position.movements.earlier if row.quantity}
    if line.matched(*WITH_RECEIPTS) and not line.is_service:
        units |= {row.unit for row in position.movements.receipts}
        units |= {row.unit for _, row in position.movements.returns}
    if line.matched(*WITH_RECEIPTS) and line.is_service:
        units |= {row.unit for row in position.movements.confirmations if row.amount is None and row.quantity}
    missing = {unit for unit in units if frame.factor(unit) is None}
    if position.price is None and position.line.price_unit:
        missing.add(position.line.price_unit)
    return missing


def _billed(line: Line) -> str:
    return billed_so_far(line.cumulative or ZERO, line.before.net or ZERO, line.position.frame.unit)


def _came(line: Line, check: Check) -> str:
    """Name what the billed quantity is compared with."""
    if check == Check.QUANTITY_ORDERED:
        return "ordered" if line.position.billable == line.position.ordered else "came as ordered before"
    word = "accepted" if check == Check.QUANTITY_ACCEPTED else "received"
    return f"{word} and kept" if (gone_back(line, word) or ZERO) > 0 else word


def _where(line: Line) -> str:
    return f"{line.position.order.number} line {line.position.line.line}"
