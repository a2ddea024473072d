"""A case as a row of a list: the same words in the worklist, the approvals and at home."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reconciliation.models import ExceptionCase

from . import figures
from .reasons import Reason, reason


@dataclass(frozen=True)
class Row:
    key: str
    url: str
    title: str
    vendor: str
    order: str
    reason: Reason
    more_reasons: int
    difference: str
    percent: str
    amount: str
    at_risk: str
    until: str
    is_late_for_discount: bool
    age: str
    opened: str
    due: str
    due_day: str
    is_urgent: bool
    owner: str
    status: str


def rows(cases: Iterable[ExceptionCase], viewer: User, query: str = "") -> list[Row]:
    """Write cases as rows; `query` is the worklist's question, so that the case knows its queue."""
    now, today = timezone.now(), timezone.localdate()
    any_case = reverse("case", args=[0])
    return [_row(case, viewer, any_case, query, now, today) for case in cases]


def _row(
    case: ExceptionCase, viewer: User, any_case: str, query: str, now: datetime.datetime, today: datetime.date
) -> Row:
    address = any_case.replace("0", str(case.pk))
    return Row(
        key=str(case.pk),
        url=f"{address}?{query}" if query else address,
        title=case.invoice_number,
        vendor=case.vendor_name or case.vendor_number,
        order=case.order_number,
        reason=reason(case.code),
        more_reasons=max(case.reasons - 1, 0),
        difference=figures.money(case.difference, signed=True) if case.difference else "",
        percent=figures.percent(case.percent) if case.percent is not None else _no_base(case),
        amount=figures.money(case.amount, case.currency),
        at_risk=figures.money(case.discount_amount, case.currency) if case.discount_until else "",
        until=_until(case, today),
        is_late_for_discount=case.is_open and case.discount_until == today,
        age=figures.age(case.opened_at, now),
        opened=figures.moment_in_full(case.opened_at),
        due=figures.due(case.due_on, today),
        due_day=figures.day(case.due_on) if case.due_on else "",
        is_urgent=case.is_open and case.due_on is not None and case.due_on <= today,
        owner=figures.person(case.owner, viewer) if case.owner_id else _("nobody yet"),
        status=_status(case, today),
    )


def _until(case: ExceptionCase, today: datetime.date) -> str:
    """Say until when the cash discount holds, or that it is gone."""
    if case.discount_until is None:
        return ""
    if case.discount_until < today:
        return _("lost {day}").format(day=figures.short_day(case.discount_until, today))
    return _("until {day}").format(day=figures.due(case.discount_until, today))


def _no_base(case: ExceptionCase) -> str:
    return _("no base") if case.difference and case.code in {"UNPLANNED_CHARGE", "NOT_ON_ORDER"} else ""


def _status(case: ExceptionCase, today: datetime.date) -> str:
    """Say more than the tag does: until when it waits, how it ended."""
    if case.status == ExceptionCase.Status.WAITING and case.wait_until:
        return _("waits until {day}").format(day=figures.short_day(case.wait_until, today))
    if case.status == ExceptionCase.Status.OPEN:
        return ""
    return str(case.get_status_display())
