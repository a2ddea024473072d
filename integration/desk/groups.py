"""What is stuck, by its cause: how many, how old, what it is worth, whose it is and what waits behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from integration.models import Cause, DoubledDocument, Incident, Message
from masterdata.models import Company

NOTHING = Decimal(0)

BEHIND = """
SELECT s.cause_id, count(DISTINCT m.id)
  FROM integration_message s
  JOIN integration_message m ON m.chain = s.chain AND (m.rank, m.id) > (s.rank, s.id)
                            AND m.state NOT IN ('done', 'cancelled', 'dead', 'rejected')
 WHERE s.company_id = %s AND s.state IN ('dead', 'rejected') AND s.cause_id = ANY(%s)
 GROUP BY s.cause_id
"""


@dataclass(frozen=True)
class Group:
    """A cause with its stuck messages; `worth` is in the company's ledger currency."""

    cause: Cause
    count: int
    worth: Decimal
    unpriced: int
    """Of how many nobody can say what they are worth."""
    oldest: datetime | None
    behind: int
    is_quiet: bool
    incident: Incident | None = None
    """What people are told of it now."""

    @property
    def came_back(self) -> bool:
        return self.cause.came_back_at is not None


def of_company(company: Company, now: datetime) -> list[Group]:
    """Group what only a person can move, the most money first; what is put aside comes last."""
    rows = _rows(Message.objects.of(company).stuck().exclude(cause=None))
    found = _groups(company, rows, now)
    return sorted(found, key=lambda group: (group.is_quiet, -group.worth, -group.count, group.cause.pk))


def of_cause(cause: Cause, now: datetime) -> Group:
    """Give the figures of one cause, also when nothing is stuck for it any more."""
    rows = _rows(cause.messages.filter(state__in=[Message.State.DEAD, Message.State.REJECTED]))
    found = _groups(cause.company, rows, now)
    quiet = _is_quiet(cause, now)
    return found[0] if found else Group(cause, 0, NOTHING, 0, None, 0, quiet)


def unfiled(company: Company) -> int:
    """Count what is stuck and not filed yet; the workers file it within seconds."""
    return Message.objects.of(company).stuck().filter(cause=None).count()


def to_mend(company: Company, now: datetime) -> int:
    """Count what is stuck and not put aside, and what BC has twice: the number beside the desk's name."""
    quiet = Cause.objects.filter(company=company).quiet(now)
    stuck = Message.objects.of(company).stuck().exclude(cause__in=quiet)
    return stuck.count() + DoubledDocument.objects.of(company).standing().count()


def doubled(company: Company) -> list[DoubledDocument]:
    """Give what BC has more than once, each with how many messages are held back for it."""
    waiting = Message.objects.filter(chain=OuterRef("chain"), state=Message.State.WAITING)
    held = waiting.order_by().values("chain").annotate(count=Count("pk")).values("count")
    standing = DoubledDocument.objects.of(company).standing().annotate(held=Coalesce(Subquery(held), 0))
    return list(standing.order_by("found_at", "pk"))


def _rows(stuck: QuerySet[Message]) -> dict[int, Any]:
    rows = (
        stuck.order_by()
        .values("cause")
        .annotate(
            count=Count("pk"),
            money=Sum("worth"),
            unpriced=Count("pk", filter=Q(worth=None)),
            oldest=Min("first_failed_at"),
        )
    )
    return {row["cause"]: dict(row) for row in rows}


def _groups(company: Company, rows: dict[int, Any], now: datetime) -> list[Group]:
    behind = _behind(company, rows)
    told = Incident.objects.of(company).open().filter(filed_under__in=rows).select_related("acknowledged_by")
    incidents = {each.filed_under_id: each for each in told.order_by("pk")}
    return [
        Group(
            cause=cause,
            count=int(str(rows[cause.pk]["count"])),
            worth=Decimal(str(rows[cause.pk]["money"] or 0)),
            unpriced=int(str(rows[cause.pk]["unpriced"])),
            oldest=rows[cause.pk]["oldest"],
            behind=behind.get(cause.pk, 0),
            is_quiet=_is_quiet(cause, now),
            incident=incidents.get(cause.pk),
        )
        for cause in Cause.objects.filter(pk__in=rows).select_related("owner", "company")
    ]


def _is_quiet(cause: Cause, now: datetime) -> bool:
    return cause.ignored_at is not None or cause.is_snoozed(now)


def _behind(company: Company, causes: Iterable[int]) -> dict[int, int]:
    """Count what cannot go on before the stuck ones of its chain do."""
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, [company.pk, list(causes)])
        return dict(cursor.fetchall())
