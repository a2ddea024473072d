"""The figures of the integration's screens: how deliveries fare."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from integration import connections
from integration.models import Message
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


def allowance() -> connections.Allowance | None:
    """Tell how much of what BC takes from us in five minutes is used; None when that is not known."""
    return connections.budget()
