"""What can be wrong, one function a subject: each groups the rows of a company by their cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Max, Min, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from integration import connections, delivery, overview, sync
from integration.models import (
    Attempt,
    Cause,
    ContractFinding,
    DoubledDocument,
    HeldRecord,
    Message,
    SyncRun,
    Turn,
)
from integration.models.escalation import Subject
from integration.models.outbox import MessageQuerySet
from masterdata.models import Company
from reconciliation import segregation
from reconciliation.models import DutyConflict

from . import exceptions, silence
from .found import Found

State = Message.State
ASLEEP = timedelta(minutes=15)  # longer than any pause between two deliveries that are due
SILENCE = timedelta(minutes=5)  # of a clock that comes every few seconds


def dead(company: Company, now: datetime) -> Iterator[Found]:
    return _by_cause(Subject.DEAD, Message.objects.of(company).filter(state=State.DEAD), now)


def refused(company: Company, now: datetime) -> Iterator[Found]:
    return _by_cause(Subject.REFUSED, Message.objects.of(company).filter(state=State.REJECTED), now)


def failing(company: Company, now: datetime) -> Iterator[Found]:
    """What failed and is tried again by itself, or is looked for in Business Central; by the error's code."""
    moving = Message.objects.of(company).filter(
        state__in=[State.READY, State.VERIFYING, *Message.IN_FLIGHT], first_failed_at__isnull=False
    )
    rows = moving.values("error_code").annotate(
        count=Count("pk"), since=Min("first_failed_at"), most=Max("attempts"), told=Min("error")
    )
    for row in rows.order_by("error_code"):
        yield Found(
            subject=Subject.FAILING,
            cause=row["error_code"],
            sentence=f"For example: {row['told']}",
            count=row["count"],
            since=row["since"],
            query=f"{reverse('admin:integration_message_changelist')}?first_failed_at__isnull=False",
            attempts=row["most"],
        )


def waiting(company: Company, now: datetime) -> Iterator[Found]:
    waits = Message.objects.of(company).filter(state=State.WAITING)
    address = f"{reverse('admin:integration_message_changelist')}?state__exact=waiting"
    rows = waits.values("waiting_for").annotate(count=Count("pk"), since=Min("created_at"))
    for row in rows.order_by("waiting_for"):
        yield Found(
            subject=Subject.WAITING,
            cause=row["waiting_for"][:200],
            sentence=f"They wait for {row['waiting_for'] or 'a missing record'}",
            count=row["count"],
            since=row["since"],
            query=address,
        )


def stopped(now: datetime) -> Iterator[Found]:
    """What is paused because Business Central lacks something that is used."""
    rows = ContractFinding.objects.pausing().values("feature")
    for row in rows.annotate(count=Count("pk"), since=Min("found_at"), told=Min("sentence")).order_by(
        "feature"
    ):
        yield Found(
            subject=Subject.STOPPED,
            cause=row["feature"],
            sentence=row["told"],
            count=row["count"],
            since=row["since"],
            query=reverse("admin:integration_contractfinding_changelist"),
        )


def held(company: Company, now: datetime) -> Iterator[Found]:
    rows = HeldRecord.objects.filter(company=company).values("entity", "why")
    rows = rows.annotate(count=Count("pk"), first=Min("since"), told=Min("reason"))
    for row in rows.order_by("entity", "why"):
        told = HeldRecord.Why(row["why"]).label
        yield Found(
            subject=Subject.HELD,
            cause=f"{row['entity']} {row['why']}",
            sentence=f"{row['entity'].replace('-', ' ').capitalize()}: {told}. For example: {row['told']}",
            count=row["count"],
            since=row["first"],
            query=f"{reverse('admin:integration_heldrecord_changelist')}?entity={row['entity']}",
        )


def doubled(company: Company, now: datetime) -> Iterator[Found]:
    """What Business Central has more than once; each document is a matter of its own."""
    for each in DoubledDocument.objects.of(company).standing().order_by("pk"):
        yield Found(
            subject=Subject.DOUBLED,
            cause=f"{each.kind} {each.key}"[:200],
            sentence=f"{each.sentence} {each.next_step}",
            count=len(each.documents),
            since=each.found_at,
            query=reverse("dead-letters"),
            worth=each.worth,
        )


def failed_runs(company: Company, now: datetime) -> Iterator[Found]:
    """The lists whose last runs failed, counted since the last one that ended well."""
    for entity in sync.ENTITIES:
        runs = SyncRun.objects.filter(company=company, entity=entity).exclude(kind=SyncRun.Kind.RECORDS)
        well = runs.filter(state=SyncRun.State.DONE).order_by("-pk").values("pk")[:1]
        bad = runs.filter(state=SyncRun.State.FAILED, pk__gt=Coalesce(Subquery(well), 0))
        latest = bad.order_by("-pk").first()
        if latest is None:
            continue
        figures = bad.aggregate(count=Count("pk"), since=Min("finished_at"))
        yield Found(
            subject=Subject.RUN,
            cause=entity,
            sentence=f"Pulling {entity.replace('-', ' ')} fails: {latest.error}",
            count=figures["count"],
            since=figures["since"] or latest.started_at,
            query=f"{reverse('admin:integration_syncrun_changelist')}?{urlencode({'entity': entity})}",
        )


def standing_still(now: datetime) -> Iterator[Found]:
    """Nothing is sent while the circuit to Business Central is open."""
    if still := delivery.standstill():
        yield Found(
            subject=Subject.STANDSTILL,
            cause=still.verdict.value,
            sentence=delivery.sentence_of(still),
            count=1,
            since=datetime.fromtimestamp(still.since, UTC),
            query=reverse("home"),
        )


def conflicting_duties(now: datetime) -> Iterator[Found]:
    """Somebody could do two things that are to be kept apart, or did; looked for at night."""
    for conflict in DutyConflict.objects.standing().select_related("person").order_by("pk"):
        yield Found(
            subject=Subject.RIGHTS,
            cause=f"{conflict.kind} {conflict.person_id}",
            sentence=segregation.sentence(conflict),
            count=max(1, conflict.uses),
            since=conflict.found_at,
            query=reverse("duty-conflicts"),
        )


def silence_of_the_clock(now: datetime) -> Iterator[Found]:
    """Beat, or the worker that it wakes, does nothing; a worker looks in their place and finds this."""
    latest = Turn.objects.first()
    if latest is not None and now - latest.looked_at >= SILENCE:
        yield Found(
            subject=Subject.CLOCK,
            cause="beat",
            sentence=f"The clock wakes nobody since {timezone.localtime(latest.looked_at):%Y-%m-%d %H:%M}. "
            "Pulls and checks stand still. Start beat and the worker of the queue “housekeeping” again, "
            "unless that worker is busy with a long pull.",
            count=1,
            since=latest.looked_at,
        )


def deliveries_asleep(now: datetime) -> Iterator[Found]:
    """Messages could go and nobody takes them: the workers that deliver are dead."""
    if not connections.is_connected() or delivery.standstill():
        return
    latest = Attempt.objects.order_by("-pk").first()
    is_held = Message.objects.filter(state__in=Message.IN_FLIGHT, lease_until__gt=now).exists()
    if is_held or (latest is not None and now - latest.started_at < ASLEEP):
        return
    overdue = Message.objects.filter(state=State.READY, next_attempt_at__lte=now - ASLEEP)
    first = overview.first_in_chain(overdue).order_by("next_attempt_at").first()
    if first is not None:
        yield Found(
            subject=Subject.CLOCK,
            cause="deliveries",
            sentence=f"Nobody takes messages to Business Central; {first} is due since "
            f"{timezone.localtime(first.next_attempt_at):%Y-%m-%d %H:%M}. Start the worker of the queue "
            "“realtime” again.",
            count=1,
            since=first.next_attempt_at,
            query=f"{reverse('admin:integration_message_changelist')}?state__exact=ready",
        )


OF_COMPANY: tuple[Callable[[Company, datetime], Iterable[Found]], ...] = (
    dead,
    refused,
    failing,
    waiting,
    held,
    doubled,
    failed_runs,
    silence.of_flows,
    exceptions.that_wait,
)
OF_HOUSE: tuple[Callable[[datetime], Iterable[Found]], ...] = (
    stopped,
    standing_still,
    conflicting_duties,
    silence_of_the_clock,
    deliveries_asleep,
)


def _by_cause(subject: Subject, stuck: MessageQuerySet, now: datetime) -> Iterator[Found]:
    """Group as the desk files them; what somebody has put aside there is not told of."""
    loud = stuck.exclude(cause__in=Cause.objects.quiet(now))
    rows = loud.values("cause", "cause__key", "cause__title").annotate(
        count=Count("pk"),
        since=Min("first_failed_at"),
        most=Max("attempts"),
        sum=Sum("worth"),
        told=Min("error"),
    )
    for row in rows.order_by("cause__key"):
        yield Found(
            subject=subject,
            cause=(row["cause__key"] or "")[:200],
            sentence=row["cause__title"] or row["told"],
            count=row["count"],
            since=row["since"],
            query=reverse("dead-letter-cause", args=[row["cause"]]) if row["cause"] else "",
            attempts=row["most"],
            worth=row["sum"],
            filed_under_id=row["cause"],
        )
