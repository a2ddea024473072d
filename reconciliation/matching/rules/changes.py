"""Orders whose price changed after the goods came: the price at the receipt is told beside today's."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..dossier import Dossier, Line
from ..exact import settle
from ..facts import ZERO, Check
from ..findings import Code, Effect, Finding
from ..sentences import cash
from .differences import Difference, ending, hold_against, report
from .price import net_prices, price_rule
from .quantity import RANK


def price_at_receipt(dossier: Dossier, line: Line) -> Iterator[Finding]:
    """Hold the price against the order as it was at the receipt; today's order decides, a person is asked."""
    former, price = line.position.former, line.position.price
    if not price or not former or former.each in (None, price.each):
        return
    found = price_rule(dossier, line)
    prices = net_prices(line) if found else None
    if not found or not prices:
        return
    then = prices.ordered - price.each + (former.each or ZERO)
    now = _difference(line, prices.ordered, prices.billed, prices.measure)
    difference = _difference(line, then, prices.billed, prices.measure)
    verdict = hold_against(dossier, found, difference)
    graver = RANK[verdict.effect] > RANK[hold_against(dossier, found, now).effect]
    currency = dossier.currency
    sentence = (
        f"The goods came when the order said {cash(then, currency)}, and it says"
        f" {cash(prices.ordered, currency)} now. Billed at {cash(prices.billed, currency)}:"
        f" {ending(dossier, found, difference, verdict)}"
        if difference.variance
        else f"Billed at {cash(then, currency)}, as the order said when the goods came;"
        f" it says {cash(prices.ordered, currency)} now."
    )
    effect = Effect.WARN if graver else Effect.INFO
    yield report(dossier, Code.CHANGE_ORDER, difference, verdict, sentence, effect=effect)


def _difference(line: Line, base: Decimal, billed: Decimal, measure: Decimal) -> Difference:
    return Difference(
        check=Check.PRICE,
        base=base,
        actual=billed,
        amount=settle(billed - base) * measure,
        line=line.number,
        order=line.position.order,
    )
