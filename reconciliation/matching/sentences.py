"""The sentence a clerk reads for each finding: what was compared, and by how much it differs."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal

from .exact import money, plain, rounded, to_cents
from .facts import Limits
from .limits import ScopedRule, Verdict

PLACES = 5  # as many as prices and quantities are told with
SEEN = Decimal("0.00001")


def cash(amount: Decimal, currency: str) -> str:
    """Write an amount as money is read: two decimals, more only for a price that has them."""
    whole = to_cents(amount)
    text = f"{whole:f}" if abs(amount - whole) < SEEN else money(rounded(amount, PLACES))
    return f"{grouped(text)} {currency}".rstrip()


def count(quantity: Decimal, unit: str | None) -> str:
    return f"{grouped(plain(rounded(quantity, PLACES)))} {unit or ''}".rstrip()


def grouped(figure: str) -> str:
    """Part the thousands, as the screens do."""
    whole, point, decimals = figure.partition(".")
    return f"{'-' if whole.startswith('-') else ''}{int(whole.removeprefix('-')):,}{point}{decimals}"


def percentage(percent: Decimal) -> str:
    return f"{plain(to_cents(percent))} %"


def limits_text(limits: Limits, currency: str, unit: str | None) -> str:
    """Write out the limits that are stated."""
    parts = []
    if limits.percent is not None:
        parts.append(f"{plain(limits.percent)} %")
    if limits.amount is not None:
        parts.append(cash(limits.amount, currency))
    if limits.quantity is not None and unit:
        parts.append(count(limits.quantity, unit))
    return " and ".join(parts)


def against_limits(
    size: str, above: bool, verdict: Verdict, found: ScopedRule, ledger_currency: str, unit: str | None = None
) -> str:
    """End a sentence: how much too much or too little, and what the limit says."""
    way = "more" if above else "less"
    limits = found.rule.upper if above else found.rule.lower
    if verdict.broken and all(limit.value == 0 for limit in verdict.broken):
        zero = Limits(**{limit.limit: limit.value for limit in verdict.broken})
        return f"{size} {way} than the limit of {limits_text(zero, ledger_currency, unit)} allows."
    text = limits_text(limits, ledger_currency, unit)
    if verdict.broken:
        return f"{size} {way}; the limit is {text}."
    if not text:
        return f"{size} {way}; no limit is set."
    return f"{size} {way}, which the limit of {text} allows."


def size_of(
    quantity: Decimal, unit: str | None, amount: Decimal | None, currency: str, percent: Decimal | None
) -> str:
    """Write an excess as quantity, with its worth and its share."""
    beside = [] if amount is None else [cash(abs(amount), currency)]
    if percent is not None:
        beside.append(percentage(abs(percent)))
    return f"{count(abs(quantity), unit)} ({', '.join(beside)})" if beside else count(abs(quantity), unit)


def billed_so_far(actual: Decimal, before: Decimal, unit: str | None) -> str:
    """Begin a sentence: what this line bills, or what it makes with earlier ones."""
    if not before:
        return f"Billed {count(actual, unit)}"
    earlier = f"after {count(before, None)} before, {count(actual, None)} in all"
    return f"Billed {count(actual - before, unit)} {earlier}"


def joined(parts: Iterable[str]) -> str:
    """Write a list as a person does."""
    words = list(parts)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def day(date: datetime.date | None) -> str:
    return date.isoformat() if date else "an unknown day"
