"""Which rules an invoice is judged by: those of the day it came, unless somebody chose others on purpose."""

from __future__ import annotations

import datetime
import functools
import json
import logging
from collections.abc import Collection, Iterable

from django.contrib.auth.models import User
from django.db import transaction

from masterdata.models import Company
from reconciliation.matching import facts, policy_from
from reconciliation.models import PolicyVersion, SupplierInvoice

from .defaults import complete

logger = logging.getLogger(__name__)

STILL_OPEN = [SupplierInvoice.Status.RECEIVED, SupplierInvoice.Status.BLOCKED]


class RulesOfTheDay:
    """A company's versions, each read once, and the one that each invoice is judged by."""

    def __init__(self, company: Company) -> None:
        self._versions = list(PolicyVersion.objects.of(company).approved())
        self._by_key = {version.pk: version for version in self._versions}
        self._read = functools.cache(self._policy)

    def version_for(self, invoice: SupplierInvoice) -> PolicyVersion | None:
        """Give the version an invoice is judged by; None in a company that has none, which gets the defaults.

        The day is the one on which the invoice came to us: the date printed on it is the vendor's choice.
        """
        return self.version_at(invoice.created_at, chosen=invoice.judged_by_id)

    def version_at(self, moment: datetime.datetime, *, chosen: int | None = None) -> PolicyVersion | None:
        """Give the version for what came at a moment, unless one was chosen for it."""
        if chosen in self._by_key:
            return self._by_key[chosen]
        came = [version for version in self._versions if version.counts_at(moment)]
        return came[-1] if came else next(iter(self._versions), None)

    def policy_for(self, invoice: SupplierInvoice) -> facts.Policy:
        return self.policy_of(self.version_for(invoice))

    def policy_of(self, version: PolicyVersion | None) -> facts.Policy:
        return self._read(version.pk if version else None)

    def _policy(self, key: int | None) -> facts.Policy:
        return _read(None if key is None else json.dumps(self._by_key[key].content))


@functools.lru_cache(maxsize=64)
def _read(content: str | None) -> facts.Policy:
    """Read the content of a version, which says the same for ever."""
    return complete(facts.Policy() if content is None else policy_from(json.loads(content)))


def narrowed(policy: facts.Policy, vendors: Collection[str], items: Collection[str]) -> facts.Policy:
    """Leave out the rows of other vendors and items, so that a stored question stays small."""
    levels = tuple(row for row in policy.levels if _concerns(row, vendors, items))
    rules = tuple(row for row in policy.rules if _concerns(row, vendors, items))
    if (len(levels), len(rules)) == (len(policy.levels), len(policy.rules)):
        return policy
    return facts.Policy(levels=levels, rules=rules, options=policy.options)


@transaction.atomic
def judge_again(company: Company) -> int:
    """Mark the open invoices as due for matching, by the rules they have; returns how many."""
    return SupplierInvoice.objects.filter(pk__in=_locked_open(company)).update(match_due=True)


@transaction.atomic
def judge_by(version: PolicyVersion, *, by: User) -> int:
    """Judge what is still open by this version, whenever it came; returns how many invoices that are."""
    keys = _locked_open(version.company)
    SupplierInvoice.objects.filter(pk__in=keys).update(judged_by=version, match_due=True)
    logger.info("User %s had %s open invoices judged by policy version %s", by.pk, len(keys), version.pk)
    return len(keys)


def _locked_open(company: Company) -> list[int]:
    due = SupplierInvoice.objects.filter(company=company, status__in=STILL_OPEN)
    rows: Iterable[int] = due.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    return list(rows)


def _concerns(
    row: facts.LevelRule | facts.ToleranceRule, vendors: Collection[str], items: Collection[str]
) -> bool:
    return (row.vendor is None or row.vendor in vendors) and (row.item is None or row.item in items)
