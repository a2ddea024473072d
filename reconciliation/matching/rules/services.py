"""Services: billed against what was confirmed and accepted, in money."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..dossier import Dossier, Line
from ..facts import ZERO, Check
from ..findings import Code, Effect, Finding
from ..limits import Verdict
from ..sentences import cash
from .differences import Difference, ending, hold_against, report
from .quantity import WITH_RECEIPTS, states_any


def no_acceptance(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """Some of the service was accepted; entered and not accepted counts as nothing."""
    if not _judged(line) or line.position.accepted_amount > 0:
        return
    yield report(
        dossier,
        Code.NO_ACCEPTANCE,
        _difference(line),
        Verdict(Effect.BLOCK),
        f"{cash(_billed(line), dossier.currency)} billed for a service of which nothing is accepted"
        f" on order {line.position.order.number} line {line.position.line.line}.",
    )


def over_accepted(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """No more is billed than was accepted, all invoices together."""
    found = dossier.rules.find(Check.ACCEPTED_AMOUNT, line.position.scope)
    if not found or not _judged(line) or line.position.accepted_amount <= 0:
        return
    difference = _difference(line)
    above = difference.variance > 0
    limits = found.rule.lower
    if difference.variance == 0 or (
        not above and not (states_any(limits.percent, limits.amount) and line.is_last)
    ):
        return
    verdict = hold_against(dossier, found, difference)
    sentence = (
        f"{cash(_billed(line), dossier.currency)} billed, {cash(line.position.accepted_amount, dossier.currency)}"
        f" accepted: {ending(dossier, found, difference, verdict)}"
    )
    code = Code.AMOUNT_OVER_ACCEPTED if above else Code.UNDER
    yield report(dossier, code, difference, verdict, sentence)


def _judged(line: Line) -> bool:
    """Tell whether the line bills a service; one may be billed by amount alone."""
    bills = line.bills or (line.quantity == ZERO and line.amount > 0)
    return bills and line.is_service and line.matched(*WITH_RECEIPTS)


def _billed(line: Line) -> Decimal:
    return line.before.amount + line.amount


def _difference(line: Line) -> Difference:
    actual = _billed(line)
    return Difference(
        check=Check.ACCEPTED_AMOUNT,
        base=max(line.position.accepted_amount, ZERO),
        actual=actual,
        amount=actual - max(line.position.accepted_amount, ZERO),
        line=line.number,
        order=line.position.order,
    )
