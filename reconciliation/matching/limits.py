"""Tolerances: which rule applies, and whether a variance is inside its limits.

`None` is no limit, zero is a limit of zero, and a limit reached exactly is inside. Nothing is let through
that is not stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from .exact import settle
from .facts import Below, Combine, Level, LevelRule, ToleranceRule
from .findings import BrokenLimit, Effect

BELOW_EFFECTS = {Below.IGNORE: Effect.INFO, Below.WARN: Effect.WARN, Below.BLOCK: Effect.BLOCK}

Key = tuple[str | None, int | None, str | None, str | None]
COMPANY: Key = (None, None, None, None)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a rule is looked for."""

    vendor: str | None = None
    item: str | None = None
    order: str | None = None
    order_line: int | None = None

    def places(self) -> Iterator[tuple[str, Key]]:
        """Name the places a rule may stand, the most specific first."""
        if self.order_line is not None:
            yield "order line", (self.order, self.order_line, None, None)
        if self.vendor and self.item:
            yield "item+vendor", (None, None, self.vendor, self.item)
        if self.item:
            yield "item", (None, None, None, self.item)
        if self.vendor:
            yield "vendor", (None, None, self.vendor, None)
        yield "company", COMPANY


@dataclass(frozen=True, slots=True)
class ScopedRule:
    """A rule with the name of the scope it was found in."""

    scope: str
    rule: ToleranceRule


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of a variance."""

    effect: Effect
    broken: tuple[BrokenLimit, ...] = ()


class RuleBook:
    """The tolerance rules by check, scope and code."""

    _latest: ClassVar[tuple[Sequence[ToleranceRule], RuleBook] | None] = None

    def __init__(self, rules: Iterable[ToleranceRule]) -> None:
        self._rules: dict[str, dict[tuple[Key, str | None], ToleranceRule]] = {}
        self._of_all: dict[tuple[str, str | None], ScopedRule] = {}
        self._scoped: set[str] = set()
        for rule in rules:
            key: Key = (None, None, rule.vendor or None, rule.item or None)
            if rule.order_line is not None:
                key = (rule.order, rule.order_line, None, None)
            code = rule.code or None
            if key == COMPANY:
                self._of_all.setdefault((rule.check, code), ScopedRule("company", rule))
            else:
                self._scoped.add(rule.check)
            self._rules.setdefault(rule.check, {}).setdefault((key, code), rule)

    @classmethod
    def of(cls, rules: Sequence[ToleranceRule]) -> RuleBook:
        """Give the book of these rules, which most invoices that are judged together have in common."""
        latest = cls._latest
        if latest is None or latest[0] is not rules:
            latest = cls._latest = (rules, cls(rules))
        return latest[1]

    def has(self, check: str) -> bool:
        """Tell whether anything is stated about a check."""
        return check in self._rules

    def find(self, check: str, scope: Scope, code: str | None = None) -> ScopedRule | None:
        """Find the one rule that applies; within a scope the code's own beats the general one."""
        if check not in self._scoped:
            own = self._of_all.get((check, code)) if code else None
            return own or self._of_all.get((check, None))
        rules = self._rules[check]
        for name, key in scope.places():
            rule = (code and rules.get((key, code))) or rules.get((key, None))
            if rule:
                return ScopedRule(name, rule)
        return None


class LevelBook:
    """The match levels by scope."""

    def __init__(self, levels: Iterable[LevelRule]) -> None:
        self._levels: dict[Key, str] = {}
        for row in levels:
            self._levels.setdefault((None, None, row.vendor or None, row.item or None), row.level)

    def find(self, scope: Scope, own: str | None) -> str:
        """Give the order line's own level, else the most specific row's, else `three_way`."""
        if own:
            return own
        for _, key in scope.places() if self._levels else ():
            if key in self._levels:
                return self._levels[key]
        return Level.THREE_WAY


def judge(
    found: ScopedRule,
    variance: Decimal,
    *,
    base: Decimal,
    ledger_amount: Decimal | None,
    quantity: Decimal | None = None,
) -> Verdict:
    """Hold a variance against a rule: above against the upper limits, below against the lower ones.

    An amount without an exchange rate (`None`) cannot be shown to be inside, so it breaks an amount limit.
    """
    limits = found.rule.upper if variance > 0 else found.rule.lower
    size = abs(variance)
    holds: list[tuple[str, Decimal, bool]] = []
    if limits.percent is not None:
        holds.append(("percent", limits.percent, settle(size * 100 - limits.percent * abs(base)) <= 0))
    if limits.amount is not None:
        inside = ledger_amount is not None and settle(abs(ledger_amount) - limits.amount) <= 0
        holds.append(("amount", limits.amount, inside))
    if limits.quantity is not None and quantity is not None:
        holds.append(("quantity", limits.quantity, settle(abs(quantity) - limits.quantity) <= 0))
    broken = tuple(BrokenLimit(limit, value, found.scope) for limit, value, inside in holds if not inside)
    one_is_enough = found.rule.combine == Combine.ANY
    if not broken or (one_is_enough and len(broken) < len(holds)):
        return Verdict(Effect.INFO)
    return Verdict(Effect.BLOCK if variance > 0 else BELOW_EFFECTS[Below(found.rule.below)], broken)
