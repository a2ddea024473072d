"""How long changes are kept, by what they are about; what is forgotten keeps its seal, so the chain holds."""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass

from django.db import connection

from masterdata.audit import announced

logger = logging.getLogger(__name__)

BATCH = 5_000


@dataclass(frozen=True)
class Term:
    """A kind of change, and for how many years after its own it is kept."""

    kind: str
    tables: str
    years: int
    why: str


# The first row whose pattern (SQL LIKE) a table meets counts. What no row names is kept for ever.
TERMS = (
    Term(
        "mirrored master data",
        "masterdata\\_%",
        3,
        "Business Central has its own log; ours explains matching",
    ),
    Term("people and their rights", "auth\\_%", 6, "who might do what, for as long as audits look back"),
    Term("documents, cases and rules", "reconciliation\\_%", 10, "accounting records"),
    Term("the integration's set-up", "integration\\_%", 10, "how accounting records came to be"),
)


def forget(*, now: datetime.datetime, terms: tuple[Term, ...] = TERMS) -> dict[str, int]:
    """Forget the changes whose term is over, a batch a line of the book; returns how many of each kind."""
    return {term.kind: count for term in terms if (count := _forget(term, last_year(term, now)))}


def last_year(term: Term, now: datetime.datetime) -> datetime.datetime:
    """Give the moment before which changes are forgotten: terms run from the end of a change's year."""
    return datetime.datetime(now.year - term.years, 1, 1, tzinfo=datetime.UTC)


def _forget(term: Term, before: datetime.datetime) -> int:
    total = 0
    while count := _forget_a_batch(term, before):
        total += count
    if total:
        logger.info("Forgot %s changes of %s from before %s", total, term.kind, before.date())
    return total


def _forget_a_batch(term: Term, before: datetime.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tieout_forget_changes(%s, %s, %s, %s, %s)",
            [term.tables, before, BATCH, term.kind, announced() or "worker forget_changes"],
        )
        count: int = cursor.fetchone()[0]
    return count
