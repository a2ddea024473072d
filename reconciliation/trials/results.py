"""What a trial found, added up: money released and held, and the leakage meter by vendor and by rule."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from masterdata.models import Vendor
from reconciliation.matching.facts import ZERO
from reconciliation.models import LetThrough, RulesTrial, TriedInvoice

Change = TriedInvoice.Change
CHANGES = (Change.RELEASED, Change.BLOCKED, Change.EASED, Change.OTHER)


@dataclass(frozen=True)
class Money:
    """How many invoices, and what they come to."""

    invoices: int = 0
    amount: Decimal = ZERO


@dataclass(frozen=True)
class Leak:
    """What gets through within the limits of one rule, or to one vendor: then, and as tried."""

    name: str
    scope: str
    invoices: int
    then: Decimal
    as_tried: Decimal

    @property
    def more(self) -> Decimal:
        return self.as_tried - self.then


def money(trial: RulesTrial) -> dict[str, Money]:
    """Add up the invoices by what changes for them."""
    rows = trial.invoices.values("change").annotate(invoices=Count("pk"), amount=Sum("amount"))
    found = {row["change"]: Money(row["invoices"], row["amount"] or ZERO) for row in rows}
    return {change: found.get(change, Money()) for change in CHANGES}


def lacking_rates(trial: RulesTrial) -> int:
    """Count the invoices whose money is in no sum, because there is no exchange rate for it."""
    return trial.invoices.filter(lacks_rate=True).count()


def changed(trial: RulesTrial, change: str) -> QuerySet[TriedInvoice]:
    """Give the invoices of one kind of change, the most money first."""
    rows = trial.invoices.filter(change=change).select_related("invoice")
    ordered: QuerySet[Any] = rows.order_by(F("amount").desc(nulls_last=True), "pk")
    return ordered


def leak(trial: RulesTrial) -> Leak:
    """Give all that gets through within the limits."""
    sums = trial.let_through.aggregate(
        invoices=Count("tried", distinct=True), then=Sum("then"), as_tried=Sum("as_tried")
    )
    return Leak("", "", sums["invoices"], sums["then"] or ZERO, sums["as_tried"] or ZERO)


def leak_by_rule(trial: RulesTrial) -> list[Leak]:
    return [
        Leak(row["check_name"], row["scope"], *_sums(row)) for row in _grouped(trial, "check_name", "scope")
    ]


def leak_by_vendor(trial: RulesTrial) -> list[Leak]:
    rows = list(_grouped(trial, "vendor_number"))
    names = vendor_names(trial, {row["vendor_number"] for row in rows})
    return [Leak(row["vendor_number"], names.get(row["vendor_number"], ""), *_sums(row)) for row in rows]


def vendor_names(trial: RulesTrial, numbers: Collection[str]) -> dict[str, str]:
    vendors = Vendor.objects.filter(company=trial.company_id, number__in=numbers)
    return dict(vendors.values_list("number", "name"))


def tried_invoices(trial: RulesTrial) -> QuerySet[Any]:
    """Give every invoice of the result with its sums, for export."""
    rows = trial.invoices.select_related("invoice").annotate(
        leak_then=Sum("let_through__then"), leak_tried=Sum("let_through__as_tried")
    )
    ordered: QuerySet[Any] = rows.order_by("pk")
    return ordered


def let_through(trial: RulesTrial) -> QuerySet[LetThrough]:
    rows: QuerySet[LetThrough] = trial.let_through.select_related("tried__invoice").order_by("pk")
    return rows


def _grouped(trial: RulesTrial, *names: str) -> QuerySet[LetThrough, dict[str, Any]]:
    rows = trial.let_through.filter(Q(then__gt=0) | Q(as_tried__gt=0)).values(*names)
    summed = rows.annotate(
        invoices=Count("tried", distinct=True), sum_then=Sum("then"), sum_tried=Sum("as_tried")
    )
    grouped: QuerySet[LetThrough, dict[str, Any]] = summed.order_by("-sum_tried", "-sum_then", *names)
    return grouped


def _sums(row: dict[str, Any]) -> tuple[int, Decimal, Decimal]:
    return row["invoices"], row["sum_then"], row["sum_tried"]
