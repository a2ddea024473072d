"""One stored question asked again under other rules, beside what was answered then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from reconciliation.leakage import HELD_BACK, Leaks, leaks
from reconciliation.matching import ENGINE_VERSION, Case, Effect, answer, case_from, facts, match
from reconciliation.matching.exact import to_cents
from reconciliation.matching.rates import RateTable
from reconciliation.models import TriedInvoice
from reconciliation.policies.in_force import narrowed

Change = TriedInvoice.Change
Answer = Mapping[str, Any]
Key = tuple[str, int | None, str | None]


@dataclass(frozen=True)
class Tried:
    """What other rules make of an invoice; amounts are in company currency, None without a rate."""

    change: str
    outcome_then: str
    outcome_tried: str
    amount: Decimal | None
    gone: list[dict[str, Any]]
    came: list[dict[str, Any]]
    leaks_then: Leaks | None
    leaks_tried: Leaks | None

    @property
    def lacks_rate(self) -> bool:
        return self.amount is None or self.leaks_then is None or self.leaks_tried is None

    @property
    def is_worth_keeping(self) -> bool:
        return self.change != Change.SAME or self.leaks_then != {} or self.leaks_tried != {}


def ask_again(question: Answer, then: Answer, engine: str, policy: facts.Policy) -> Tried:
    """Judge a stored question by other rules. Raises FormError if it cannot be read any more.

    An answer of an older engine is worked out anew, so that only the rules make a difference.
    """
    case = case_from(question)
    if engine != ENGINE_VERSION:
        then = answer(match(case))
    other = under(policy, case)
    tried = answer(match(other))
    gone, came = _reasons(then, tried), _reasons(tried, then)
    return Tried(
        change=_change(then, tried, gone, came),
        outcome_then=then["outcome"],
        outcome_tried=tried["outcome"],
        amount=_amount(case),
        gone=gone,
        came=came,
        leaks_then=leaks(case, then),
        leaks_tried=leaks(other, tried),
    )


def under(policy: facts.Policy, case: Case) -> Case:
    """Lay the case before other rules, of which only those that concern it are kept."""
    items = {line.item for order in case.orders for line in order.lines}
    items |= {line.item for line in case.invoice.lines}
    vendors = {case.invoice.vendor or "", *(order.vendor for order in case.orders)}
    return replace(case, policy=narrowed(policy, vendors, items))


def _change(then: Answer, tried: Answer, gone: list[Any], came: list[Any]) -> str:
    was_held, is_held = then["outcome"] in HELD_BACK, tried["outcome"] in HELD_BACK
    if was_held != is_held:
        return Change.RELEASED if was_held else Change.BLOCKED
    if is_held:
        return Change.OTHER if gone or came else Change.SAME
    return Change.EASED if gone else Change.SAME


def _reasons(held: Answer, other: Answer) -> list[dict[str, Any]]:
    """Give the reasons that needed a person on one side and do not on the other, with both sentences."""
    others = {_key(finding): finding for finding in other["findings"]}
    found = []
    for finding in held["findings"]:
        beside = others.get(_key(finding))
        if _needs_someone(finding) and not (beside and _needs_someone(beside)):
            told = {name: finding[name] for name in ("code", "line", "subject", "amount", "percent")}
            found.append(
                {**told, "sentence": finding["sentence"], "other": (beside or {}).get("sentence", "")}
            )
    return found


def _needs_someone(finding: Answer) -> bool:
    return bool(finding["effect"] == Effect.BLOCK or finding["released"])


def _key(finding: Answer) -> Key:
    return finding["code"], finding["line"], finding["subject"]


def _amount(case: Case) -> Decimal | None:
    """Give what the invoice comes to in company currency; one that states no total comes to nothing."""
    invoice = case.invoice
    rates = RateTable(case.ledger_currency, case.rates)
    amount = rates.to_ledger(abs(invoice.total or facts.ZERO), invoice.currency, invoice.date)
    return None if amount is None else to_cents(amount)
