"""How many cases answer a question and how much money they hold, without reading them all.

The kept counts answer most questions exactly. What is asked beyond them is counted where it is little, and
told as an estimate of the database's planner where it is much.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet, Sum

from masterdata.models import Company
from reconciliation.dashboard import QueueCounts, in_queue_of
from reconciliation.models import CaseTally, ExceptionCase

from .queue import EXACTLY, Question

Status = ExceptionCase.Status
Cut = CaseTally.Cut
COUNTED_UP_TO = 1000
VENDOR_TABS = ("open", "waiting", "approval")
IS_OPEN = Q(status__in=ExceptionCase.OPEN_STATUSES)


@dataclass(frozen=True)
class Total:
    currency: str
    cases: int
    amount: Decimal
    discount: Decimal


@dataclass(frozen=True)
class Sums:
    """`is_estimate`: the count is the planner's, and the money is not known."""

    count: int
    totals: list[Total]
    is_estimate: bool = False


@dataclass(frozen=True)
class Owner:
    username: str
    name: str


@dataclass(frozen=True)
class Desk:
    """What one look at the kept counts tells: the tabs, who has cases, and the sums where it can."""

    counts: QueueCounts
    owners: list[Owner]
    sums: Sums | None


def desk(company: Company, user: User, question: Question) -> Desk:
    """Ask the kept counts once for all that the worklist shows of them."""
    asked = _on_the_desk(question, user)
    figures = {"n": Sum("cases"), "mine": Sum("cases", filter=in_queue_of(user))}
    if asked is not None:
        figures |= {f"asked_{name}": Sum(name, filter=asked) for name in ("cases", "amount", "discount")}
    kept_counts = CaseTally.objects.of(company, Cut.DESK)
    if question.tab != "closed":
        kept_counts = kept_counts.filter(IS_OPEN)
    names = ("owner__username", "owner__first_name", "owner__last_name")
    rows = list(kept_counts.order_by().values("status", *names, "currency").annotate(**figures))
    still_open = [row for row in rows if row["status"] in ExceptionCase.OPEN_STATUSES]
    return Desk(
        counts=_counts(still_open),
        owners=_owners(still_open),
        sums=None if asked is None else _added(rows),
    )


def of_rows(rows: Iterable[ExceptionCase]) -> Sums:
    """Add up rows that are all there."""
    totals: dict[str, Total] = {}
    for row in rows:
        before = totals.get(row.currency, Total(row.currency, 0, Decimal(0), Decimal(0)))
        totals[row.currency] = Total(
            row.currency,
            before.cases + 1,
            before.amount + row.amount,
            before.discount + (row.discount_amount or 0),
        )
    return _sums(totals.values())


def kept(company: Company, question: Question) -> Sums | None:
    """Answer by vendor, or by day, from the kept counts; None where the question asks for more."""
    asked = _by_vendor(question) or _by_day(question)
    if asked is None:
        return None
    cut, condition = asked
    rows = (
        CaseTally.objects.of(company, cut)
        .filter(condition)
        .order_by()
        .values("currency")
        .annotate(asked_cases=Sum("cases"), asked_amount=Sum("amount"), asked_discount=Sum("discount"))
    )
    return _added(rows)


def counted(found: QuerySet[ExceptionCase], *, exactly: bool = False) -> Sums:
    """Count and add up what was found where it is little or the person insists; else estimate."""
    guess = 0 if exactly else estimate(found)
    if guess > COUNTED_UP_TO:
        return Sums(guess, [], is_estimate=True)
    rows = found.order_by().values("currency")
    rows = rows.annotate(n=Count("pk"), money=Sum("amount"), lost=Sum("discount_amount"))
    return _sums(Total(row["currency"], row["n"], row["money"], row["lost"] or Decimal(0)) for row in rows)


def kept_by(question: Question, company: Company, user: User, column: str) -> QuerySet[CaseTally] | None:
    """Give the kept counts that tell a column's values apart within this question; None where none do."""
    if column == "code":
        asked = _on_the_desk(question, user)
        return None if asked is None else CaseTally.objects.of(company, Cut.DESK).filter(asked).order_by()
    if column == "vendor_number" and not question.told_filters and question.tab in VENDOR_TABS:
        kept_counts = CaseTally.objects.of(company, Cut.VENDOR)
        return kept_counts.filter(question.status_filter).order_by()
    return None


def estimate(found: QuerySet[ExceptionCase]) -> int:
    """Ask the planner how many rows it expects."""
    plan = json.loads(found.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


def _on_the_desk(question: Question, user: User) -> Q | None:
    """Say the question in the columns of the kept counts; None where they lack one."""
    if set(question.told_filters) - {"reason", "owner"}:
        return None
    asked = question.tab_filter(user) & question.owner_filter()
    asked &= ~IS_OPEN if question.tab == "closed" else IS_OPEN
    return asked & Q(code=question.reason) if question.reason else asked


def _by_vendor(question: Question) -> tuple[CaseTally.Cut, Q] | None:
    if set(question.told_filters) != {"vendor"} or question.tab not in VENDOR_TABS:
        return None
    if not question.vendor.startswith(EXACTLY):
        return None
    return Cut.VENDOR, question.vendor_filter() & question.status_filter


def _by_day(question: Question) -> tuple[CaseTally.Cut, Q] | None:
    names = {name.partition("_")[0] for name in question.told_filters}
    if question.tab != "open" or len(names) != 1:
        return None
    cuts = {"due": Cut.DUE, "until": Cut.DISCOUNT, "opened": Cut.OPENED}
    name = names.pop()
    if name not in cuts:
        return None
    # The status is empty under these cuts; saying so lets the index lead to the days.
    days, asked = getattr(question, name), Q(status="", day__isnull=False)
    if days.first:
        asked &= Q(day__gte=days.first)
    if days.last:
        asked &= Q(day__lte=days.last)
    return cuts[name], asked


def _counts(rows: list[dict[str, Any]]) -> QueueCounts:
    def cases(*statuses: str) -> int:
        return int(sum(row["n"] for row in rows if row["status"] in statuses))

    return QueueCounts(
        mine=int(sum(row["mine"] or 0 for row in rows)),
        waiting=cases(Status.WAITING),
        approval=cases(Status.PROPOSED),
        open=cases(*ExceptionCase.OPEN_STATUSES),
    )


def _owners(rows: list[dict[str, Any]]) -> list[Owner]:
    found = {}
    for row in rows:
        if row["owner__username"] and row["n"]:
            name = f"{row['owner__first_name']} {row['owner__last_name']}".strip()
            found[row["owner__username"]] = name or row["owner__username"]
    return [Owner(username, name) for username, name in sorted(found.items())]


def _added(rows: Iterable[Any]) -> Sums:
    totals: dict[str, Total] = {}
    for row in rows:
        currency = row["currency"]
        before = totals.get(currency, Total(currency, 0, Decimal(0), Decimal(0)))
        totals[currency] = Total(
            currency,
            before.cases + int(row["asked_cases"] or 0),
            before.amount + (row["asked_amount"] or 0),
            before.discount + (row["asked_discount"] or 0),
        )
    return _sums(totals.values())


def _sums(totals: Iterable[Total]) -> Sums:
    there = sorted((total for total in totals if total.cases), key=lambda total: -total.amount)
    return Sums(sum(total.cases for total in there), there)
