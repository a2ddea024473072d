"""Stops that weigh the whole: too early, a moved exchange rate, a large amount."""

from __future__ import annotations

from collections.abc import Iterator

from ..dossier import Dossier, Line
from ..facts import ZERO, Check, InvoiceType, Level
from ..findings import BrokenLimit, Code, Effect, Finding
from ..limits import ScopedRule, Verdict, judge
from ..sentences import cash, day, limits_text
from .differences import Difference, ending, hold_against, plain_finding, report

CEILED = (InvoiceType.INVOICE, InvoiceType.PREPAYMENT)


def early(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """An invoice comes no earlier before delivery than its amount allows: amount × days."""
    found = dossier.rules.find(Check.EARLY, line.position.scope)
    due, dated = line.position.line.delivery_date, dossier.invoice.date
    if not found or line.matched(Level.NONE) or line.amount <= 0 or not due or not dated or dated >= due:
        return
    days = (due - dated).days
    weight = line.amount * days
    order = line.position.order if dossier.order_currency_agrees(line.position.order) else None
    difference = Difference(Check.EARLY, ZERO, weight, weight, line=line.number, order=order)
    verdict = hold_against(dossier, found, difference)
    sentence = (
        f"{cash(line.amount, dossier.currency)} billed {days} day{'s' if days > 1 else ''} before delivery on"
        f" {day(due)}; the amount times the days is {cash(weight, dossier.currency)}:"
        f" {ending(dossier, found, difference, verdict)}"
    )
    yield report(dossier, Code.EARLY, difference, verdict, sentence)


def rate(dossier: Dossier) -> Iterator[Finding]:
    """The exchange rate has not moved since the order by more than its limit, in ledger currency."""
    found = dossier.rules.find(Check.RATE, dossier.scope)
    currency, ledger = dossier.currency, dossier.case.ledger_currency
    if not found or not dossier.orders or not dossier.currencies_agree or dossier.rates.is_ledger(currency):
        return
    total = dossier.invoice.total or ZERO
    base = dossier.rates.to_ledger(total, currency, dossier.order_date)
    actual = dossier.rates.to_ledger(total, currency, dossier.invoice.date)
    if base is None or actual is None:
        missing = day(dossier.order_date if base is None else dossier.invoice.date)
        sentence = f"There is no exchange rate from {currency} to {ledger} on {missing}."
        yield plain_finding(Code.RATE, Effect.BLOCK, sentence)
        return
    difference = Difference(Check.RATE, base, actual, actual - base)
    if difference.variance:
        verdict = judge(found, difference.variance, base=base, ledger_amount=difference.variance)
        moved = f"{cash(abs(difference.variance), ledger)} {'more' if difference.variance > 0 else 'less'}"
        allowance = _allowance(found, verdict, difference.variance > 0, ledger)
        sentence = (
            f"{cash(total, currency)} were {cash(base, ledger)} at the order's rate"
            f" and are {cash(actual, ledger)} at the invoice's: {moved}{allowance}."
        )
        yield report(dossier, Code.RATE, difference, verdict, sentence)


def large_amount(dossier: Dossier) -> Iterator[Finding]:
    """The invoice is not above the ceiling."""
    found = dossier.rules.find(Check.LARGE_AMOUNT, dossier.scope)
    ceiling = found.rule.upper.amount if found else None
    total = dossier.invoice.total or ZERO
    in_ledger = dossier.to_ledger(total)
    if not found or ceiling is None or dossier.invoice.type not in CEILED:
        return
    if in_ledger is not None and in_ledger <= ceiling:
        return
    difference = Difference(Check.LARGE_AMOUNT, ZERO, total, total)
    verdict = Verdict(Effect.BLOCK, (BrokenLimit("amount", ceiling, found.scope),))
    sentence = (
        f"An invoice of {cash(total, dossier.currency)}: above"
        f" {cash(ceiling, dossier.case.ledger_currency or dossier.currency)} someone has to approve it."
    )
    yield report(dossier, Code.LARGE_AMOUNT, difference, verdict, sentence)


def _allowance(found: ScopedRule, verdict: Verdict, above: bool, ledger_currency: str) -> str:
    limits = found.rule.upper if above else found.rule.lower
    text = limits_text(limits, ledger_currency, None)
    return f"; the limit is {text}" if verdict.broken and text else ""
