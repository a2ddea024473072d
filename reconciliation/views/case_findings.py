"""Why a case is blocked, finding by finding: the sentence, the sum, the limit, what makes it go away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from reconciliation.models import ExceptionCase, Finding

from . import figures
from .case_facts import billed_by_price
from .reasons import Reason, reason

PER_PRICE = {"PRICE_OVER", "PRICE_UNDER", "ZERO_ORDER_PRICE", "ZERO_INVOICE_PRICE"}
EFFECTS = ("block", "warn", "info")


@dataclass(frozen=True)
class Box:
    """A finding in words: what is wrong, the sum, the rule, what makes it go away."""

    reason: Reason
    tone: str
    lead: str
    sentence: str
    sum: str
    limits: str
    remedy: str


def boxes(shown: ExceptionCase, findings: Iterable[Finding]) -> list[Box]:
    """Give the findings in words: what holds the invoice back first, the most money first."""
    billed = billed_by_price(shown.decision.question)
    return [
        _box(finding, shown.currency, billed.get(finding.line or 0))
        for finding in sorted(findings, key=_weight)
    ]


def _weight(finding: Finding) -> tuple[int, Decimal, int]:
    """Rank a finding; one that blocks without an amount puts the whole invoice at stake."""
    rank = 2 if finding.released else EFFECTS.index(finding.effect) if finding.effect in EFFECTS else 3
    amount = -abs(finding.amount) if finding.amount is not None else Decimal("-Infinity")
    return rank, amount, finding.position


def _box(finding: Finding, currency: str, billed: Decimal | None) -> Box:
    why = reason(finding.code)
    tone = {"block": "bad", "warn": "warn"}.get(finding.effect, "calm")
    return Box(
        reason=why,
        tone="good" if finding.released else tone,
        lead=_("Line {line}").format(line=finding.line) if finding.line is not None else "",
        sentence=finding.sentence,
        sum=_sum_in_words(finding, currency, billed),
        limits=_limits_in_words(finding, currency),
        remedy=_("Released before for these figures.") if finding.released else str(why.remedy),
    )


def _sum_in_words(finding: Finding, currency: str, billed: Decimal | None = None) -> str:
    """Write a finding's arithmetic: what is compared, the difference, what it is worth."""
    if finding.base is None or finding.actual is None or finding.variance is None:
        return "" if finding.amount is None else figures.money(finding.amount, currency)
    if finding.unit:
        steps = _("{actual} − {base} = {variance}").format(
            actual=figures.quantity(finding.actual),
            base=figures.quantity(finding.base),
            variance=figures.quantity(finding.variance, finding.unit),
        )
        worth = figures.money(finding.amount, currency) if finding.amount else ""
    elif finding.code in PER_PRICE and billed is not None and finding.amount is not None:
        steps = _("({actual} − {base}) × {billed} = {amount}").format(
            actual=figures.money(finding.actual),
            base=figures.money(finding.base),
            billed=figures.quantity(billed),
            amount=figures.money(finding.amount, currency),
        )
        worth = ""
    else:
        steps = _("{actual} − {base} = {variance}").format(
            actual=figures.money(finding.actual),
            base=figures.money(finding.base),
            variance=figures.money(finding.variance, currency),
        )
        worth = ""
    return " · ".join(filter(None, [steps, worth, figures.percent(finding.percent)]))


def _limits_in_words(finding: Finding, currency: str) -> str:
    """Name the limits that did not hold, and whose rule states them."""
    told = []
    for broken in finding.broken:
        value = Decimal(str(broken.get("value", 0)))
        shown = {
            "percent": f"{figures.quantity(value)} %",
            "amount": figures.money(value, currency),
            "quantity": figures.quantity(value, finding.unit),
        }.get(broken.get("limit", ""), figures.quantity(value))
        told.append(
            _("limit {value} by the {rule} rule").format(value=shown, rule=broken.get("rule") or _("company"))
        )
    return " · ".join(told)
