"""A difference between two figures, held against the rule that applies and turned into a finding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .. import sentences
from ..dossier import Dossier, Line
from ..exact import settle, shown
from ..facts import Check, Order
from ..findings import Code, Effect, Finding
from ..limits import ScopedRule, Verdict, judge


@dataclass(frozen=True, slots=True)
class Difference:
    """What was expected and what came; `amount` is what the difference is worth in the order's currency."""

    check: Check
    base: Decimal
    actual: Decimal
    amount: Decimal | None
    line: int | None = None
    subject: str | None = None
    unit: str | None = None
    order: Order | None = None

    @property
    def variance(self) -> Decimal:
        return settle(self.actual - self.base)

    @property
    def percent(self) -> Decimal | None:
        return self.variance * 100 / abs(self.base) if self.base else None


def hold_against(dossier: Dossier, found: ScopedRule, difference: Difference) -> Verdict:
    """Judge a difference; its amount converts at the order date's rate."""
    return judge(
        found,
        difference.variance,
        base=difference.base,
        ledger_amount=dossier.to_ledger(difference.amount, difference.order),
        quantity=difference.variance if difference.unit else None,
    )


def report(
    dossier: Dossier,
    code: Code,
    difference: Difference,
    verdict: Verdict,
    sentence: str,
    *,
    effect: Effect | None = None,
    check: Check | None = None,
) -> Finding:
    """Make the finding; an amount in another currency than the invoice's is left out, never converted."""
    amount = difference.amount
    if difference.order is not None and not dossier.order_currency_agrees(difference.order):
        amount = None
    percent = difference.percent
    return Finding(
        code=code,
        effect=effect or verdict.effect,
        sentence=sentence,
        line=difference.line,
        subject=difference.subject,
        check=check or difference.check,
        base=shown(difference.base),
        actual=shown(difference.actual),
        variance=shown(difference.actual - difference.base),
        unit=difference.unit,
        percent=None if percent is None else shown(percent),
        amount=None if amount is None else shown(amount),
        broken=verdict.broken,
    )


def ending(dossier: Dossier, found: ScopedRule, difference: Difference, verdict: Verdict) -> str:
    """End the sentence of a judged difference with its size and the limit."""
    above = difference.variance > 0
    currency = dossier.rates.named(difference.order.currency) if difference.order else dossier.currency
    limits = found.rule.upper if above else found.rule.lower
    percent = difference.percent if limits.percent else None
    if difference.unit:
        size = sentences.size_of(difference.variance, difference.unit, difference.amount, currency, percent)
    else:
        share = f" ({sentences.percentage(abs(percent))})" if percent is not None else ""
        size = sentences.cash(abs(difference.amount or difference.variance), currency) + share
    text = sentences.against_limits(
        size, above, verdict, found, dossier.case.ledger_currency or currency, difference.unit
    )
    if limits.amount is not None and dossier.to_ledger(difference.amount, difference.order) is None:
        text += f" There is no exchange rate for {currency} to hold it against the amount."
    return text


def plain_finding(
    code: Code, effect: Effect, sentence: str, *, line: Line | int | None = None, subject: str | None = None
) -> Finding:
    """Report a reason that has no figures."""
    number = line.number if isinstance(line, Line) else line
    return Finding(code, effect, sentence, line=number, subject=subject)
