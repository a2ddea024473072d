"""The leakage meter: what an invoice bills above its order, and the rules let through all the same.

A figure may be found twice, as a price and as a line total. So a line counts once, with its largest
difference; charges at the foot are added; and where the totals show more than the lines do, they count.
What is held back leaks nothing, nor does what a person released. Tax is left out, for orders carry none,
and so are dates, ceilings and exchange rates: they stop money, but measure none that is too much.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .matching import Effect, Outcome, facts
from .matching.exact import to_cents
from .matching.facts import ZERO, Case, Check, InvoiceType
from .matching.limits import RuleBook, Scope
from .matching.rates import RateTable
from .policies.differences import scope_in_words

HELD_BACK = (Outcome.BLOCKED, Outcome.UNREADABLE)
OF_LINES = frozenset(
    {
        Check.PRICE,
        Check.LINE_TOTAL,
        Check.QUANTITY_ORDERED,
        Check.QUANTITY_RECEIVED,
        Check.QUANTITY_ACCEPTED,
        Check.ACCEPTED_AMOUNT,
        Check.UNIT_RATIO,
        Check.CHARGE,
    }
)
OF_TOTALS = frozenset({"lines", "charges", "rounding"})

Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A rule as people name it: what it checks, and for whom."""

    check: str
    scope: str


Leaks = dict[Rule, Decimal]


def leaks(case: Case, answer: Answer) -> Leaks | None:
    """Give what each rule lets through, in company currency; None where there is no exchange rate."""
    if answer["outcome"] in HELD_BACK or case.invoice.type == InvoiceType.CREDIT_MEMO:
        return {}
    let_through = [finding for finding in answer["findings"] if _is_let_through(finding)]
    if not let_through:
        return {}
    reader = _Reader(case, answer)
    of_lines = reader.priced(_largest_of_lines(let_through))
    charges = reader.priced(f for f in let_through if f["line"] is None and f["check"] == Check.CHARGE)
    totals = reader.priced(f for f in let_through if f["check"] == Check.TOTAL and f["subject"] in OF_TOTALS)
    if of_lines is None or charges is None or totals is None:
        return None
    return _together([*of_lines, *charges], totals)


def _is_let_through(finding: Answer) -> bool:
    """Tell whether money above the expected figure stayed inside its limits."""
    return (
        finding["effect"] == Effect.INFO
        and not finding["released"]
        and finding["amount"] is not None
        and Decimal(finding["amount"]) > 0
        and Decimal(finding["variance"] or "0") > 0
    )


def _largest_of_lines(findings: Iterable[Answer]) -> Iterable[Answer]:
    """Choose one finding per line, for the several say the same money in other words."""
    largest: dict[int, Answer] = {}
    for finding in findings:
        line = finding["line"]
        if line is None or finding["check"] not in OF_LINES:
            continue
        if line not in largest or Decimal(finding["amount"]) > Decimal(largest[line]["amount"]):
            largest[line] = finding
    return [largest[line] for line in sorted(largest)]


def _together(parts: list[tuple[Rule, Decimal]], totals: list[tuple[Rule, Decimal]]) -> Leaks:
    """Add up the parts; what the totals show beyond them is put down to the totals."""
    found: dict[Rule, Decimal] = defaultdict(lambda: ZERO)
    for rule, amount in parts:
        found[rule] += amount
    beyond = sum((amount for _, amount in totals), ZERO) - sum(found.values(), ZERO)
    for rule, amount in sorted(totals, key=lambda each: -each[1]):
        if beyond <= 0:
            break
        found[rule] += min(amount, beyond)
        beyond -= min(amount, beyond)
    return {rule: amount for rule, amount in found.items() if amount}


class _Reader:
    """Names the rule behind a finding, and turns its amount into the company's currency."""

    def __init__(self, case: Case, answer: Answer) -> None:
        self.case = case
        self.rules = RuleBook.of(case.policy.rules)
        self.rates = RateTable(case.ledger_currency, case.rates)
        self.orders = {order.number: order for order in case.orders}
        self.targets = {line["line"]: (line["order"], line["order_line"]) for line in answer["lines"]}

    def priced(self, findings: Iterable[Answer]) -> list[tuple[Rule, Decimal]] | None:
        priced = [(self._rule(finding), self._in_ledger(finding)) for finding in findings]
        found = [(rule, amount) for rule, amount in priced if amount is not None]
        return found if len(found) == len(priced) else None

    def _rule(self, finding: Answer) -> Rule:
        found = self.rules.find(finding["check"], self._scope(finding), finding["subject"])
        if found is None:  # a rule for a kind of price only; its scope is as wide as any
            return Rule(finding["check"], scope_in_words(None, None))
        rule = found.rule
        return Rule(finding["check"], scope_in_words(rule.vendor, rule.item, rule.code))

    def _scope(self, finding: Answer) -> Scope:
        order, line = self._target(finding)
        if order is None or line is None:
            return Scope(vendor=self.case.invoice.vendor)
        return Scope(order.vendor or self.case.invoice.vendor, line.item or None, order.number, line.line)

    def _target(self, finding: Answer) -> tuple[facts.Order | None, facts.OrderLine | None]:
        number, line = self.targets.get(finding["line"], (None, None))
        order = self.orders.get(number or "")
        lines = order.lines if order else ()
        return order, next((each for each in lines if each.line == line), None)

    def _in_ledger(self, finding: Answer) -> Decimal | None:
        """Convert at the day of the order, as the limits do."""
        order, _line = self._target(finding)
        on = (order.date if order else self._first_order_day()) or self.case.invoice.date
        amount = self.rates.to_ledger(Decimal(finding["amount"]), self.case.invoice.currency, on)
        return None if amount is None else to_cents(amount)

    def _first_order_day(self) -> datetime.date | None:
        numbers = {number for number, _line in self.targets.values()} | {self.case.invoice.order}
        days = [order.date for number, order in self.orders.items() if number in numbers and order.date]
        return min(days, default=None)
