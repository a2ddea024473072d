"""Credits: no more comes back than went back, or than was billed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..amounts import sign_of
from ..dossier import Dossier, Line
from ..exact import settle
from ..facts import ZERO, Check, Level
from ..findings import Code, Effect, Finding
from ..limits import Verdict
from ..sentences import cash, count
from .differences import Difference, report
from .quantity import WITH_RECEIPTS, quantity_difference


def over_credit(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """A credit covers what was returned and not yet credited; a negative line, what was billed."""
    if line.matched(Level.NONE):
        return
    if line.credits:
        yield from _quantity(dossier, line)
    elif line.quantity == ZERO and line.amount < 0:
        yield from _correction(dossier, line)


def _quantity(dossier: Dossier, line: Line) -> Iterator[Finding]:
    base, credited = _creditable(dossier, line), line.before.credited
    if base is None or credited is None or line.quantity is None:
        return
    actual = credited - line.quantity
    variance = settle(actual - base)
    if variance <= 0 or line.position.frame.is_crumb(variance):
        return
    unit = line.position.frame.unit
    what = "returned" if _by_return(dossier, line) else "billed"
    before = f" after {count(credited, None)} before" if credited else ""
    yield report(
        dossier,
        Code.OVER_CREDIT,
        quantity_difference(line, Check.QUANTITY_RECEIVED, base, actual),
        Verdict(Effect.BLOCK),
        f"{count(-line.quantity, unit)} credited{before}, {count(base, None)} {what}:"
        f" {count(variance, unit)} too much.",
    )


def _creditable(dossier: Dossier, line: Line) -> Decimal | None:
    return line.position.returned if _by_return(dossier, line) else line.before.quantity


def _by_return(dossier: Dossier, line: Line) -> bool:
    """Tell whether a credit answers to returns: a credit memo for goods whose movements are matched."""
    is_memo = sign_of(dossier.invoice) < 0
    return is_memo and line.matched(*WITH_RECEIPTS) and not line.is_service


def _correction(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """A correction of the price takes no more than was billed; without a bill at hand there is no measure."""
    billed = line.before.amount
    if not line.before.quantity or settle(billed + line.amount) >= 0:
        return
    difference = Difference(
        check=Check.LINE_TOTAL,
        base=max(billed, ZERO),
        actual=-line.amount,
        amount=-line.amount - max(billed, ZERO),
        line=line.number,
        order=line.position.order,
    )
    yield report(
        dossier,
        Code.OVER_CREDIT,
        difference,
        Verdict(Effect.BLOCK),
        f"{cash(-line.amount, dossier.currency)} credited,"
        f" {cash(max(billed, ZERO), dossier.currency)} billed:"
        f" {cash(-line.amount - max(billed, ZERO), dossier.currency)} too much.",
    )
