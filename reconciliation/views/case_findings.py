"""Why a case is blocked, finding by finding: the sentence, the sum, the limit, what makes it go away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reconciliation import cases
from reconciliation.in_words import in_words
from reconciliation.models import ExceptionCase, Finding

from . import figures
from .case_facts import billed_by_price
from .reasons import Reason, reason

PER_PRICE = {"PRICE_OVER", "PRICE_UNDER", "ZERO_ORDER_PRICE", "ZERO_INVOICE_PRICE"}
EFFECTS = ("block", "warn", "info")
# What follows from another finding comes after it.
CONSEQUENCES = {"TOTAL", "LINE_TOTAL"}
# So many are shown at once; the others unfold.
AT_ONCE = 3


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


@dataclass(frozen=True)
class Why:
    """The findings of a case: the sum in a sentence, the heaviest in full, the others to unfold."""

    gist: str
    boxes: list[Box]
    more: list[Box]
    more_title: str


def why(shown: ExceptionCase, findings: Iterable[Finding]) -> Why:
    """Put the findings in words: what holds the invoice back first, the most money first."""
    billed = billed_by_price(shown.decision.question)
    ranked = sorted(findings, key=_weight)
    boxes = [
        _box(finding, shown.currency, billed.get(finding.line or 0), is_open=shown.is_open)
        for finding in ranked
    ]
    heavy = sum(finding.effect in {"block", "warn"} for finding in ranked)
    at_once = min(heavy, AT_ONCE) or 1
    return Why(
        gist=_gist(shown, cases.blocking(ranked)),
        boxes=boxes[:at_once],
        more=boxes[at_once:],
        more_title=_more(max(heavy - at_once, 0), len(ranked) - max(heavy, at_once)),
    )


def stake_in_words(shown: ExceptionCase, holding: Iterable[Finding]) -> str:
    """Write what a release would let through, to the cent."""
    return figures.money(cases.at_stake(shown, holding).quantize(figures.CENT), shown.currency)


def _gist(shown: ExceptionCase, holding: list[Finding]) -> str:
    """Say how much of the invoice does not tie out, and where."""
    if not shown.is_open or not cases.at_stake(shown, holding) or _is_unreadable(holding):
        return ""
    whole = abs(shown.amount)
    stake = stake_in_words(shown, holding)
    lines = {finding.line for finding in holding if finding.line is not None}
    count = len(shown.decision.question.get("invoice", {}).get("lines", []))
    told = (
        _("{amount} of {whole} does not tie out").format(
            amount=stake, whole=figures.money(whole, shown.currency)
        )
        if cases.at_stake(shown, holding) < whole
        else _("{amount} does not tie out").format(amount=stake)
    )
    if len(lines) > 1:
        return _("{told}, on {n} of {count} lines.").format(told=told, n=len(lines), count=count)
    return _("{told}, on line {line}.").format(told=told, line=lines.pop()) if lines else f"{told}."


def _is_unreadable(holding: list[Finding]) -> bool:
    return any(finding.code == "UNREADABLE" for finding in holding)


def _more(reasons: int, notes: int) -> str:
    told = []
    if reasons:
        told.append(ngettext("{n} more reason", "{n} more reasons", reasons).format(n=reasons))
    if notes:
        told.append(ngettext("{n} note", "{n} notes", notes).format(n=notes))
    return str(_(" and ")).join(told)


def _weight(finding: Finding) -> tuple[int, Decimal, bool, int]:
    """Rank a finding; one that blocks without an amount puts the whole invoice at stake."""
    rank = 2 if finding.released else EFFECTS.index(finding.effect) if finding.effect in EFFECTS else 3
    amount = -abs(finding.amount) if finding.amount is not None else Decimal("-Infinity")
    return rank, amount, finding.code in CONSEQUENCES, finding.position


def _box(finding: Finding, currency: str, billed: Decimal | None, *, is_open: bool) -> Box:
    cause = reason(finding.code)
    tone = {"block": "bad", "warn": "warn"}.get(finding.effect, "calm") if is_open else "calm"
    remedy = str(cause.remedy) if is_open and finding.effect == "block" else ""
    return Box(
        reason=cause,
        tone="good" if finding.released else tone,
        lead=_("Line {line}").format(line=finding.line) if finding.line is not None else "",
        sentence=in_words(finding.code, finding.sentence),
        sum=_sum_in_words(finding, currency, billed),
        limits=_limits_in_words(finding, currency),
        remedy=_("Released before for these figures.") if finding.released else remedy,
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
