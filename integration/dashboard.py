"""The figures of the integration's screens: how deliveries fare, and what the stuck ones have in common."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q

from integration import connections
from integration.bc import Budget
from integration.models import DocumentKind, Message
from masterdata.models import Company

State = Message.State


@dataclass(frozen=True)
class DeliveryCounts:
    """How many messages fare how; `posted` ever reached BC, `failed` only a person can move."""

    posted: int
    failed: int
    pending: int
    retrying: int
    verifying: int
    waiting: int
    dead: int


@dataclass(frozen=True)
class Group:
    """Stuck messages that fail for the same reason."""

    code: str
    kind: str
    sentence: str
    count: int
    first_failed_at: datetime.datetime | None
    last_failed_at: datetime.datetime | None

    @property
    def title(self) -> str:
        """Give what all of them were told, or else the error's code."""
        return self.sentence or self.code.replace("_", " ") or "without an error code"

    @property
    def kind_label(self) -> str:
        return str(DocumentKind(self.kind).label)


def delivery_counts(company: Company | None) -> DeliveryCounts:
    """Count the messages of a company by how they fare, in one query."""
    in_line = Q(state__in=[State.READY, *Message.IN_FLIGHT])
    counts = Message.objects.filter(company=company).aggregate(
        posted=Count("pk", filter=Q(state=State.DONE)),
        failed=Count("pk", filter=Q(state__in=[State.DEAD, State.REJECTED])),
        pending=Count("pk", filter=in_line & Q(first_failed_at=None)),
        retrying=Count("pk", filter=in_line & Q(first_failed_at__isnull=False)),
        verifying=Count("pk", filter=Q(state=State.VERIFYING)),
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        dead=Count("pk", filter=Q(state=State.DEAD)),
    )
    return DeliveryCounts(**counts)


def allowance() -> Budget | None:
    """Tell how much of what BC takes from us in five minutes is used; None when that is not known."""
    return connections.budget()


def stuck_groups(company: Company) -> list[Group]:
    """Group what only a person can move by error and kind of document, the largest group first."""
    rows = (
        Message.objects.of(company)
        .stuck()
        .values("error_code", "document_kind")
        .annotate(
            count=Count("pk"),
            first=Min("first_failed_at"),
            last=Max("first_failed_at"),
            sentence=Min("error"),
            other=Max("error"),
        )
        .order_by("-count", "error_code", "document_kind")
    )
    return [
        Group(
            code=row["error_code"],
            kind=row["document_kind"],
            sentence=row["sentence"] if row["sentence"] == row["other"] else "",
            count=row["count"],
            first_failed_at=row["first"],
            last_failed_at=row["last"],
        )
        for row in rows
    ]
