"""How each flow moves: what went well or wrong in a window, what is on its way now, and how late it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum

from integration import sync, timetable
from integration.models import Attempt, DocumentKind, InboxEvent, Message, SyncRun, Turn
from masterdata.models import Company

State = Message.State
IN_LINE = Q(state__in=[State.READY, *Message.IN_FLIGHT])
STILL_TO_DO = [state for state in State if state not in Message.FINAL]
WINDOWS: dict[str, timedelta] = {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7)}

# One look into the index `message_posted` for each kind, since it has no kind's rows beside another's.
POSTED = """
SELECT kind,
       (SELECT count(*) FROM integration_message
         WHERE company_id = %(company)s AND document_kind = kind AND state = 'done' AND done_at >= %(since)s),
       (SELECT max(done_at) FROM integration_message
         WHERE company_id = %(company)s AND document_kind = kind AND state = 'done')
  FROM unnest(%(kinds)s::text[]) AS kind
"""

# The list is told as a range: of one that was never read, every run of the others would else be read.
LATEST_PULLS = """
SELECT entity, latest.state, well.finished_at
  FROM unnest(%(entities)s::text[]) AS entity
 CROSS JOIN LATERAL (
    SELECT r.state FROM integration_syncrun r
     WHERE r.company_id = %(company)s AND r.entity BETWEEN entity.entity AND entity.entity
       AND r.kind <> 'records'
     ORDER BY r.entity, r.id DESC LIMIT 1) latest
  LEFT JOIN LATERAL (
    SELECT r.finished_at FROM integration_syncrun r
     WHERE r.company_id = %(company)s AND r.entity BETWEEN entity.entity AND entity.entity
       AND r.kind <> 'records' AND r.state = 'done'
     ORDER BY r.entity, r.id DESC LIMIT 1) well ON true
"""


@dataclass(frozen=True)
class Deliveries:
    """The documents of one kind on their way to BC; `succeeded` is of the window, the others of now."""

    kind: str
    succeeded: int = 0
    failed: int = 0
    pending: int = 0
    retrying: int = 0
    verifying: int = 0
    waiting: int = 0
    dead: int = 0
    last_success: datetime | None = None
    oldest_due: datetime | None = None
    """Since when the first of those in line could go."""

    @property
    def backlog(self) -> int:
        return self.pending + self.retrying + self.verifying

    @property
    def title(self) -> str:
        return str(DocumentKind(self.kind).label)


@dataclass(frozen=True)
class Pulls:
    """One list that is read from BC; `succeeded`, `failed` and `changed` rows are of the window."""

    entity: str
    succeeded: int = 0
    failed: int = 0
    changed: int = 0
    last_success: datetime | None = None
    last_state: str = ""
    next_at: datetime | None = None
    rhythm: str = ""

    @property
    def title(self) -> str:
        return self.entity.replace("-", " ")


@dataclass(frozen=True)
class Intake:
    """One type of event that the CAFM sends."""

    type: str
    received: int
    last_at: datetime | None


@dataclass(frozen=True)
class Beats:
    """When the clock, and a worker that delivers, did something last."""

    clock_at: datetime | None
    attempt_at: datetime | None


def deliveries(company: Company, *, since: datetime, now: datetime) -> list[Deliveries]:
    """Count each kind; kinds of which nothing is on its way and nothing was ever posted are left out.

    What was posted long ago is not read, and of what is still to do there is little.
    """
    rows = (
        Message.objects.of(company)
        .filter(state__in=STILL_TO_DO)
        .values("document_kind")
        .annotate(
            failed=Count("pk", filter=Q(state=State.REJECTED)),
            pending=Count("pk", filter=IN_LINE & Q(first_failed_at=None)),
            retrying=Count("pk", filter=IN_LINE & Q(first_failed_at__isnull=False)),
            verifying=Count("pk", filter=Q(state=State.VERIFYING)),
            waiting=Count("pk", filter=Q(state=State.WAITING)),
            dead=Count("pk", filter=Q(state=State.DEAD)),
            oldest_due=Min("next_attempt_at", filter=Q(state=State.READY, next_attempt_at__lte=now)),
        )
    )
    found: dict[str, dict[str, Any]] = {row.pop("document_kind"): row for row in rows}
    for kind, succeeded, last_success in posted(company, since=since):
        found.setdefault(kind, {}).update(succeeded=succeeded, last_success=last_success)
    return [Deliveries(kind, **found[kind]) for kind in DocumentKind.values if kind in found]


def posted(company: Company, *, since: datetime) -> list[tuple[str, int, datetime]]:
    """Count what was posted since a time, and tell when the last was, for each kind that ever was."""
    with connection.cursor() as cursor:
        cursor.execute(POSTED, {"company": company.pk, "kinds": DocumentKind.values, "since": since})
        return [row for row in cursor.fetchall() if row[2] is not None]


def pulls(company: Company, *, since: datetime, now: datetime) -> list[Pulls]:
    """Tell of each list how its runs of the window went, how it stands, and when the clock reads it next."""
    runs = SyncRun.objects.filter(company=company, started_at__gte=since)
    rows: Any = (
        runs.exclude(kind=SyncRun.Kind.RECORDS)
        .values("entity")
        .annotate(
            succeeded=Count("pk", filter=Q(state=SyncRun.State.DONE)),
            failed=Count("pk", filter=Q(state=SyncRun.State.FAILED)),
            changed=Sum(F("rows_new") + F("rows_changed")),
        )
    )
    found: dict[str, dict[str, Any]] = {row.pop("entity"): row for row in rows}
    for entity, last_state, last_success in latest_pulls(company):
        found.setdefault(entity, {}).update(last_state=last_state, last_success=last_success)
    turns = timetable.turns(now=now)
    return [_pull(entity, found.get(entity, {}), turns) for entity in sync.ENTITIES]


def latest_pulls(company: Company) -> list[tuple[str, str, datetime | None]]:
    """Tell of each list that was ever read how its last run stands, and when one last ended well."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST_PULLS, {"company": company.pk, "entities": list(sync.ENTITIES)})
        return list(cursor.fetchall())


def intake(company: Company, *, since: datetime) -> list[Intake]:
    """Count the events of each type that came in the window."""
    rows = InboxEvent.objects.filter(company=company, received_at__gte=since).values("type")
    rows = rows.annotate(received=Count("pk"), last_at=Max("received_at")).order_by("type")
    return [Intake(row["type"], row["received"], row["last_at"]) for row in rows]


def beats() -> Beats:
    turn = Turn.objects.first()
    attempt = Attempt.objects.order_by("-pk").first()
    return Beats(turn.looked_at if turn else None, attempt.started_at if attempt else None)


def first_in_chain(messages: QuerySet[Any]) -> QuerySet[Any]:
    """Leave out what waits behind another message of its chain: no worker may take it."""
    ahead = Message.objects.filter(chain=OuterRef("chain")).exclude(state__in=Message.FINAL)
    ahead = ahead.filter(Q(rank__lt=OuterRef("rank")) | Q(rank=OuterRef("rank"), pk__lt=OuterRef("pk")))
    return messages.filter(~Exists(ahead))


def oldest_claimable(now: datetime) -> datetime | None:
    """Tell since when the first message that a worker could take is due; None when there is none."""
    first = first_in_chain(Message.objects.due(now)).order_by("next_attempt_at").first()
    return first.next_attempt_at if first is not None else None


def _pull(entity: str, told: Mapping[str, Any], turns: Sequence[timetable.Turn]) -> Pulls:
    wanted = {entity, sync.ALL} if entity in sync.MASTERS else {entity}
    turn = next((turn for turn in turns if turn.entity in wanted), None)
    return Pulls(entity, next_at=turn.next_at if turn else None, rhythm=turn.rhythm if turn else "", **told)
