"""The figures of the boards: what is blocked, by day, reason and owner, and how much goes untouched."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, Subquery, Sum

from masterdata.models import Company

from .matching import Outcome
from .models import CaseTally, ExceptionCase, MatchDecision, SupplierInvoice

Cut = CaseTally.Cut
IS_OPEN = Q(status__in=ExceptionCase.OPEN_STATUSES)
TIED_OUT = (Outcome.CLEAN, Outcome.WITHIN, Outcome.WARNING)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Bar:
    """What falls together under one key, in one currency."""

    key: Any
    currency: str
    cases: int
    amount: Decimal
    discount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Bucket:
    """Days from one to another, counted from today; None leaves an end open."""

    first: int | None
    last: int | None

    def days(self, today: datetime.date) -> tuple[datetime.date | None, datetime.date | None]:
        ends = (self.first, self.last)
        first, last = (None if end is None else today + end * DAY for end in ends)
        return first, last


@dataclass(frozen=True)
class Rates:
    """How the invoices fared that came in since a day; None where none did."""

    invoices: int
    touchless: Decimal | None
    first_pass: Decimal | None
    to_release: datetime.timedelta | None


def by_day(
    company: Company, cut: CaseTally.Cut, buckets: Iterable[Bucket], today: datetime.date
) -> list[Bar]:
    """Add the open cases up by buckets of days; the key is the bucket."""
    rows = list(
        CaseTally.objects.of(company, cut)
        .filter(status="", day__isnull=False)
        .values_list("day", "currency")
        .annotate(n=Sum("cases"), money=Sum("amount"), lost=Sum("discount"))
        .order_by("currency")
    )
    bars = []
    for bucket in buckets:
        first, last = bucket.days(today)
        within = [row for row in rows if (not first or row[0] >= first) and (not last or row[0] <= last)]
        for currency in sorted({row[1] for row in within}):
            mine = [row for row in within if row[1] == currency]
            cases, amount, lost = (sum((row[place] for row in mine), Decimal(0)) for place in (2, 3, 4))
            if cases:
                bars.append(Bar(bucket, currency, int(cases), amount, lost))
    return bars


def by(company: Company, column: str) -> list[Bar]:
    """Add the open cases up by their reason (`code`) or their owner's name (`owner__username`)."""
    rows = (
        CaseTally.objects.of(company, Cut.DESK)
        .filter(IS_OPEN)
        .values_list(column, "currency")
        .annotate(n=Sum("cases"), money=Sum("amount"), lost=Sum("discount"))
        .filter(n__gt=0)
        .order_by("-money")
    )
    return [Bar(key, currency, int(n), money, lost) for key, currency, n, money, lost in rows]


def rates(company: Company, since: datetime.datetime) -> Rates:
    """Say how many had no case, how many tied out at the first look, and how long a release took."""
    first = MatchDecision.objects.filter(invoice=OuterRef("pk")).order_by("pk").values("outcome")[:1]
    judged = SupplierInvoice.objects.of(company).filter(created_at__gte=since)
    judged = judged.exclude(status=SupplierInvoice.Status.RECEIVED)
    had_case = Exists(ExceptionCase.objects.filter(invoice=OuterRef("pk")))
    counts = judged.annotate(had_case=had_case, first=Subquery(first)).aggregate(
        invoices=Count("pk"),
        touchless=Count("pk", filter=Q(had_case=False)),
        first_pass=Count("pk", filter=Q(first__in=TIED_OUT)),
    )
    released = ExceptionCase.objects.of(company).filter(closed_at__gte=since, status="released")
    took = released.aggregate(average=Avg(F("closed_at") - F("opened_at")))["average"]
    share = _share_of(counts["invoices"])
    return Rates(counts["invoices"], share(counts["touchless"]), share(counts["first_pass"]), took)


def _share_of(whole: int) -> Callable[[int], Decimal | None]:
    return lambda part: Decimal(part) * 100 / whole if whole else None
