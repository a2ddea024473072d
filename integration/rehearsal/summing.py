"""What a rehearsal came to, added up: by cause and owner, by kind, and from one rehearsal to the next."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models import Sum as Added

from integration.models import Rehearsal, RehearsedDocument
from masterdata.models import Company

Fate = RehearsedDocument.Fate
LAST = 20


@dataclass(frozen=True)
class Sum:
    """Documents that share a fate: how many, what they are worth, and one of them."""

    what: str
    fate: str
    owner: str
    count: int
    amount: Decimal | None
    example: str
    sentence: str

    @property
    def fate_told(self) -> str:
        return str(Fate(self.fate).label)


@dataclass(frozen=True)
class Trend:
    """One rehearsal among the others."""

    rehearsal: Rehearsal
    total: int
    needing: int
    percent: int
    """Of the most that ever needed somebody, for a bar."""


def by_cause(rehearsal: Rehearsal) -> list[Sum]:
    """Give what needs somebody, the most documents first."""
    needing = rehearsal.documents.filter(fate__in=RehearsedDocument.NEED_SOMEONE)
    return _sums(needing, "cause")


def by_kind(rehearsal: Rehearsal) -> list[Sum]:
    """Give what would stand in Business Central and what not, for each kind of event."""
    return sorted(_sums(rehearsal.documents.all(), "kind"), key=lambda each: (each.what, each.fate))


def trend(company: Company) -> list[Trend]:
    """Give the last rehearsals, the newest first, with how much needed somebody in each."""
    counted = Rehearsal.objects.filter(company=company, state=Rehearsal.State.DONE).annotate(
        total=Count("documents"),
        needing=Count("documents", filter=Q(documents__fate__in=RehearsedDocument.NEED_SOMEONE)),
    )
    rows: list[Any] = list(counted.order_by("-pk")[:LAST])
    most = max((row.needing for row in rows), default=0) or 1
    return [Trend(row, row.total, row.needing, 100 * row.needing // most) for row in rows]


def _sums(documents: Any, what: str) -> list[Sum]:
    keys = (what, "fate", "owner") if what == "cause" else (what, "fate")
    rows = documents.values(*keys).annotate(
        count=Count("pk"), worth=Added("amount"), example=Min("number"), told=Min("sentence")
    )
    return [
        Sum(
            row[what],
            row["fate"],
            row.get("owner", ""),
            row["count"],
            row["worth"],
            row["example"],
            row["told"],
        )
        for row in rows.order_by("-count", what, "fate")
    ]
