"""What is kept for how long, and what would be forgotten now; each kind is counted by what forgets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from integration import escalation, outbox, sync, webhooks
from masterdata import chain
from masterdata.models import RetentionTerm

COUNTS: dict[str, Callable[[datetime], int]] = {
    "requests": lambda now: outbox.old_requests(now=now).count(),
    "incidents": lambda now: escalation.old_incidents(now=now).count(),
    "comparisons": lambda now: sync.old_checks(now=now).count(),
    "webhooks": lambda now: webhooks.old_messages(now=now).count(),
}


@dataclass(frozen=True)
class Kept:
    """One kind with its term, the moment that it reaches back to, and how much is older."""

    term: RetentionTerm
    since: datetime
    would_go: int

    @property
    def sentence(self) -> str:
        return f"would remove {self.would_go:,} {self.term.title} older than {self.term.days:,} days"


def dry_run(*, now: datetime) -> list[Kept]:
    """Count what each term would forget now, without touching it."""
    return [
        Kept(term, chain.kept_since(term), count(term, now)) for term in RetentionTerm.objects.order_by("pk")
    ]


def count(term: RetentionTerm, now: datetime) -> int:
    """Count what is older than a term."""
    return chain.old_changes(term) if term.tables else COUNTS[term.kind](now)
