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
    accepted = line.position.accepted_amount
    if not _bills_service(line) or accepted is None or accepted > 0:
        return
    agrees = dossier.order_currency_agrees(line.position.order)
    billed = _billed(line) if agrees else line.amount
    yield report(
        dossier,
        Code.NO_ACCEPTANCE,
        _difference(line, ZERO, billed),
        Verdict(Effect.BLOCK),
        f"{cash(billed, dossier.currency)} billed for a service of which nothing is accepted"
        f" on order {line.position.order.number} line {line.position.line.line}.",
    )


def over_accepted(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """No more is billed than was accepted, all invoices together."""
    found = dossier.rules.find(Check.ACCEPTED_AMOUNT, line.position.scope)
    accepted = line.position.accepted_amount
    if not found or not _bills_service(line) or accepted is None or accepted <= 0:
        return
    if not dossier.order_currency_agrees(line.position.order):
        return
    difference = _difference(line, accepted, _billed(line))
    above = difference.variance > 0
    limits = found.rule.lower
    if difference.variance == 0 or (
        not above and not (states_any(limits.percent, limits.amount) and line.is_last)
    ):
        return
    verdict = hold_against(dossier, found, difference)
    sentence = (
        f"{cash(_billed(line), dossier.currency)} billed, {cash(accepted, dossier.currency)} accepted:"
        f" {ending(dossier, found, difference, verdict)}"
    )
    code = Code.AMOUNT_OVER_ACCEPTED if above else Code.UNDER
    yield report(dossier, code, difference, verdict, sentence)


def _bills_service(line: Line) -> bool:
    """Tell whether the line bills a service; one may be billed by amount alone."""
    bills = line.bills or (line.quantity == ZERO and line.amount > 0)
    return bills and line.is_service and line.matched(*WITH_RECEIPTS)


def _billed(line: Line) -> Decimal:
    return line.before.amount + line.amount


def _difference(line: Line, accepted: Decimal, billed: Decimal) -> Difference:
    return Difference(
        check=Check.ACCEPTED_AMOUNT,
        base=accepted,
        actual=billed,
        amount=billed - accepted,
        line=line.number,
        order=line.position.order,
    )
