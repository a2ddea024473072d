"""The figures of the integration's screens: how deliveries fare, and what the stuck ones have in common."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Func, Max, Min, Q, TextField, Value
from django.db.models.functions import MD5

from integration import connections
from integration.models import DocumentKind, Message
from integration.models.outbox import MessageQuerySet
from masterdata.models import Company

State = Message.State

# What differs between messages that fail alike: what stands in quotes, and every word with a digit.
NAMES = (r"(?<!\w)'[^']*'", '"[^"]*"', r"[^\s,;:()]*[0-9][^\s,;:()]*")

# Whose error it is, as our sentences begin; a group holds many documents.
SUBJECT = re.compile(
    r"^(?:Business Central|BC) refused .+?: (?=\S)|^Tieout failed on \S.*? by (?=its own fault)"
    r"|^.+? cannot be written for Business Central: (?=\S)"
)


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
    """Stuck messages that fail for the same reason: the code and the words, whatever they name."""

    code: str
    cause: str
    kind: str
    sentence: str
    count: int
    first_failed_at: datetime.datetime | None
    last_failed_at: datetime.datetime | None

    @property
    def title(self) -> str:
        """Say what is wrong, without whose it is: each message names that itself."""
        return self.sentence[:1].upper() + self.sentence[1:] if self.sentence else "No reason was kept."

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


def allowance() -> connections.Allowance | None:
    """Tell how much of what BC takes from us in five minutes is used; None when that is not known."""
    return connections.budget()


def with_cause(stuck: MessageQuerySet) -> MessageQuerySet:
    """Add what tells causes apart: the sentence without the names and numbers in it, as a short key."""
    words: Any = F("error")
    for pattern in NAMES:
        words = Func(
            words, Value(pattern), Value("…"), Value("g"), function="regexp_replace", output_field=TextField()
        )
    found: MessageQuerySet = stuck.annotate(cause=MD5(words))
    return found


def stuck_groups(company: Company) -> list[Group]:
    """Group what only a person can move by its cause and kind of document, the largest group first."""
    rows = (
        with_cause(Message.objects.of(company).stuck())
        .values("error_code", "cause", "document_kind")
        .annotate(
            count=Count("pk"),
            first=Min("first_failed_at"),
            last=Max("first_failed_at"),
            sentence=Min("error"),
            other=Max("error"),
        )
        .order_by("-count", "error_code", "sentence", "document_kind")
    )
    return [
        Group(
            code=row["error_code"],
            cause=row["cause"],
            kind=row["document_kind"],
            sentence=_common(row["sentence"], row["other"]),
            count=row["count"],
            first_failed_at=row["first"],
            last_failed_at=row["last"],
        )
        for row in rows
    ]


def _common(one: str, other: str) -> str:
    """Give what two sentences of a cause say alike, with … for what each of them names."""
    one, other = SUBJECT.sub("", one), SUBJECT.sub("", other)
    if one == other:
        return one
    for pattern in NAMES:
        one = re.sub(pattern, "…", one)
    return one
