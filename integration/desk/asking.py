"""Which of the stuck messages a person looks at, read from an address, and a page of them at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from integration.models import DocumentKind, Message
from integration.models.outbox import MessageQuerySet
from masterdata.models import Company
from reconciliation.row_keys import row_key, row_keys

from . import finding

PAGE_ROWS = 50
MOST_CHOSEN = 500


@dataclass(frozen=True)
class Question:
    """The filters of a list of stuck messages."""

    cause: int | None
    kind: str
    text: str
    chosen: tuple[int, ...]

    @classmethod
    def of(cls, asked: QueryDict) -> Question:
        written = [*asked.get("ids", "").split(","), *asked.getlist("message")]
        return cls(
            cause=row_key(asked.get("cause", "")),
            kind=asked.get("kind", ""),
            text=asked.get("q", "").replace("\0", "").strip(),
            chosen=tuple(row_keys(written)[:MOST_CHOSEN]),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter beside the cause is set."""
        return bool(self.kind or self.text or self.chosen)

    def stuck(self, company: Company) -> MessageQuerySet:
        """Find them, the longest failing first."""
        found = Message.objects.of(company).stuck().order_by("first_failed_at", "pk")
        if self.cause is not None:
            found = found.filter(cause=self.cause)
        if self.kind in DocumentKind.values:
            found = found.filter(document_kind=self.kind)
        if self.chosen:
            found = found.filter(pk__in=self.chosen)
        if self.text:
            found = finding.with_number(found, company, self.text)
        return found

    def address(self) -> str:
        """Write the question as an address asks it."""
        query = QueryDict(mutable=True)
        given = {
            "cause": self.cause or "",
            "kind": self.kind,
            "q": self.text,
            "ids": ",".join(map(str, self.chosen)),
        }
        query.update({name: str(value) for name, value in given.items() if value})
        return query.urlencode()


@dataclass(frozen=True)
class Page:
    """Some of the rows, and where the next ones begin."""

    rows: list[Message]
    following: str
    is_first: bool


def page(found: MessageQuerySet, after: str) -> Page:
    """Give the rows after a place; pages are found by their last row, so that they stay quick and whole."""
    place = _place(after)
    if place is not None:
        at, key = place
        found = found.filter(Q(first_failed_at__gt=at) | Q(first_failed_at=at, pk__gt=key))
    rows = list(found.select_related("company")[: PAGE_ROWS + 1])
    last = rows[PAGE_ROWS - 1] if len(rows) > PAGE_ROWS else None
    following = f"{last.first_failed_at.isoformat()}_{last.pk}" if last and last.first_failed_at else ""
    return Page(rows[:PAGE_ROWS], following, place is None)


def _place(after: str) -> tuple[datetime, int] | None:
    written, _part, key = after.rpartition("_")
    try:
        at = parse_datetime(written)
    except ValueError:
        return None
    pk = row_key(key)
    return (at, pk) if at and at.tzinfo and pk is not None else None
