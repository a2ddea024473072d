"""Flows that have not moved by the time they were expected; one that never began is not missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.urls import reverse

from integration import sync
from integration.models import DoublesLook, DriftCheck, Expectation, InboxEvent, SyncRun
from integration.models.escalation import Subject
from masterdata.models import Company
from reconciliation.models import DayTotal

from .found import Found

Flow = Expectation.Flow


def of_flows(company: Company, now: datetime) -> Iterator[Found]:
    rules = Expectation.objects.filter(Q(company=None) | Q(company=company), enabled=True)
    for rule in rules.order_by("pk"):
        due = rule.due_before(now)
        seen = LAST_SEEN[Flow(rule.flow)](company)
        if seen is None or seen >= due - timedelta(hours=rule.hours):
            continue
        last, by = seen.astimezone(rule.zone), due.astimezone(rule.zone)
        yield Found(
            subject=Subject.SILENT,
            cause=rule.name,
            sentence=f"Nothing came of the {rule.get_flow_display()} since {last:%Y-%m-%d %H:%M}; it was "
            f"expected by {by:%Y-%m-%d %H:%M}. {TO_DO[Flow(rule.flow)]}",
            count=1,
            since=due,
            query=reverse("home"),
        )


def _events(company: Company) -> datetime | None:
    return _latest(InboxEvent.objects.filter(company=company), "received_at")


def _receipts(company: Company) -> datetime | None:
    rows = InboxEvent.objects.filter(company=company, type="goods_receipt.recorded.v1")
    return _latest(rows, "received_at")


def _totals(company: Company) -> datetime | None:
    return _latest(DayTotal.objects.filter(company=company), "told_at")


def _masters(company: Company) -> datetime | None:
    return _latest(_runs(company).filter(entity__in=sync.MASTERS), "finished_at")


def _invoices(company: Company) -> datetime | None:
    return _latest(_runs(company).filter(entity=sync.INVOICES), "finished_at")


def _drift(company: Company) -> datetime | None:
    return _latest(DriftCheck.objects.filter(company=company, error=""), "checked_at")


def _doubles(company: Company) -> datetime | None:
    """The kind that was not looked through for longest: one that cannot be read must not hide."""
    looks = DoublesLook.objects.filter(company=company)
    found: datetime | None = looks.aggregate(first=Min("looked_at"))["first"]
    return found


def _runs(company: Company) -> QuerySet[SyncRun]:
    done = SyncRun.objects.filter(company=company, state=SyncRun.State.DONE)
    return done.exclude(kind=SyncRun.Kind.RECORDS)


def _latest(rows: QuerySet[Any], field: str) -> datetime | None:
    found: datetime | None = rows.aggregate(latest=Max(field))["latest"]
    return found


LAST_SEEN: dict[Flow, Callable[[Company], datetime | None]] = {
    Flow.EVENTS: _events,
    Flow.RECEIPTS: _receipts,
    Flow.TOTALS: _totals,
    Flow.MASTERS: _masters,
    Flow.INVOICES: _invoices,
    Flow.DRIFT: _drift,
    Flow.DOUBLES: _doubles,
}
OF_THE_CAFM = "See whether the CAFM runs and sends: its key, its network, its own log."
OF_OURS = "See whether beat and the worker of the queue “bulk” run, and look under Sync runs."
TO_DO: dict[Flow, str] = {
    Flow.EVENTS: OF_THE_CAFM,
    Flow.RECEIPTS: OF_THE_CAFM,
    Flow.TOTALS: OF_THE_CAFM,
    Flow.MASTERS: OF_OURS,
    Flow.INVOICES: OF_OURS,
    Flow.DRIFT: OF_OURS,
    Flow.DOUBLES: OF_OURS,
}
