"""The figures that screens show: counts, queues and blocked money, each asked in one query."""

from __future__ import annotations

import datetime
from collections.abc import MutableMapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, F, Q, QuerySet, Sum

from masterdata.models import Company

from .models import CaseTally, ExceptionCase, GoodsReceipt
from .roles import RESOLVE

Status = ExceptionCase.Status
SESSION_KEY = "company"


@dataclass(frozen=True)
class QueueCounts:
    """How many cases each tab of the worklist holds."""

    mine: int
    waiting: int
    approval: int
    open: int


@dataclass(frozen=True)
class BlockedMoney:
    code: str
    currency: str
    cases: int
    amount: Decimal
    share: int


@dataclass(frozen=True)
class ReceiptsOfDay:
    recorded: int
    posted: int
    first_missing: GoodsReceipt | None


def company_of(session: MutableMapping[str, Any], companies: list[Company]) -> Company | None:
    """Give the company that this person works in; the first where none was chosen."""
    chosen = session.get(SESSION_KEY)
    return next(
        (company for company in companies if company.pk == chosen), companies[0] if companies else None
    )


def in_queue_of(user: User) -> Q:
    """Say which open cases are this person's turn: their own; for those who resolve, also the unowned."""
    mine = Q(owner=user)
    if user.has_perm(RESOLVE):
        mine |= Q(owner=None)
    return Q(status=Status.OPEN) & mine


def queue_counts(company: Company, user: User) -> QueueCounts:
    """Count what each tab holds, from the kept counts."""
    kept = CaseTally.objects.of(company, CaseTally.Cut.DESK).filter(status__in=ExceptionCase.OPEN_STATUSES)
    counts = kept.aggregate(
        mine=Sum("cases", filter=in_queue_of(user)),
        waiting=Sum("cases", filter=Q(status=Status.WAITING)),
        approval=Sum("cases", filter=Q(status=Status.PROPOSED)),
        open=Sum("cases"),
    )
    return QueueCounts(**{name: int(count or 0) for name, count in counts.items()})


def my_queue(company: Company, user: User) -> QuerySet[ExceptionCase]:
    """Give the cases that are this person's turn, the most money first."""
    rows = ExceptionCase.objects.of(company).filter(in_queue_of(user)).select_related("owner")
    return rows.order_by(F("amount").desc(), "pk")


def blocked_money(company: Company) -> list[BlockedMoney]:
    """Add up the open cases by reason; currencies are never added together, the ledger's comes first."""
    kept = CaseTally.objects.of(company, CaseTally.Cut.DESK).filter(status__in=ExceptionCase.OPEN_STATUSES)
    rows = (
        kept.values("code", "currency")
        .annotate(n=Sum("cases"), total=Sum("amount"))
        .filter(n__gt=0)
        .order_by("-total")
    )
    most: dict[str, Decimal] = {}
    for row in rows:
        most[row["currency"]] = max(most.get(row["currency"], Decimal(0)), row["total"])
    blocked = [
        BlockedMoney(
            code=row["code"],
            currency=row["currency"],
            cases=int(row["n"]),
            amount=row["total"],
            share=int(row["total"] * 100 / most[row["currency"]]) if most[row["currency"]] else 0,
        )
        for row in rows
    ]
    return sorted(
        blocked, key=lambda row: (row.currency != company.ledger_currency, row.currency, -row.amount)
    )


def receipts_of(company: Company, day: datetime.date, *, zone: datetime.tzinfo) -> ReceiptsOfDay:
    """Tell how far the receipts that came on a day have come on their way to BC."""
    begins, ends = (
        datetime.datetime.combine(each, datetime.time.min, tzinfo=zone)
        for each in (day, day + datetime.timedelta(days=1))
    )
    rows = (
        GoodsReceipt.objects.of(company)
        .filter(created_at__gte=begins, created_at__lt=ends)
        .exclude(status=GoodsReceipt.Status.CANCELLED)
    )
    done = Q(status__in=[GoodsReceipt.Status.POSTED, GoodsReceipt.Status.RECORDED])
    counts = rows.aggregate(recorded=Count("pk"), posted=Count("pk", filter=done))
    missing = rows.exclude(done).order_by("pk").first() if counts["recorded"] > counts["posted"] else None
    return ReceiptsOfDay(counts["recorded"], counts["posted"], missing)
