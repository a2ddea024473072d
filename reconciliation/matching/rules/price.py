"""Prices: the net unit price against the order's, and all that is billed against the line's net amount."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..amounts import computed_amount
from ..dossier import Dossier, Line
from ..exact import settle
from ..facts import ZERO, Check
from ..findings import Code, Effect, Finding
from ..limits import ScopedRule, Verdict
from ..sentences import cash, count, percentage
from .differences import Difference, ending, hold_against, report
from .quantity import WITH_ORDER, states_any

ESTIMATED = "estimated"  # the code of a price rule for prices that the buyer guessed


@dataclass(frozen=True, slots=True)
class NetPrices:
    """The net price of one priced unit, as ordered and as billed, and how many of them are billed."""

    ordered: Decimal
    billed: Decimal
    measure: Decimal
    unbilled_charges: Decimal  # planned on the order line and not billed on this one, per unit

    @property
    def difference(self) -> Decimal:
        return settle(self.billed - self.ordered)


def unit_price(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """The net unit price is the order's; a missing discount is told apart as well."""
    found = price_rule(dossier, line)
    prices = net_prices(line) if found else None
    if not found or not prices or not prices.difference:
        return
    if prices.ordered == 0 or settle(prices.billed) == 0:
        yield _zero_price(dossier, line, prices)
        return
    if ZERO > prices.difference >= -settle(prices.unbilled_charges):
        return  # a planned charge that is not billed with the goods is not a lower price
    difference = _price_difference(line, prices)
    verdict = hold_against(dossier, found, difference)
    code = Code.PRICE_OVER if prices.difference > 0 else Code.PRICE_UNDER
    yield report(
        dossier, code, difference, verdict, _price_sentence(dossier, line, found, difference, verdict)
    )
    yield from _missing_discount(dossier, line, prices, verdict)


def line_total(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """All that is billed on the order line, posted and pending, stays within its net amount."""
    found = dossier.rules.find(Check.LINE_TOTAL, line.position.scope)
    net = line.position.billable_amount
    if not found or net is None or not line.matched(*WITH_ORDER) or line.credits:
        return
    if line.quantity is None or line.amount < 0 or not dossier.order_currency_agrees(line.position.order):
        return
    actual = line.before.amount + line.amount
    if not settle(actual - net):
        return
    difference = Difference(
        Check.LINE_TOTAL, net, actual, actual - net, line=line.number, order=line.position.order
    )
    lower = found.rule.lower
    is_short = difference.variance < 0 and line.is_last and states_any(lower.percent, lower.amount)
    if difference.variance > 0 or is_short:
        verdict = hold_against(dossier, found, difference)
        sentence = (
            f"{cash(actual, dossier.currency)} billed on the order line in all,"
            f" {cash(net, dossier.currency)} ordered: {ending(dossier, found, difference, verdict)}"
        )
        yield report(dossier, Code.LINE_TOTAL, difference, verdict, sentence)


def unit_ratio(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """Price units per unit, as billed, are those received; before any receipt, those planned."""
    found = dossier.rules.find(Check.UNIT_RATIO, line.position.scope)
    price = line.position.price
    if not found or not line.bills or not line.matched(*WITH_ORDER) or not price or not price.apart:
        return
    if not line.quantity or not line.billed.price_quantity:
        return
    base = line.position.ratio_received or price.per_base
    actual = line.billed.price_quantity / line.quantity
    excess = line.billed.price_quantity - base * line.quantity
    if not settle(excess):
        return
    difference = Difference(
        Check.UNIT_RATIO,
        base,
        actual,
        excess * price.each,
        line=line.number,
        order=line.position.order,
        unit=line.position.line.price_unit,
    )
    verdict = hold_against(dossier, found, difference)
    unit, per = line.position.line.price_unit, line.position.frame.unit
    came = "received" if line.position.ratio_received else "planned"
    sentence = (
        f"Billed {count(actual, unit)} per {per}, {came} {count(base, unit)}:"
        f" {ending(dossier, found, difference, verdict)}"
    )
    yield report(dossier, Code.UNIT_RATIO, difference, verdict, sentence)


def expected_amount(line: Line) -> Decimal | None:
    """Give what the line would come to at the order's prices and the invoice's quantity."""
    position = line.position
    if position.price is None or position.net is None or line.quantity is None:
        return None
    measure = position.measure(line.billed, line.quantity)
    return None if measure is None else _ordered_price(line) * measure


def price_rule(dossier: Dossier, line: Line) -> ScopedRule | None:
    """Find the limits of a line's price, if it can be compared; a guess of the buyer may have its own."""
    if line.bills and line.matched(*WITH_ORDER) and dossier.order_currency_agrees(line.position.order):
        code = ESTIMATED if line.position.line.price_estimated else None
        return dossier.rules.find(Check.PRICE, line.position.scope, code)
    return None


def net_prices(line: Line) -> NetPrices | None:
    """Bring both prices to one unit; `None` where they cannot be."""
    price = line.position.price
    measure = line.position.measure(line.billed, line.quantity or ZERO) if price else None
    if not price or not measure:
        return None
    computed = computed_amount(line.billed)
    amount = line.amount if computed is None else computed
    ordered = _ordered_price(line)
    return NetPrices(ordered, _corrected(line, amount, measure, ordered), measure, _unbilled_charges(line))


def _ordered_price(line: Line) -> Decimal:
    price = line.position.price
    if price is None:
        return ZERO
    return (line.position.net or ZERO) / price.measure if price.measure else price.each


def _corrected(line: Line, amount: Decimal, measure: Decimal, ordered: Decimal) -> Decimal:
    """Average the price over all invoices where one corrects it, if that brings it nearer to the order's."""
    own = amount / measure
    before = line.before.net
    if not line.before.corrected or before is None or line.quantity is None:
        return own
    whole = line.position.measure(line.billed, line.quantity)
    all_billed = before * measure / line.quantity + (whole or measure)
    average = (line.before.amount + amount) / all_billed if all_billed else own
    return min(own, average, key=lambda price: abs(price - ordered))


def _unbilled_charges(line: Line) -> Decimal:
    billed = {charge.code for charge in line.billed.charges}
    planned = sum((charge.amount for charge in line.position.line.charges if charge.code not in billed), ZERO)
    price = line.position.price
    return planned / price.measure if price and price.measure else ZERO


def _price_difference(line: Line, prices: NetPrices) -> Difference:
    return Difference(
        check=Check.PRICE,
        base=prices.ordered,
        actual=prices.billed,
        amount=(prices.billed - prices.ordered) * prices.measure,
        line=line.number,
        order=line.position.order,
    )


def _zero_price(dossier: Dossier, line: Line, prices: NetPrices) -> Finding:
    """Report a price of nothing: on the order nobody agreed one, on the invoice it is a gift."""
    difference = _price_difference(line, prices)
    if prices.ordered == 0:
        sentence = (
            f"The order has no price; the invoice asks {cash(prices.billed, dossier.currency)} each,"
            f" {cash(difference.amount or ZERO, dossier.currency)} in all."
        )
        return report(dossier, Code.ZERO_ORDER_PRICE, difference, Verdict(Effect.BLOCK), sentence)
    sentence = (
        f"The invoice asks nothing for what was ordered at {cash(prices.ordered, dossier.currency)} each:"
        " a sample or a replacement?"
    )
    return report(dossier, Code.ZERO_INVOICE_PRICE, difference, Verdict(Effect.WARN), sentence)


def _price_sentence(
    dossier: Dossier, line: Line, found: ScopedRule, difference: Difference, verdict: Verdict
) -> str:
    price = line.position.price
    unit = line.position.line.price_unit if price and price.apart else line.position.line.unit
    per = f" per {unit}" if unit else ""
    currency = dossier.currency
    share = f", {percentage(abs(difference.percent))}" if difference.percent is not None else ""
    way = "more" if difference.variance > 0 else "less"
    return (
        f"Billed at {cash(difference.actual, currency)}{per}, ordered at {cash(difference.base, currency)}"
        f" ({cash(abs(difference.variance), currency)} {way}{share}):"
        f" {ending(dossier, found, difference, verdict)}"
    )


def _missing_discount(dossier: Dossier, line: Line, prices: NetPrices, verdict: Verdict) -> Iterator[Finding]:
    """Tell when a price is too high because the order's discount is missing."""
    price = line.position.price
    if prices.difference <= 0 or not price or not price.measure or not line.position.line.discount:
        return
    expected = line.position.line.discount * prices.measure / price.measure
    missing = settle(expected - line.billed.discount)
    if missing <= 0:
        return
    difference = Difference(
        Check.PRICE, expected, line.billed.discount, missing, line=line.number, order=line.position.order
    )
    sentence = (
        f"A discount of {cash(expected, dossier.currency)} was agreed,"
        f" {cash(line.billed.discount, dossier.currency)} is given:"
        f" {cash(missing, dossier.currency)} missing."
    )
    yield report(dossier, Code.DISCOUNT, difference, verdict, sentence)
