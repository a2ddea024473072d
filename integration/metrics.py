"""The figures for Prometheus: read from the database at each scrape, so that all processes tell the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from integration import connections, delivery, overview
from integration.models import (
    DoubledDocument,
    DoublesLook,
    DriftCheck,
    InboxEvent,
    Incident,
    Message,
    SyncRun,
    today_of,
)
from masterdata.models import Company
from reconciliation.models import ControlDay, ControlDifference, ExceptionCase

NEVER = float("nan")
HOUR = timedelta(hours=1)


def text() -> bytes:
    """Write all figures in Prometheus' own form."""
    registry = CollectorRegistry()
    registry.register(Figures(timezone.now()))
    return generate_latest(registry)


class Figures:
    """Collects the figures of one moment."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.companies = dict(Company.objects.values_list("pk", "name"))

    def describe(self) -> Iterator[Metric]:
        """Tell nothing beforehand: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        yield from self._messages()
        yield from self._moving()
        yield from self._business_central()
        yield from self._pulls()
        yield self._last_events()
        yield from self._people()
        yield from self._control()
        yield self._drift()
        yield from self._doubles()

    def _messages(self) -> Iterator[Metric]:
        """Tell what is still to do and what was posted just now: what is done grows for ever."""
        metric = _gauge("tieout_messages", "Messages still to do", "company", "kind", "state")
        still = Message.objects.filter(state__in=overview.STILL_TO_DO)
        rows = still.values_list("company", "document_kind", "state").annotate(Count("pk"))
        for company, kind, state, count in rows.order_by():
            metric.add_metric([self.companies[company], kind, state], count)
        yield metric
        posted = _gauge("tieout_posted_last_hour", "What BC took in the last hour", "company", "kind")
        for company in Company.objects.order_by("pk"):
            for kind, count, _last in overview.posted(company, since=self.now - HOUR):
                posted.add_metric([company.name, kind], count)
        yield posted

    def _moving(self) -> Iterator[Metric]:
        oldest, beats = overview.oldest_claimable(self.now), overview.beats()
        yield GaugeMetricFamily(
            "tieout_oldest_claimable_seconds",
            "How long the first message that a worker could take has been due; 0 when there is none",
            value=self._age(oldest) if oldest else 0,
        )
        yield GaugeMetricFamily(
            "tieout_clock_silent_seconds",
            "Since the clock last woke a worker",
            value=self._age(beats.clock_at),
        )
        yield GaugeMetricFamily(
            "tieout_last_try_seconds", "Since the last try at a message", value=self._age(beats.attempt_at)
        )

    def _business_central(self) -> Iterator[Metric]:
        still = delivery.standstill()
        yield GaugeMetricFamily(
            "tieout_circuit_open", "1 while nothing is sent to BC", value=int(still is not None)
        )
        budget = connections.budget()
        if budget is not None:
            yield GaugeMetricFamily(
                "tieout_bc_budget_used_ratio",
                "Of the calls that BC takes from the fullest client id in five minutes",
                value=budget.fullest.used / budget.fullest.allowed,
            )

    def _pulls(self) -> Iterator[Metric]:
        age = _gauge("tieout_pull_age_seconds", "Since a list was last read well", "company", "entity")
        failed = _gauge("tieout_pull_failed", "1 when the last run of a list failed", "company", "entity")
        for company in Company.objects.order_by("pk"):
            for entity, latest, well_at in overview.latest_pulls(company):
                age.add_metric([company.name, entity], self._age(well_at))
                failed.add_metric([company.name, entity], int(latest == SyncRun.State.FAILED))
        yield age
        yield failed

    def _last_events(self) -> Metric:
        metric = _gauge("tieout_event_age_seconds", "Since the CAFM last sent an event", "company")
        for pk, name in self.companies.items():
            events = InboxEvent.objects.filter(company=pk).order_by("-received_at")
            metric.add_metric([name], self._age(events.values_list("received_at", flat=True).first()))
        return metric

    def _people(self) -> Iterator[Metric]:
        incidents = _gauge("tieout_incidents_open", "What people are told of", "company", "subject")
        rows = Incident.objects.open().values_list("company", "subject").annotate(Count("pk")).order_by()
        for company, subject, count in rows:
            incidents.add_metric([self.companies[company], subject], count)
        yield incidents
        cases = _gauge("tieout_cases_open", "Open exceptions", "company")
        for pk, name in self.companies.items():
            cases.add_metric([name], ExceptionCase.objects.filter(company=pk).open().count())
        yield cases

    def _control(self) -> Iterator[Metric]:
        differing = _gauge("tieout_control_differences", "Of yesterday's totals", "company")
        unsigned = _gauge("tieout_control_days_unsigned", "Compared days that nobody signed", "company")
        for company in Company.objects.order_by("pk"):
            yesterday = today_of(company, now=self.now) - timedelta(days=1)
            rows = ControlDifference.objects.filter(day__company=company, day__date=yesterday)
            differing.add_metric([company.name], rows.count())
            days = ControlDay.objects.filter(company=company, date__lte=yesterday)
            unsigned.add_metric([company.name], days.unsigned().count())
        yield differing
        yield unsigned

    def _drift(self) -> Metric:
        metric = _gauge("tieout_drift_rows", "Mirrored rows that differ and stay so", "company", "entity")
        for company in Company.objects.order_by("pk"):
            for check in DriftCheck.objects.latest_of(company):
                metric.add_metric([company.name, check.entity], check.staying)
        return metric

    def _doubles(self) -> Iterator[Metric]:
        """Tell what is in BC more than once, and the age of the look that is the oldest of its kinds."""
        standing = _gauge("tieout_doubled_documents", "In BC more than once, and not settled", "company")
        age = _gauge("tieout_doubles_look_age_seconds", "Since all was looked through for doubles", "company")
        for company in Company.objects.order_by("pk"):
            standing.add_metric([company.name], DoubledDocument.objects.of(company).standing().count())
            looks = DoublesLook.objects.filter(company=company)
            age.add_metric([company.name], self._age(looks.aggregate(first=Min("looked_at"))["first"]))
        yield standing
        yield age

    def _age(self, moment: datetime | None) -> float:
        """Tell how long ago it was; NaN when it never was, which no alert takes for late."""
        return NEVER if moment is None else (self.now - moment.astimezone(UTC)).total_seconds()


def _gauge(name: str, told: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, labels=labels)
