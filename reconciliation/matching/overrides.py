"""Releases given before: they cover a finding only up to the figures they were given on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from .exact import rounded
from .facts import ZERO, Invoice, Override
from .findings import Effect, Finding

# Figures are kept with eight decimals where releases are stored; they are compared as they are kept.
KEPT = 8


def release(findings: Iterable[Finding], overrides: Iterable[Override], invoice: Invoice) -> list[Finding]:
    """Mark what an earlier release still covers; the finding stays, and no longer holds the invoice."""
    given: dict[tuple[str, int | None, str | None], list[Override]] = {}
    for override in overrides:
        given.setdefault((override.code, override.line, override.subject), []).append(override)
    whole = abs(invoice.total or ZERO)
    return [
        _released(finding, given.get((finding.code, finding.line, finding.subject), ()), whole)
        for finding in findings
    ]


def _released(finding: Finding, given: Iterable[Override], whole: Decimal) -> Finding:
    amount = covered_amount(finding.amount, whole)
    if finding.effect != Effect.INFO and any(
        covers(override, finding.variance, amount) for override in given
    ):
        return replace(finding, effect=Effect.INFO, released=True)
    return finding


def covered_amount(amount: Decimal | None, whole: Decimal) -> Decimal:
    """Give the money that a release lets through: of a finding without a sum, the whole invoice."""
    return whole if amount is None else amount


def is_of(override: Override, currency: str) -> bool:
    """Tell whether a release was given in this currency; an older one does not say in which."""
    return override.currency in (None, currency)


def covers(override: Override, quantity: Decimal | None, amount: Decimal | None) -> bool:
    """Tell whether today's quantity and amount are at most those of the release."""
    return _at_most(quantity, override.quantity) and _at_most(amount, override.amount)


def _at_most(today: Decimal | None, covered: Decimal | None) -> bool:
    """Compare sizes; a release of too little never covers too much."""
    if today is None or covered is None:
        return True
    return abs(_kept(today)) <= abs(_kept(covered)) and not (covered < 0 < today)


def _kept(figure: Decimal) -> Decimal:
    return rounded(figure, KEPT)
