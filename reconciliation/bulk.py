"""What ties out to the last digit, judged and kept by one SQL statement for thousands of invoices at once.

The engine stays the one truth: the statement takes only invoices of which the engine can say nothing but
"clean" (or, where there is tax, that no order tells of it), whatever the tolerances are, and keeps the
figures of the very question and answer that the engine would leave behind. One order, all quantities and
prices equal, nothing else on the order and nothing that looks alike. All others are left to the engine. A
test asks both about the same invoices.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import DataError, connection, transaction

from masterdata.models import Company

from . import documents
from .bulk_sql import ASKED, LOCK, PLAIN
from .grounds import Grounds
from .judged_before import JudgedBefore
from .matching import ENGINE_VERSION, Outcome, facts
from .matching.facts import Check
from .models import PolicyVersion, SupplierInvoice
from .policies import RulesOfTheDay
from .policies.in_force import narrowed
from .row_keys import array_of

logger = logging.getLogger(__name__)

CHUNK = 2000
WORTH_IT = 100  # fewer invoices are judged as fast by the engine
Progress = Callable[[int, int], None]
FALLS_SHORT = (Check.QUANTITY_ORDERED, Check.LINE_TOTAL)


class _Due(NamedTuple):
    """An invoice that is due and locked: what decides by which rules it is judged."""

    pk: int
    company_id: int
    judged_by_id: int | None
    created_at: Any


@dataclass(frozen=True)
class _Rules:
    """What of a policy the statement has to know, and whether it can be used under it at all."""

    policy: facts.Policy

    @property
    def can_be_plain(self) -> bool:
        """Tell whether nothing is drawn at random and no rule is for single order lines."""
        return not self.policy.options.sample_percent and not any(
            rule.order_line for rule in self.policy.rules
        )

    @functools.cached_property
    def of_all(self) -> facts.Policy:
        """The rules that name no vendor and no item: those by which all is judged that is taken."""
        return narrowed(self.policy, (), ())

    @functools.cached_property
    def terms(self) -> dict[str, Any]:
        rows: tuple[facts.ToleranceRule | facts.LevelRule, ...] = (*self.policy.rules, *self.policy.levels)
        ceilings = [
            rule.upper.amount
            for rule in self.of_all.rules
            if rule.check == Check.LARGE_AMOUNT and rule.upper.amount is not None
        ]
        return {
            "vendors": sorted({row.vendor for row in rows if row.vendor}),
            "items": sorted({row.item for row in rows if row.item}),
            "days": self.policy.options.near_duplicate_days,
            "ceiling": min(ceilings, default=None),
            "may_be_taxed": all(rule.upper == facts.UNLIMITED for rule in self.of_all.rules if _of_tax(rule)),
            "may_be_short": not any(_bounds_below(rule) for rule in self.of_all.rules),
        }


def match_plain(limit: int | None = None, *, tell: Progress | None = None) -> int:
    """Judge what ties out to the last digit of all that is due; returns how many invoices that were.

    Each chunk is a transaction of its own: what is stopped or killed goes on where it was. Several may be at
    it at once, they take different chunks. `tell` hears how many were looked at and how many tied out.
    """
    due = SupplierInvoice.objects.due_for_matching()
    if not due[WORTH_IT:].exists():
        return 0
    looked_at, judged, after = 0, 0, 0
    while limit is None or judged < limit:
        try:
            seen, count, last = _chunk(after, CHUNK if limit is None else min(CHUNK, limit - judged))
        except DataError:
            logger.exception("The statement cannot hold some figures; all that is left is the engine's")
            break
        if last is None:
            break
        looked_at, judged, after = looked_at + seen, judged + count, last
        if tell is not None:
            tell(looked_at, judged)
    return judged


@transaction.atomic
def _chunk(after: int, size: int) -> tuple[int, int, int | None]:
    """Judge the plain ones of the next invoices; gives how many there were and the last key as well."""
    invoices = _locked(after, size)
    before = JudgedBefore.of([invoice.pk for invoice in invoices])
    free = [invoice for invoice in invoices if invoice.pk not in before.left_alone]
    plain: dict[int, int | None] = {}
    for company in Company.objects.filter(pk__in={invoice.company_id for invoice in free}):
        theirs = [invoice for invoice in free if invoice.company_id == company.pk]
        plain |= _judge(company, theirs, before)
    if plain:
        documents.mark_tied_out(plain)
        before.clear_cases(plain)
        logger.info("Matched %s invoices that tie out to the last digit", len(plain))
    return len(invoices), len(plain), invoices[-1].pk if invoices else None


def _locked(after: int, size: int) -> list[_Due]:
    """Lock first and look then, so that a change that comes in between makes an invoice due again."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"after": after, "size": size})
        return [_Due(*row) for row in cursor.fetchall()]


def _judge(company: Company, invoices: Iterable[_Due], before: JudgedBefore) -> dict[int, int | None]:
    """Give those that tie out, each with its judgement where that is new."""
    rules = RulesOfTheDay(company)
    by_version: dict[PolicyVersion | None, list[int]] = {}
    for invoice in invoices:
        version = rules.version_at(invoice.created_at, chosen=invoice.judged_by_id)
        by_version.setdefault(version, []).append(invoice.pk)
    found: dict[int, int | None] = {}
    for version, theirs in by_version.items():
        known = _Rules(rules.policy_of(version))
        if known.can_be_plain:
            found |= _written(company, version, theirs, known, before)
    return found


def _written(
    company: Company, version: PolicyVersion | None, keys: list[int], known: _Rules, before: JudgedBefore
) -> dict[int, int | None]:
    terms = {
        **known.terms,
        "ids": array_of(keys),
        "company": company.pk,
        "ledger": company.ledger_currency,
        "version": version.pk if version else None,
        "ground": Grounds(company).of(known.of_all).pk,
        "engine": ENGINE_VERSION,
        "before": array_of(before.figures_of(keys)),
        "clean": str(Outcome.CLEAN),
        "within": str(Outcome.WITHIN),
    }
    with connection.cursor() as cursor:
        cursor.execute(ASKED, terms)
        cursor.execute(PLAIN, terms)
        return dict(cursor.fetchall())


def _of_tax(rule: facts.ToleranceRule) -> bool:
    """Tell whether a rule is held against a tax of which no order says anything, or a total with it."""
    return rule.check == Check.TAX or (rule.check == Check.TOTAL and rule.code in ("tax", "invoice"))


def _bounds_below(rule: facts.ToleranceRule) -> bool:
    """Tell whether a rule has something to say of an order that is not billed in full."""
    lower: tuple[Decimal | None, ...] = (rule.lower.percent, rule.lower.amount, rule.lower.quantity)
    return rule.check in FALLS_SHORT and any(limit is not None for limit in lower)
