"""The rows of a page in groups, each with what the whole group adds up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet, Sum
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from masterdata.models import Company
from reconciliation.models import ExceptionCase

from . import figures, sums
from .filled_rows import filled
from .queue import EXACTLY, Question
from .reasons import reason
from .rows import Row

COLUMNS = {"vendor": "vendor_number", "reason": "code", "order": "order_number"}


@dataclass(frozen=True)
class Group:
    """Rows that belong together; `url` shows them alone."""

    title: str
    told: str
    url: str
    filled: SafeString


def groups(
    question: Question,
    company: Company,
    user: User,
    found: QuerySet[ExceptionCase],
    total: sums.Sums,
    cases: list[ExceptionCase],
    shown: Iterable[Row],
    columns: tuple[str, ...],
    *,
    may_take: bool,
) -> list[Group]:
    """Part the rows, which come sorted by their group; without a grouping all are one."""
    if not question.group:
        return [Group("", "", "", filled(shown, columns, may_take=may_take))]
    column = COLUMNS[question.group]
    totals = _totals(question, company, user, found, total, {getattr(case, column) for case in cases})
    pairs = zip(cases, shown, strict=True)
    parted = groupby(pairs, key=lambda pair: getattr(pair[0], column))
    return [
        _group(question, key, list(members), totals.get(key, []), columns, may_take=may_take)
        for key, members in parted
    ]


def _group(
    question: Question,
    key: str,
    members: list[tuple[ExceptionCase, Row]],
    totals: list[sums.Total],
    columns: tuple[str, ...],
    *,
    may_take: bool,
) -> Group:
    case, row = members[0]
    titles: dict[str, Callable[[], str]] = {
        "vendor": lambda: f"{row.vendor} {case.vendor_number}".strip(),
        "reason": lambda: str(reason(key).label),
        "order": lambda: case.order_number or _("no order"),
    }
    alone: dict[str, Any] = (
        {"vendor": f"{EXACTLY}{key}"} if question.group == "vendor" else {question.group: key}
    )
    if question.group == "order":
        alone = {"q": key}
    count = sum(total.cases for total in totals)
    told = ngettext("{n} case", "{n} cases", count).format(n=figures.whole(count)) if totals else ""
    money = [figures.money(total.amount, total.currency) for total in totals]
    return Group(
        title=titles[question.group](),
        told=", ".join([told, *money] if told else money),
        url=_address(replace(question.with_(group=""), **alone)) if key else "",
        filled=filled((each for _case, each in members), columns, may_take=may_take),
    )


def _totals(
    question: Question,
    company: Company,
    user: User,
    found: QuerySet[ExceptionCase],
    total: sums.Sums,
    keys: set[str],
) -> dict[str, list[sums.Total]]:
    """Add each group up: from the kept counts, or from its rows where these are few."""
    column = COLUMNS[question.group]
    kept = sums.kept_by(question, company, user, column)
    if kept is not None:
        rows = kept.filter(**{f"{column}__in": keys}).values(column, "currency")
        rows = rows.annotate(n=Sum("cases"), money=Sum("amount"), lost=Sum("discount"))
    else:
        if question.group != "order" and total.count > sums.COUNTED_UP_TO:
            return {}
        members = found.filter(**{f"{column}__in": keys})
        rows = members.order_by().values(column, "currency")
        rows = rows.annotate(n=Count("pk"), money=Sum("amount"), lost=Sum("discount_amount"))
    return _by_key(rows, column)


def _by_key(rows: Iterable[Any], column: str) -> dict[str, list[sums.Total]]:
    totals: dict[str, list[sums.Total]] = {}
    for row in rows:
        if row["n"]:
            total = sums.Total(row["currency"], int(row["n"]), row["money"], row["lost"] or Decimal(0))
            totals.setdefault(row[column], []).append(total)
    return totals


def _address(question: Question) -> str:
    return f"{reverse('worklist')}?{question.query}"
