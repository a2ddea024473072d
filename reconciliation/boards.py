"""The figures of the boards: what is blocked, by day, reason and owner, and how much goes untouched."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Avg, Count, Exists, F, OuterRef, Q, Subquery, Sum

from masterdata.models import Company

from .matching import Outcome
from .models import CaseTally, ExceptionCase, MatchDecision, SupplierInvoice

Cut = CaseTally.Cut
IS_OPEN = Q(status__in=ExceptionCase.OPEN_STATUSES)
TIED_OUT = (Outcome.CLEAN, Outcome.WITHIN, Outcome.WARNING)
DAY = datetime.timedelta(days=1)

# Accepted and billed quantities in the order's own unit, valued at its price; other units are left out.
NOT_YET = """
WITH came AS (
  SELECT r.order_id, g.order_line, g.unit, sum(g.quantity_accepted) AS quantity
    FROM reconciliation_goodsreceiptline g JOIN reconciliation_goodsreceipt r ON r.id = g.receipt_id
   WHERE r.company_id = %(company)s AND r.reversed_on IS NULL AND r.status <> 'cancelled'
   GROUP BY 1, 2, 3),
billed AS (
  SELECT coalesce(nullif(l.order_number, ''), i.order_number) AS order_number, l.order_line, l.unit,
         sum(CASE WHEN i.type = 'credit_memo' THEN -l.quantity ELSE l.quantity END) AS quantity
    FROM reconciliation_invoiceline l JOIN reconciliation_supplierinvoice i ON i.id = l.invoice_id
   WHERE i.company_id = %(company)s AND i.status <> 'rejected'
   GROUP BY 1, 2, 3)
SELECT o.vendor_number, o.currency,
       sum(greatest(coalesce(c.quantity, 0) - coalesce(b.quantity, 0), 0) * l.unit_price / l.price_base),
       sum(greatest(coalesce(b.quantity, 0) - coalesce(c.quantity, 0), 0) * l.unit_price / l.price_base)
  FROM reconciliation_purchaseorder o
  JOIN reconciliation_purchaseorderline l ON l.order_id = o.id
  LEFT JOIN came c ON c.order_id = o.id AND c.order_line = l.line AND c.unit = l.unit
  LEFT JOIN billed b ON b.order_number = o.number AND b.order_line = l.line AND b.unit IN (l.unit, '')
 WHERE o.company_id = %(company)s AND l.price_base <> 0 AND (c.quantity IS NOT NULL OR b.quantity IS NOT NULL)
 GROUP BY 1, 2
"""


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


@dataclass(frozen=True)
class NotYet:
    """Goods of a vendor that came and are not billed, or the other way round."""

    vendor: str
    currency: str
    received: Decimal
    billed: Decimal


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


def not_yet(company: Company) -> list[NotYet]:
    """Give what came and is not billed, and what is billed and did not come, by vendor."""
    with connection.cursor() as cursor:
        cursor.execute(NOT_YET, {"company": company.pk})
        rows = [NotYet(*row) for row in cursor.fetchall()]
    return [row for row in rows if row.received or row.billed]


def _share_of(whole: int) -> Callable[[int], Decimal | None]:
    return lambda part: Decimal(part) * 100 / whole if whole else None
